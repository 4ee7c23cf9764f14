internal import Bignum
internal import Paillier
internal import Wire

// Element products (training.md 3.8).
extension PaillierShareExchange {
    func ownElementProducts(_ rows: [Int128], layout: ElementLayout) async throws -> [ShareWord] {
        let round = nextRound()
        let (terms, count) = (layout.terms, rows.count / layout.terms)
        let shape = ExchangeShape.elementProducts(layout, rows: count)
        let (requests, replies) = (shape.requestRows(width: width), shape.replyResults(width: width))
        let each = layout.rowsPerCiphertext
        var result = Array(repeating: ShareWord.zero, count: count)
        for step in 0..<requests.count + Self.lookahead {
            if step < requests.count {
                let range = requests.range(step)
                let values = plaintexts(range.count * terms) { index, packing in
                    // At the row's place in its result already: nobody needs to move it there under encryption.
                    let place = (range.lowerBound + index / terms) % each * layout.slotBits
                    packing.add(ShareWord(rows[range.lowerBound * terms + index]), at: place)
                }
                try await send(ElementSharesKind.self, values, round: round, chunk: step, of: requests.count)
            }
            let chunk = step - Self.lookahead
            guard chunk >= 0 else { continue }
            let groups = replies.range(chunk)
            let opened = try await open(
                ElementProductsKind.self, count: groups.count, round: round, chunk: chunk, of: replies.count)
            for (index, group) in groups.enumerated() {
                for s in 0..<each where group * each + s < count {
                    let row = group * each + s
                    // The evaluator's scalars are made positive by `2^valueBits`; that times the own numbers is known here.
                    let own = rows[row * terms..<(row + 1) * terms].reduce(ShareWord.zero) { $0 &+ ShareWord($1) }
                    let offset = own.shiftedLeft(layout.valueBits)
                    result[row] =
                        opened.word(index, at: s * layout.slotBits, bits: ShareWord.modulusBits) &- offset
                }
            }
        }
        return result
    }

    func evaluateElementProducts(_ rows: [Int128], layout: ElementLayout) async throws -> [ShareWord] {
        let round = nextRound()
        let (terms, count) = (layout.terms, rows.count / layout.terms)
        let shape = ExchangeShape.elementProducts(layout, rows: count)
        let (requests, replies) = (shape.requestRows(width: width), shape.replyResults(width: width))
        let each = layout.rowsPerCiphertext
        let offset = ShareWord(low: 1, middle: 0, high: 0).shiftedLeft(layout.valueBits)
        var result = Array(repeating: ShareWord.zero, count: count)
        for chunk in 0..<requests.count {
            let range = requests.range(chunk)
            let values = try await receive(
                ElementSharesKind.self, count: range.count * terms, round: round, chunk: chunk, of: requests.count)
            var scalars = LimbVector(count: range.count * terms, bits: layout.valueBits + 1)
            for (index, number) in rows[range.lowerBound * terms..<range.upperBound * terms].enumerated() {
                let word = ShareWord(number) &+ offset
                scalars.setLimb(index, 0, word.low)
                if scalars.limbsPerElement > 1 { scalars.setLimb(index, 1, word.middle) }
            }
            let masks = try await answer(
                ElementProductsKind.self, groupSums(values, scalars, terms: terms, rowsPerGroup: each), round: round,
                chunk: chunk, of: replies.count)
            for (index, group) in replies.range(chunk).enumerated() {
                for s in 0..<each where group * each + s < count {
                    result[group * each + s] = -masks.word(
                        index, at: s * layout.slotBits, bits: ShareWord.modulusBits)
                }
            }
        }
        return result
    }

    /// The sum over each group of rows of a row's ciphertexts times its scalars: rows of a group share their squarings.
    private func groupSums(
        _ values: CiphertextVector, _ scalars: LimbVector, terms: Int, rowsPerGroup: Int
    ) -> EncryptedSums {
        let each = rowsPerGroup * terms
        let full = values.count / each * each
        var result = EncryptedSums.zeros(count: 0, key: keys.peer)
        for part in [0..<full, full..<values.count] where !part.isEmpty {
            result.append(
                contentsOf: keys.evaluator.rowwiseProducts(
                    values[part], scalars: scalars[part], terms: min(part.count, each)))
        }
        return result
    }
}
