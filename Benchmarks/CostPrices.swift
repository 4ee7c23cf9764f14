import Bignum
import Crypto
import Foundation
import Paillier
import PrivateSetIntersection
import Wire

extension WorkPrices {
    /// Measured now, on this processor: each operation in a batch as a job has it.
    static func measured(bits: Int, nonces: NonceLength) throws -> WorkPrices {
        var generator = BlockRandom()
        let key = try PrivateKey.generate(bits: bits, nonces: nonces, using: &generator)
        let publicKey = key.publicKey
        let count = ArithmeticPath.current == .portable ? 128 : 512
        let plaintexts = LimbVector.random(count: count, below: publicKey.n, using: &generator)
        // Tables are made outside of the measurements, here and below.
        let ciphertexts = key.encrypt(plaintexts, using: &generator)
        func each(_ operations: Double, _ body: () throws -> Void) rethrows -> Double {
            try leastTime(runs: 2, body) / operations
        }
        let encryption = each(Double(count)) { _ = key.encrypt(plaintexts, using: &generator) }
        let decryption = each(Double(count)) { _ = key.decrypt(ciphertexts) }
        let evaluator = Evaluator(publicKey: publicKey, using: &generator)
        let few = NonceSchedule.few
        let bases = leastTime(runs: 1) { _ = evaluator.encrypt(plaintexts[0..<few + 1], using: &generator) }
        let sums = EncryptedSums(ciphertexts)
        let mask = each(Double(count)) { _ = evaluator.mask(sums, using: &generator) }
        let fullMask = each(Double(few)) {
            _ = Evaluator(publicKey: publicKey, using: &generator).mask(sums[0..<few], using: &generator)
        }
        // Written once and hashed at both ends of the line; checked by its receiver, and by what looks over both logs.
        let transfer = try each(Double(count)) {
            let bytes = ciphertexts.serialized
            for reader in 0..<3 {
                _ = SHA256.hash(data: bytes)
                _ = try CiphertextVector(serialized: bytes, count: count, key: publicKey)
                guard reader > 0 else { continue }
                let (seen, width) = (DuplicateFilter(), bytes.count / count)
                for index in 0..<count { _ = seen.insert(bytes[index * width..<(index + 1) * width]) }
            }
        }
        let group = try AlignmentGroup(keyBits: bits).modulus
        let exponents = LimbVector.random(count: count, bits: 256, using: &generator)
        let element = FixedBaseTable(base: 4, exponentBits: 257, modulus: group).pow(secret: exponents)
        let groupProduct = each(Double(count) * 1.28 * 256) { _ = element.pow(secret: exponents) }
        return WorkPrices(
            key: try keyPrice(bits: bits, nonces: nonces), bases: bases - Double(few + 1) * mask,
            encryption: encryption, decryption: decryption, mask: mask, fullMask: fullMask, transfer: transfer,
            power: powerPrice(evaluator, ciphertexts, bits: bits, using: &generator),
            table: try tablePrice(ciphertexts, using: &generator),
            bucket: try bucketPrice(publicKey, ciphertexts, bits: bits, using: &generator),
            single: each(Double(count)) {
                var total = sums[0..<1]
                for index in 0..<count { total = total.adding(sums[index..<index + 1]) }
            }, groupProduct: groupProduct, point: pointPrice())
    }

    /// A key with its proofs, made and verified.
    private static func keyPrice(bits: Int, nonces: NonceLength) throws -> Double {
        var generator = BlockRandom()
        let context = ProofContext(sessionID: [1], prover: "a", verifier: "b", purpose: "benchmark").bytes
        let start = processorSeconds()
        for _ in 0..<2 {
            let parameters = try RingPedersenParameters.generate(bits: bits, context: context, using: &generator)
            _ = try RingPedersenParameters(serialized: parameters.serialized, context: context)
            let key = try PrivateKey.generate(bits: bits, nonces: nonces, using: &generator)
            let proof = KeyProof.prove(key, context: context, parameters: parameters, using: &generator)
            // By the peer, and by what looks over the own log.
            for _ in 0..<2 { try proof.verify(key.publicKey, context: context, parameters: parameters) }
            // With the owner's table.
            _ = key.encrypt(LimbVector.random(count: 33, below: key.publicKey.n, using: &generator), using: &generator)
        }
        return (processorSeconds() - start) / 2
    }

    /// As a logistic pass has it: five ciphertexts a row of four entries each, four rows to a result.
    private static func powerPrice(
        _ evaluator: Evaluator, _ ciphertexts: CiphertextVector, bits: Int, using generator: inout BlockRandom
    ) -> Double {
        let (rows, perRow, sets) = (144, 5, 4)
        let vectors = ciphertexts.gathering((0..<rows * perRow).map { $0 % ciphertexts.count })
        let scalars = LimbVector.random(count: rows * perRow * sets, bits: 18, using: &generator)
        var work = Workload()
        work.addRowwise(results: rows / 4, terms: 4 * perRow, bits: 18, sets: sets, shift: 103, keyBits: bits)
        return leastTime(runs: 2) {
            _ = evaluator.rowwiseProducts(vectors, scalars: scalars, terms: 4 * perRow, sets: sets, shift: 103)
        } / work.powers
    }

    private static func tablePrice(
        _ ciphertexts: CiphertextVector, using generator: inout BlockRandom
    ) throws -> Double {
        let products = try EncryptedRowProducts(of: ciphertexts[0..<12], scalarBits: 30)
        var work = Workload()
        work.addRowProducts(rows: 2048, entries: 12, bits: 30, perResult: 1, slotBits: 0)
        return try leastTime(runs: 2) {
            _ = try products.products(rows: 2048) {
                UInt64(truncatingIfNeeded: $0 &* 77_777_777 &+ $1 &* 7_777_777) & (1 << 30 - 1)
            }
        } / work.tables
    }

    private static func bucketPrice(
        _ key: PublicKey, _ ciphertexts: CiphertextVector, bits: Int, using generator: inout BlockRandom
    ) throws -> Double {
        let rows = ciphertexts.count
        let columns = (0..<16).map { _ in
            (0..<rows).map { _ in Int64.random(in: -(1 << 26)...(1 << 26), using: &generator) }
        }
        var work = Workload()
        work.addColumnSums(rows: rows, columns: 16, bits: 27, keyBits: bits)
        return try leastTime(runs: 2) {
            var sums = EncryptedColumnSums(
                key: key, columnBits: columns.map { _ in 27 }, expectedRows: rows)
            try sums.add(ciphertexts, scalars: columns)
            _ = sums.finish()
        } / (work.buckets + work.powers)
    }

    /// Of BoringSSL's, and with the decoding of a point.
    private static func pointPrice() -> Double {
        let key = P256.KeyAgreement.PrivateKey()
        let peers = (0..<64).map { _ in P256.KeyAgreement.PrivateKey().publicKey.compressedRepresentation }
        return leastTime(runs: 2) {
            for peer in peers {
                guard let point = try? P256.KeyAgreement.PublicKey(compressedRepresentation: peer) else { continue }
                _ = try? key.sharedSecretFromKeyAgreement(with: point)
            }
        } / Double(peers.count)
    }
}
