internal import Bignum
internal import Paillier
import Records
internal import Wire

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// `sum_i x_ij v_ik` for the passive party's columns `x_j` and vectors `v_k` that the active party holds in clear, all of a
/// row's in one ciphertext (training.md 5, steps 1 and 2).
struct CrossBlock {
    let context: TrainingContext
    /// Every vector has length at most `sqrt(n)`, so that each sum is at most `n` (Cauchy).
    let vectors: Int

    static let fractionBits = 30

    /// Scale of the sums.
    private var sumFractionBits: Int { context.plan.family.featureFractionBits + Self.fractionBits }
    private var slotBits: Int { sumFractionBits + SeparationLayout.ceilLog2(context.rows) + 4 }

    private func slots() throws(TrainingError) -> SumSlots {
        try Self.slots(context.plan.family, rows: context.rows, modulusBits: context.modulusBits)
    }

    static func slots(
        _ family: ModelFamily, rows: Int, modulusBits: Int
    ) throws(TrainingError) -> SumSlots {
        try SumSlots(
            slotBits: family.featureFractionBits + fractionBits + SeparationLayout.ceilLog2(rows) + 4,
            modulusBits: modulusBits)
    }

    private func chunks(_ slots: SumSlots) -> RowChunks {
        RowChunks(
            rows: context.rows, multiple: 1,
            bytesPerRow: slots.ciphertexts(for: vectors)
                * CiphertextVector.serializedWidth(of: context.keys.own.publicKey))
    }

    /// A row's entries are made positive by this before they are packed; `|v_ik| <= sqrt(n)`.
    private var entryOffset: Int64 {
        Int64(1) << Int64(Self.fractionBits + (SeparationLayout.ceilLog2(context.rows) + 1) / 2 + 1)
    }

    /// Active party: sends the rows, then opens the passive party's masked sums.
    func serve(_ columns: [[Double]]) async throws {
        let ditherBits = max(0, sumFractionBits + Dither.exponent(tolerance: context.plan.tolerance))
        let round = context.nextRound()
        let slots = try slots()
        let perRow = slots.ciphertexts(for: vectors)
        let chunks = chunks(slots)
        let scale = Double(1 << Self.fractionBits)
        for chunk in 0..<chunks.count {
            try Task.checkCancellation()
            let rows = chunks.range(chunk)
            var plaintexts = LimbVector(
                count: rows.count * perRow, bits: min(vectors, slots.slotsPerCiphertext) * slotBits)
            for (position, row) in rows.enumerated() {
                for k in 0..<vectors {
                    guard let entry = Int64(exactly: (columns[k][row] * scale).rounded()),
                        entry.magnitude < entryOffset.magnitude
                    else {
                        throw TrainingError.coefficientOutOfRange
                    }
                    plaintexts.place(
                        UInt128(UInt64(entry + entryOffset)), element: position * perRow + k / slots.slotsPerCiphertext,
                        at: k % slots.slotsPerCiphertext * slotBits)
                }
            }
            var generator = context.session.randomness("basis/encrypt", round: round, chunk: UInt32(chunk))
            let encrypted = context.keys.own.encrypt(plaintexts, using: &generator)
            try await context.session.send(
                Payload<BasisRowsKind>(encrypted.serialized), round: round, chunk: Chunk(chunk, of: chunks.count))
        }
        for part in 0..<perRow {
            let exchange = MaskedSumExchange(
                keys: context.keys, session: context.session, round: part == 0 ? context.round : context.nextRound(),
                label: "cross-block")
            // Each column's sums stand packed in a ciphertext of their own.
            let width = min(slots.slotsPerCiphertext, vectors - part * slots.slotsPerCiphertext)
            let partSlots = SumSlots(slots, atMost: width)
            try await exchange.answer(
                count: context.peerColumns * width, slots: partSlots, ditherBits: ditherBits, isSigned: true)
        }
    }

    /// Passive party: `result[k][j] = sum_i x_ij v_ik`.
    func receive(_ block: ColumnBlock) async throws -> [[Double]] {
        let round = context.nextRound()
        let slots = try slots()
        let perRow = slots.ciphertexts(for: vectors)
        let chunks = chunks(slots)
        var sums = (0..<perRow).map { _ in
            EncryptedColumnSums(key: context.keys.peer, columnBits: block.magnitudeBits, expectedRows: context.rows)
        }
        for chunk in 0..<chunks.count {
            try Task.checkCancellation()
            let rows = chunks.range(chunk)
            let bytes = try await context.session.receive(
                Payload<BasisRowsKind>.self, round: round, chunk: Chunk(chunk, of: chunks.count)
            ).bytes
            let ciphertexts = try CiphertextVector(
                serialized: bytes, count: rows.count * perRow, key: context.keys.peer)
            let scalars = block.scalars(rows)
            for part in 0..<perRow {
                let own =
                    perRow == 1
                    ? ciphertexts : ciphertexts.gathering(stride(from: part, to: ciphertexts.count, by: perRow))
                try sums[part].add(own, scalars: scalars)
            }
            context.report(.rows(pass: 1, done: rows.upperBound, of: context.rows))
        }
        // The entries' offset times a column's sum is known here and is taken off each slot.
        let columnSums = block.integers.map { $0.reduce(Int64(0)) { $0 + Int64($1) } }
        var result: [[Double]] = []
        let unit = scalbn(1.0, -sumFractionBits)
        for part in 0..<perRow {
            let exchange = MaskedSumExchange(
                keys: context.keys, session: context.session, round: part == 0 ? context.round : context.nextRound(),
                label: "cross-block")
            let width = min(slots.slotsPerCiphertext, vectors - part * slots.slotsPerCiphertext)
            let partSlots = SumSlots(slots, atMost: width)
            let corrections = columnSums.map { sum in
                (0..<width).reduce(BigInt(0)) { total, slot in
                    total - (BigInt(Int128(sum) * Int128(entryOffset)) << (slot * slotBits))
                }.mod(context.keys.peer.n)
            }
            let packed = try sums[part].finish().adding(
                plaintexts: LimbVector(corrections, bits: context.keys.peer.n.bitWidth))
            let pending = try await exchange.requestPacked(packed, count: block.count * width, slots: partSlots)
            try await context.session.checkpoint()
            let values = try await exchange.finish(pending).map { $0.asDouble * unit }
            for slot in 0..<width { result.append(block.integers.indices.map { values[$0 * width + slot] }) }
        }
        return result
    }
}
