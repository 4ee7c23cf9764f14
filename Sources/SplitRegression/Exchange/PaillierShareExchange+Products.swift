internal import Bignum
internal import Paillier
internal import Wire

// Matrix products (training.md 3.5).
extension PaillierShareExchange {
    func ownProduct(_ left: ShareMatrix, _ layout: ProductLayout) async throws -> ShareMatrix {
        let round = nextRound()
        let shape = ExchangeShape.product(layout)
        let (inner, each) = (layout.inner, layout.rowsPerBlock)
        let chunks = shape.requestRows(width: width)
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            let packed = plaintexts(range.count) { index, packing in
                let (block, k) = ((range.lowerBound + index) / inner, (range.lowerBound + index) % inner)
                for s in 0..<each where block * each + s < left.rows {
                    packing.add(left[block * each + s, k].masked(), at: s * layout.slotBits)
                }
            }
            try await send(MatrixSharesKind.self, packed, round: round, chunk: chunk, of: chunks.count)
        }
        var result = ShareMatrix(rows: layout.rows, columns: layout.columns)
        let results = layout.results
        try await openAll(MatrixProductsKind.self, shape, round: round) { opened, range in
            for (index, position) in range.enumerated() {
                Self.place(opened, index, results[position], layout, sign: false, in: &result)
            }
        }
        return result
    }

    func evaluateProduct(_ right: ShareMatrix, _ layout: ProductLayout) async throws -> ShareMatrix {
        let round = nextRound()
        let shape = ExchangeShape.product(layout)
        let inner = layout.inner
        var left = CiphertextVector(empty: keys.peer)
        for chunk in try await receiveAll(MatrixSharesKind.self, shape, round: round) {
            left.append(contentsOf: chunk)
        }
        let results = layout.results
        let chunks = shape.replyResults(width: width)
        var result = ShareMatrix(rows: layout.rows, columns: layout.columns)
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            var sums = EncryptedSums.zeros(count: 0, key: keys.peer)
            // Columns of one block share its ciphertexts.
            var start = range.lowerBound
            while start < range.upperBound {
                let block = results[start].block
                let end = range[start...].first { results[$0].block != block } ?? range.upperBound
                let columns = results[start..<end].map(\.column)
                var exponents = LimbVector(count: columns.count * inner, bits: ShareWord.modulusBits)
                for (index, column) in columns.enumerated() {
                    for k in 0..<inner {
                        let word = right[k, column].masked()
                        exponents.setLimb(index * inner + k, 0, word.low)
                        exponents.setLimb(index * inner + k, 1, word.middle)
                        exponents.setLimb(index * inner + k, 2, word.high)
                    }
                }
                let part = left.gathering(block * inner..<(block + 1) * inner)
                sums.append(contentsOf: keys.evaluator.products(of: part, columns: exponents))
                start = end
            }
            let masks = try await answer(
                MatrixProductsKind.self, sums, round: round, chunk: chunk, of: chunks.count)
            for (index, position) in range.enumerated() {
                Self.place(masks, index, results[position], layout, sign: true, in: &result)
            }
        }
        return result
    }

    private static func place(
        _ numbers: LimbVector, _ index: Int, _ place: (column: Int, block: Int), _ layout: ProductLayout,
        sign isNegative: Bool, in result: inout ShareMatrix
    ) {
        let each = layout.rowsPerBlock
        for s in 0..<each where place.block * each + s < layout.rows {
            let row = place.block * each + s
            let word = numbers.word(index, at: s * layout.slotBits, bits: ShareWord.modulusBits)
            result[row, place.column] = isNegative ? -word : word
        }
    }
}
