internal import Bignum
internal import Paillier
internal import Wire

// Scaled rows (multiparty-training.md 3.10).
extension PaillierShareExchange {
    func ownScaledRows(_ rows: [Int128], layout: ScaledRowLayout) async throws -> [[ShareWord]] {
        let round = nextRound()
        let shape = ExchangeShape.scaledRows(layout, rows: rows.count)
        let (requests, replies) = (shape.requestRows(width: width), shape.replyResults(width: width))
        var result = Array(repeating: Array(repeating: ShareWord.zero, count: rows.count), count: layout.columns)
        for step in 0..<requests.count + Self.lookahead {
            if step < requests.count {
                let range = requests.range(step)
                let values = plaintexts(range.count) { index, packing in
                    let row = range.lowerBound + index
                    packing.add(ShareWord(rows[row]), at: row % layout.rowsPerResult * layout.slotBits)
                }
                try await send(ScaledSharesKind.self, values, round: round, chunk: step, of: requests.count)
            }
            let chunk = step - Self.lookahead
            guard chunk >= 0 else { continue }
            let groups = replies.range(chunk)
            let opened = try await open(
                ScaledRowsKind.self, count: groups.count * layout.columns, round: round, chunk: chunk,
                of: replies.count)
            Self.place(opened, groups, layout, sign: false, in: &result)
        }
        // The evaluator's entries are made positive by `2^entryBits`; that times the own number is known here.
        for row in rows.indices {
            let offset = ShareWord(rows[row]).shiftedLeft(layout.entryBits)
            for column in result.indices { result[column][row] = (result[column][row] &- offset).masked() }
        }
        return result
    }

    func evaluateScaledRows(
        _ layout: ScaledRowLayout, rows: Int, columns: (Range<Int>) -> [[Int64]]
    ) async throws -> [[ShareWord]] {
        let round = nextRound()
        let shape = ExchangeShape.scaledRows(layout, rows: rows)
        let (requests, replies) = (shape.requestRows(width: width), shape.replyResults(width: width))
        var result = Array(repeating: Array(repeating: ShareWord.zero, count: rows), count: layout.columns)
        for chunk in 0..<requests.count {
            let range = requests.range(chunk)
            let values = try await receive(
                ScaledSharesKind.self, count: range.count, round: round, chunk: chunk, of: requests.count)
            let groups = replies.range(chunk)
            let masks = try await answer(
                ScaledRowsKind.self, scaled(values, columns(range), layout), round: round, chunk: chunk,
                of: replies.count)
            Self.place(masks, groups, layout, sign: true, in: &result)
        }
        return result
    }

    /// A group's ciphertexts times the entries of its rows, for each group and column. A group that is not full goes alone.
    private func scaled(
        _ values: CiphertextVector, _ columns: [[Int64]], _ layout: ScaledRowLayout
    ) -> EncryptedSums {
        let (each, offset) = (layout.rowsPerResult, UInt64(1) << UInt64(layout.entryBits))
        let full = values.count / each * each
        var result = EncryptedSums.zeros(count: 0, key: keys.peer)
        for part in [0..<full, full..<values.count] where !part.isEmpty {
            let terms = min(each, part.count)
            let places = stride(from: part.lowerBound, to: part.upperBound, by: terms).flatMap { first in
                columns.flatMap { _ in first..<first + terms }
            }
            var scalars = LimbVector(count: places.count, bits: layout.entryBits + 1)
            for (index, place) in places.enumerated() {
                let column = index / terms % columns.count
                scalars.setLimb(index, 0, UInt64(bitPattern: columns[column][place]) &+ offset)
            }
            result.append(
                contentsOf: keys.evaluator.rowwiseProducts(values.gathering(places), scalars: scalars, terms: terms))
        }
        return result
    }

    private static func place(
        _ numbers: LimbVector, _ groups: Range<Int>, _ layout: ScaledRowLayout, sign isNegative: Bool,
        in result: inout [[ShareWord]]
    ) {
        let each = layout.rowsPerResult
        for (index, group) in groups.enumerated() {
            for column in 0..<layout.columns {
                for s in 0..<each where group * each + s < result[column].count {
                    let word = numbers.word(
                        index * layout.columns + column, at: s * layout.slotBits, bits: ShareWord.modulusBits)
                    result[column][group * each + s] = isNegative ? (-word).masked() : word
                }
            }
        }
    }
}
