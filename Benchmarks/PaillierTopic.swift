import Bignum
import Foundation
import Paillier

/// Everything that a job does with Paillier, per ciphertext or per term.
let paillier = Topic(name: "paillier") { bits in
    var generator = BlockRandom()
    let key = try PrivateKey.generate(bits: bits, using: &generator)
    let publicKey = key.publicKey
    let whole = UnitCost(publicKey.nSquared)
    let prime = BigInt.randomPrime(bits: bits / 2, topTwoBitsSet: true, using: &generator)
    let half = UnitCost(try Modulus(squareOf: prime))
    let count = publicKey.nSquared.path == .ifma ? 2048 : 256
    let plaintexts = LimbVector.random(count: count, below: publicKey.n, using: &generator)
    print("products of the owner are modulo p^2 and q^2 and count alike; all others are modulo n^2")
    printHeader()

    try nonces(plaintexts, bits: bits, unit: half.product, using: &generator)
    let ciphertexts = key.encrypt(plaintexts, using: &generator)
    report("decrypt", operations: count, unit: half.square) { _ = key.decrypt(ciphertexts) }
    report("open (plaintexts and nonces)", operations: 64, unit: half.square) { _ = key.open(ciphertexts[0..<64]) }

    let evaluator = Evaluator(publicKey: publicKey, using: &generator)
    report("own bases of an evaluator, once a key", operations: 1, unit: whole.square, runs: 1) {
        _ = Evaluator(publicKey: publicKey, using: &generator).encrypt(plaintexts[0..<33], using: &generator)
    }
    // The table is made outside of the measurements that follow.
    _ = evaluator.encrypt(plaintexts[0..<33], using: &generator)
    report("encrypt under a peer's key", operations: count, unit: whole.product) {
        _ = evaluator.encrypt(plaintexts, using: &generator)
    }
    let sums = EncryptedSums(ciphertexts)
    report("rerandomise", operations: count, unit: whole.product) { _ = evaluator.rerandomize(sums, using: &generator) }
    report("mask and rerandomise", operations: count, unit: whole.product) {
        _ = evaluator.mask(sums, using: &generator)
    }
    report("mask and rerandomise, 20 results", operations: 20, unit: whole.square) {
        _ = evaluator.mask(sums[0..<20], using: &generator)
    }
    report("ciphertext plus ciphertext", operations: count, unit: whole.product) { _ = sums.adding(sums) }
    report("ciphertext plus plaintext", operations: count, unit: whole.product) {
        _ = sums.adding(plaintexts: plaintexts)
    }
    report("pack 15 slots of 128 bits, a slot", operations: count, unit: whole.product) {
        _ = sums.packed(perCiphertext: 15, slotBits: 128)
    }
    let bytes = ciphertexts.serialized
    report("serialise", operations: count, unit: whole.product) { _ = ciphertexts.serialized }
    try report("read and check", operations: count, unit: whole.product) {
        _ = try CiphertextVector(serialized: bytes, count: count, key: publicKey)
    }

    let columns = (0..<32).map { _ in (0..<count).map { _ in Int64.random(in: -32768...32767, using: &generator) } }
    var columnSums = EncryptedColumnSums(key: publicKey, columnBits: columns.map { _ in 16 }, expectedRows: 100_000)
    try report("column sums, 16-bit signed, a term", operations: count * 32, unit: whole.product) {
        try columnSums.add(ciphertexts, scalars: columns)
    }
    report("column sums, reading off, a column", operations: 32, unit: whole.product) { _ = columnSums.finish() }
    let weights = LimbVector.random(count: count, bits: 21, using: &generator)
    report("row-wise products of 8 terms, 21 bits, a row", operations: count / 8, unit: whole.product) {
        _ = evaluator.rowwiseProducts(ciphertexts, scalars: weights, terms: 8)
    }
    let column = LimbVector.random(count: 31, bits: 152, using: &generator)
    let table = LimbVector.random(count: 31 * 31, bits: 152, using: &generator)
    let same = ciphertexts[0..<31]
    report("row-wise product of 31 terms, 152 bits", operations: 1, unit: whole.product) {
        _ = evaluator.rowwiseProducts(same, scalars: column, terms: 31)
    }
    report("31 columns over the same 31 ciphertexts, 152 bits, each", operations: 31, unit: whole.product) {
        _ = evaluator.products(of: same, columns: table)
    }
    try proofs(key, bits: bits, using: &generator)
    print("peak memory \(format(peakMemory())) MiB")
}

/// What an owner's encryption takes with each length of nonces, in turn, and the median of five ratios.
private func nonces(
    _ plaintexts: LimbVector, bits: Int, unit: Double, using generator: inout some RandomNumberGenerator
) throws {
    let short = try PrivateKey.generate(bits: bits, nonces: .short, using: &generator)
    let half = try PrivateKey.generate(bits: bits, nonces: .half, using: &generator)
    // The tables are made outside of the measurements that follow.
    for key in [short, half] { _ = key.encrypt(plaintexts[0..<1], using: &generator) }
    for (name, key) in [("short", short), ("half", half)] {
        report("encrypt, key's owner, \(name) nonces", operations: plaintexts.count, unit: unit) {
            _ = key.encrypt(plaintexts, using: &generator)
        }
    }
    let ratios = (0..<5).map { _ in
        leastTime(runs: 1) { _ = short.encrypt(plaintexts, using: &generator) }
            / leastTime(runs: 1) { _ = half.encrypt(plaintexts, using: &generator) }
    }
    print("short to half: " + String(format: "%.2f", ratios.sorted()[2]))
}

private func proofs(_ key: PrivateKey, bits: Int, using generator: inout some RandomNumberGenerator) throws {
    let context = ProofContext(sessionID: [1], prover: "a", verifier: "b", purpose: "benchmark").bytes
    func time(_ name: String, _ body: () throws -> Void) rethrows {
        print(pad(name, 52) + String(format: "%.1f ms", 1000 * (try leastTime(runs: 2, body))))
    }
    let publicKey = key.publicKey
    try time("key generation") { _ = try PrivateKey.generate(bits: bits, using: &generator) }
    var parameters = try RingPedersenParameters.generate(bits: bits, context: context, using: &generator)
    try time("ring-Pedersen parameters: make and prove") {
        parameters = try RingPedersenParameters.generate(bits: bits, context: context, using: &generator)
    }
    let serialized = parameters.serialized
    try time("ring-Pedersen parameters: verify") {
        _ = try RingPedersenParameters(serialized: serialized, context: context)
    }
    let proof = KeyProof.prove(key, context: context, parameters: parameters, using: &generator)
    time("Pi^mod and Pi^fac: prove") {
        _ = KeyProof.prove(key, context: context, parameters: parameters, using: &generator)
    }
    try time("Pi^mod and Pi^fac: verify") { try proof.verify(publicKey, context: context, parameters: parameters) }
    print("ring-Pedersen parameters \(serialized.count) bytes, key proof \(proof.serialized.count) bytes")
}
