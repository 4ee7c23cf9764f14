import Bignum
import Foundation
import Paillier
import PrivateSetIntersection

/// The operations that most of a job's time goes into, a line of its name and microseconds each: what ``Ratios`` reads.
let operations = Topic(name: "operations") { bits in
    var generator = BlockRandom()
    let key = try PrivateKey.generate(bits: bits, nonces: .short, using: &generator)
    let publicKey = key.publicKey
    let count = 192
    let plaintexts = LimbVector.random(count: count, below: publicKey.n, using: &generator)
    // Tables are made outside of the measurements, here and below.
    let ciphertexts = key.encrypt(plaintexts, using: &generator)
    func time(_ name: String, operations: Int, _ body: () throws -> Void) rethrows {
        print("\(name)\t\(try leastTime(runs: 1, body) / Double(operations) * 1e6)")
    }
    time("encrypt, key's owner, short nonces", operations: count) { _ = key.encrypt(plaintexts, using: &generator) }
    time("decrypt", operations: count) { _ = key.decrypt(ciphertexts) }
    let evaluator = Evaluator(publicKey: publicKey, using: &generator)
    _ = evaluator.encrypt(plaintexts[0..<33], using: &generator)
    let sums = EncryptedSums(ciphertexts)
    time("rerandomise under a peer's key", operations: count) { _ = evaluator.rerandomize(sums, using: &generator) }
    let columns = (0..<32).map { _ in (0..<count).map { _ in Int64.random(in: -32768...32767, using: &generator) } }
    var columnSums = EncryptedColumnSums(key: publicKey, columnBits: columns.map { _ in 16 }, expectedRows: 100_000)
    try columnSums.add(ciphertexts, scalars: columns)
    try time("column sums, 16-bit signed, a term", operations: count * 32) {
        try columnSums.add(ciphertexts, scalars: columns)
    }
    // As a logistic pass has it at 2048 bits: five ciphertexts a row of four entries each, four rows to a result.
    let (rows, perRow, sets) = (36 * 4, 5, 4)
    let vectors = ciphertexts.gathering((0..<rows * perRow).map { $0 % count })
    let scalars = LimbVector.random(count: rows * perRow * sets, bits: 18, using: &generator)
    time("kernel of training, evaluator, a row", operations: rows) {
        _ = evaluator.rowwiseProducts(vectors, scalars: scalars, terms: 4 * perRow, sets: sets, shift: 103)
    }
    // The alignment's function: in the sender's hands one power of a fixed base, in the receiver's one of each answer.
    let group = try AlignmentGroup(keyBits: bits).modulus
    let powers = FixedBaseTable(base: 4, exponentBits: 257, modulus: group)
    let exponents = LimbVector.random(count: count, bits: 256, using: &generator)
    var answers = powers.pow(secret: exponents)
    time("PRF, sender, an identifier", operations: count) { answers = powers.pow(secret: exponents) }
    time("PRF, receiver, an answer", operations: count) { _ = answers.pow(secret: exponents) }
    let row = try EncryptedRowProducts(of: ciphertexts[0..<12], scalarBits: 30)
    try time("predictor of twelve columns, evaluator, a row", operations: 512) {
        _ = try row.products(rows: 512) {
            UInt64(truncatingIfNeeded: $0 &* 77_777_777 &+ $1 &* 7_777_777) & (1 << 30 - 1)
        }
    }
}

/// Every path of this processor in turn, in processes of their own; the median of the ratios of each turn.
struct Ratios {
    let bits: Int
    let turns: Int

    func run() throws {
        let paths = ArithmeticPath.available.map(\.rawValue)
        guard let base = paths.first(where: { $0 == "portable" }) else { return }
        print("\n## \(turns) turns, n of \(bits) bits: median microseconds, and the median of portable over each\n")
        var names: [String] = []
        var found: [String: [String: [Double]]] = [:]
        for _ in 0..<turns {
            for path in paths {
                for line in try operationTimes(path).split(separator: "\n") {
                    let parts = line.split(separator: "\t")
                    guard parts.count == 2, let value = Double(parts[1]) else { continue }
                    let name = String(parts[0])
                    if !names.contains(name) { names.append(name) }
                    found[name, default: [:]][path, default: []].append(value)
                }
            }
        }
        print(pad("operation", 50) + paths.map { pad($0, 18) }.joined())
        for name in names {
            let line = paths.map { path in
                let (times, against) = (found[name]?[path] ?? [], found[name]?[base] ?? [])
                guard times.count == turns, against.count == turns else { return pad("-", 18) }
                let ratio = median(zip(against, times).map { $0 / $1 })
                return pad(format(median(times)) + (path == base ? "" : String(format: " (%.2f)", ratio)), 18)
            }
            print(pad(name, 50) + line.joined())
        }
    }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private func operationTimes(_ path: String) throws -> String {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        child.arguments = ["operations", "--bits", "\(bits)", "--path", path]
        var environment = ProcessInfo.processInfo.environment
        environment["MOIETY_ARITHMETIC"] = path
        child.environment = environment
        let pipe = Pipe()
        child.standardOutput = pipe
        try child.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        child.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }
}
