internal import Bignum
internal import Paillier
internal import Wire

// Row products (training.md 3.1).
extension PaillierShareExchange {
    /// Scalars are made positive by this.
    private static func offsetBits(_ entries: Int) -> Int { entries }

    func ownRowProducts(
        _ vector: [ShareWord], rows: Int, entries: Int, turnBits: Int
    ) async throws -> [ShareWord] {
        let round = nextRound()
        let shape = try ExchangeShape.rowProducts(
            entries: vector.count, rows: rows, turnBits: turnBits, scalarBits: entries + 1, modulusBits: modulusBits)
        let chunks = shape.requestRows(width: width)
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            let values = plaintexts(range.count) { index, packing in
                packing.add(vector[range.lowerBound + index].masked(turnBits), at: 0)
            }
            try await send(PredictorSharesKind.self, values, round: round, chunk: chunk, of: chunks.count)
        }
        guard case .rowProducts(_, _, let each) = shape else { return [] }
        // Scalars are made positive by `2^entries`; that offset times the vector's sum is known here.
        let sum = vector.reduce(ShareWord.zero) { $0 &+ $1.masked(turnBits) }.shiftedLeft(entries)
        var result = Array(repeating: ShareWord.zero, count: rows)
        try await openAll(PredictorSumsKind.self, shape, round: round) { opened, range in
            for (index, group) in range.enumerated() {
                for s in 0..<each where group * each + s < rows {
                    result[group * each + s] = opened.word(index, at: s * turnBits, bits: turnBits) &- sum
                }
            }
        }
        return result
    }

    func evaluateRowProducts(
        _ columns: [[Int64]], entries: Int, turnBits: Int
    ) async throws -> [ShareWord] {
        let round = nextRound()
        let rows = columns.first?.count ?? 0
        let shape = try ExchangeShape.rowProducts(
            entries: columns.count, rows: rows, turnBits: turnBits, scalarBits: entries + 1, modulusBits: modulusBits)
        var vector = CiphertextVector(empty: keys.peer)
        for chunk in try await receiveAll(PredictorSharesKind.self, shape, round: round) {
            vector.append(contentsOf: chunk)
        }
        guard case .rowProducts(_, _, let each) = shape else { return [] }
        var products = try EncryptedRowProducts(of: vector, scalarBits: entries + 1)
        let offset = UInt64(1) << UInt64(entries)
        let chunks = shape.replyResults(width: width)
        let shifted = EncryptedRowProducts.prefersShiftedTables(
            rows: rows, entries: columns.count, scalarBits: entries + 1, perResult: each, slotBits: turnBits)
        // Of all rows at once, slot by slot; else chunk by chunk.
        let all = shifted ? try packedBySlots(&products, columns, offset: offset, each, turnBits) : nil
        var result = Array(repeating: ShareWord.zero, count: rows)
        for chunk in 0..<chunks.count {
            let groups = chunks.range(chunk)
            let packed: EncryptedSums
            if let all {
                packed = all[groups]
            } else {
                let first = groups.lowerBound * each
                packed = try products.products(rows: min(rows, groups.upperBound * each) - first) {
                    UInt64(bitPattern: columns[$0][first + $1]) &+ offset
                }.packed(perCiphertext: each, slotBits: turnBits)
            }
            let masks = try await answer(
                PredictorSumsKind.self, packed, round: round, chunk: chunk, of: chunks.count)
            for (index, group) in groups.enumerated() {
                for s in 0..<each where group * each + s < rows {
                    result[group * each + s] = -masks.word(index, at: s * turnBits, bits: turnBits)
                }
            }
        }
        return result
    }

    /// Rows at one place in their results at a time, under tables shifted to that place.
    private func packedBySlots(
        _ products: inout EncryptedRowProducts, _ columns: [[Int64]], offset: UInt64, _ each: Int, _ turnBits: Int
    ) throws -> EncryptedSums {
        let rows = columns.first?.count ?? 0
        let groups = (rows + each - 1) / each
        var result = EncryptedSums.zeros(count: groups, key: keys.peer)
        for s in 0..<min(each, rows) {
            try Task.checkCancellation()
            if s > 0 { products.shift(bits: turnBits) }
            let present = (rows - s + each - 1) / each
            var sums = try products.products(rows: present) {
                UInt64(bitPattern: columns[$0][$1 * each + s]) &+ offset
            }
            if present < groups { sums.append(contentsOf: .zeros(count: groups - present, key: keys.peer)) }
            result = result.adding(sums)
        }
        return result
    }
}
