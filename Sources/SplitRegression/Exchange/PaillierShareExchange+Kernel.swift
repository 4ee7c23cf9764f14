internal import Bignum
internal import Paillier
internal import Wire

// The kernel (training.md 3.2).
extension PaillierShareExchange {
    /// Chunks that the owner is ahead of the results.
    static let lookahead = 2

    func ownKernel(
        _ layout: KernelLayout, rows: Int, vector: (Int) throws -> [Int64]
    ) async throws -> [Int128] {
        let round = nextRound()
        let shape = ExchangeShape.kernel(layout, rows: rows)
        let (requests, replies) = (shape.requestRows(width: width), shape.replyResults(width: width))
        let perRow = layout.ciphertextsPerRow
        var result = Array(repeating: Int128(0), count: rows)
        for step in 0..<requests.count + Self.lookahead {
            if step < requests.count {
                let range = requests.range(step)
                var values = LimbVector(count: range.count * perRow, bits: modulusBits)
                var packing = SlotPacking(bits: modulusBits)
                for (position, row) in range.enumerated() {
                    let entries = try vector(row)
                    let start = layout.start(row: row % layout.rowsPerGroup)
                    for k in 0..<perRow {
                        packing.reset()
                        for index in k * layout.entries..<min(entries.count, (k + 1) * layout.entries) {
                            packing.add(
                                ShareWord(entries[index]),
                                at: start + (index - k * layout.entries) * layout.slotBits)
                        }
                        packing.write(to: &values, element: position * perRow + k, modulus: modulus)
                    }
                }
                try await send(KernelVectorsKind.self, values, round: round, chunk: step, of: requests.count)
            }
            let chunk = step - Self.lookahead
            guard chunk >= 0 else { continue }
            let groups = replies.range(chunk)
            let opened = try await open(
                KernelResultsKind.self, count: groups.count, round: round, chunk: chunk, of: replies.count)
            for (index, group) in groups.enumerated() {
                for s in 0..<layout.rowsPerGroup where group * layout.rowsPerGroup + s < rows {
                    result[group * layout.rowsPerGroup + s] =
                        opened.word(index, at: layout.slot(row: s), bits: layout.slotBits).asInt128
                }
            }
            report(.rows(pass: pass, done: requests.range(chunk).upperBound, of: rows))
        }
        return result
    }

    func evaluateKernel(
        _ layout: KernelLayout, rows: Int, scalars: (Int) -> [UInt32]
    ) async throws -> [Int128] {
        let round = nextRound()
        let shape = ExchangeShape.kernel(layout, rows: rows)
        let (requests, replies) = (shape.requestRows(width: width), shape.replyResults(width: width))
        let perRow = layout.ciphertextsPerRow
        var result = Array(repeating: Int128(0), count: rows)
        for chunk in 0..<requests.count {
            let range = requests.range(chunk)
            let vectors = try await receive(
                KernelVectorsKind.self, count: range.count * perRow, round: round, chunk: chunk, of: requests.count)
            let sums = kernelSums(layout, vectors, scalars: range.map(scalars))
            let masks = try await answer(
                KernelResultsKind.self, sums, round: round, chunk: chunk, of: replies.count)
            for (index, group) in replies.range(chunk).enumerated() {
                for s in 0..<layout.rowsPerGroup where group * layout.rowsPerGroup + s < rows {
                    result[group * layout.rowsPerGroup + s] =
                        -masks.word(index, at: layout.slot(row: s), bits: layout.slotBits).asInt128
                }
            }
            report(.rows(pass: pass, done: range.upperBound, of: rows))
        }
        return result
    }

    /// The product of a row's vector with its scalars in reverse order, as polynomials: the sets of scalars by the places of their
    /// entries in ciphertexts, the first one highest, so that one shift serves all rows of a group.
    private func kernelSums(
        _ layout: KernelLayout, _ vectors: CiphertextVector, scalars: [[UInt32]]
    ) -> EncryptedSums {
        let (perRow, sets) = (layout.ciphertextsPerRow, layout.entries)
        let full = scalars.count / layout.rowsPerGroup * layout.rowsPerGroup
        var result = EncryptedSums.zeros(count: 0, key: keys.peer)
        for part in [0..<full, full..<scalars.count] where !part.isEmpty {
            let terms = (part.lowerBound == 0 && full > 0 ? layout.rowsPerGroup : part.count) * perRow
            var exponents = LimbVector(count: part.count * perRow * sets, bits: layout.scalarBits)
            for (position, row) in part.enumerated() {
                for (index, scalar) in scalars[row].enumerated() {
                    exponents.setLimb(position * perRow * sets + index, 0, UInt64(scalar))
                }
            }
            result.append(
                contentsOf: keys.evaluator.rowwiseProducts(
                    vectors[part.lowerBound * perRow..<part.upperBound * perRow], scalars: exponents, terms: terms,
                    sets: sets, shift: layout.slotBits))
        }
        return result
    }
}
