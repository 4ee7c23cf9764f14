// Blocks of the information with columns of further parties (multiparty-training.md 4).
extension ShareMachine {
    /// Adds them to the blocks of the two holders' columns. The order of exchanges and of truncations is the same at both.
    func addOthers(
        _ weights: RowWeights, over part: WhitenedRows, to result: inout ShareMatrix
    ) async throws {
        guard !others.isEmpty else { return }
        var blocks: [ShareMatrix] = []
        var weighted: [[[ShareWord]]] = []
        for (other, columns) in zip(others, facts.otherColumns) {
            let own =
                weights.isUnit(facts)
                ? try await takeUnweighted(other, columns: columns, rows: part.count)
                : try await askWeighted(other, columns: columns, weights, rows: part.count)
            blocks.append(own.block)
            weighted.append(own.rows)
        }
        var crosses = try await crossesWithHolders(weighted, weights, over: part)
        for (index, other) in others.enumerated() {
            for earlier in 0..<index {
                crosses[index].append(
                    try await askCross(
                        other, columns: facts.otherColumns[index], with: weighted[earlier], weights, rows: part.count))
            }
        }
        place(blocks, crosses, weights, in: &result)
    }

    /// Shares of a party's own block, and of its columns times weights.
    private func askWeighted(
        _ other: any HolderExchange, columns: Int, _ weights: RowWeights, rows: Int
    ) async throws -> (block: ShareMatrix, rows: [[ShareWord]]) {
        let (isOwner, takes) = (isActive || !weights.areAtActiveAlone, !isActive || !weights.areAtActiveAlone)
        let layout = try facts.blockLayout(columns: columns, valueBits: weights.bits)
        let pairs = try await ask(
            other, isOwner: isOwner, takes: takes, count: layout.columns, bits: ShareWord.modulusBits
        ) { try await other.ownColumnSums(weights.shares, layout: layout) }
        let scaled = try facts.scaledLayout(
            columns: columns, valueBits: weights.bits, fraction: weights.entryFractionBits)
        let words = try await ask(
            other, isOwner: isOwner, takes: takes, count: columns * rows, bits: ShareWord.modulusBits
        ) { try await other.ownScaledRows(weights.shares, layout: scaled).flatMap { $0 } }
        return (Self.symmetric(pairs, order: columns), Self.byColumn(words, rows: rows))
    }

    /// The same where weights are 1 and the party has split them.
    private func takeUnweighted(
        _ other: any HolderExchange, columns: Int, rows: Int
    ) async throws -> (block: ShareMatrix, rows: [[ShareWord]]) {
        let pairs = try await other.takeHandover(count: TrainingFacts.pairs(columns), bits: ShareWord.modulusBits)
        let words = try await other.takeHandover(count: columns * rows, bits: ShareWord.modulusBits)
        return (Self.symmetric(pairs, order: columns), Self.byColumn(words, rows: rows))
    }

    /// For each party two blocks, a row for each of its columns: with the active party's columns, and with the helper's.
    private func crossesWithHolders(
        _ weighted: [[[ShareWord]]], _ weights: RowWeights, over part: WhitenedRows
    ) async throws -> [[ShareMatrix]] {
        let fraction = weights.entryFractionBits
        let entries = part.entries(0..<part.count, fractionBits: fraction)
        var result: [[ShareMatrix]] = []
        for rows in weighted {
            var both: [ShareMatrix] = []
            // The helper is the owner first, and the active party sums over its columns.
            for sumsUp in [TrainingRole.active, .passive] {
                let layout = try facts.weightedCrossLayout(
                    values: rows.count, columns: sumsUp == role ? ownCount : peerCount, fraction: fraction)
                if sumsUp == role {
                    let sums = try await exchange.evaluatePackedSums(layout, rows: part.count) { range in
                        entries.map { Array($0[range]) }
                    }
                    both.append(sums.transposed &+ Self.products(rows, entries))
                } else {
                    let sums = try await exchange.ownPackedSums(layout, rows: part.count) { range in
                        range.map { row in rows.map { $0[row].masked() } }
                    }
                    both.append(sums.transposed)
                }
            }
            result.append(both)
        }
        return result
    }

    /// The block of one further party's columns, a row for each, with another one's.
    private func askCross(
        _ other: any HolderExchange, columns: Int, with earlier: [[ShareWord]], _ weights: RowWeights, rows: Int
    ) async throws -> ShareMatrix {
        let layout = try facts.weightedCrossLayout(
            values: earlier.count, columns: columns, fraction: weights.entryFractionBits)
        let words = try await ask(other, count: columns * earlier.count, bits: ShareWord.modulusBits) {
            try await other.ownPackedSums(layout, rows: rows) { range in
                range.map { row in earlier.map { $0[row].masked() } }
            }.elements
        }
        return ShareMatrix(rows: columns, columns: earlier.count, elements: words)
    }

    private func place(
        _ blocks: [ShareMatrix], _ crosses: [[ShareMatrix]], _ weights: RowWeights, in result: inout ShareMatrix
    ) {
        let shift = weights.fractionBits + facts.rowBitsOfCount - ShareMatrix.fractionBits - weights.scale
        for (index, block) in blocks.enumerated() {
            let (first, order) = (facts.range(ofOther: index).lowerBound, block.rows)
            let pairs = (0..<order).flatMap { i in (0...i).map { (i, $0) } }
            let words = truncated(
                pairs.map { block[$0.0, $0.1] }, shift: shift + TrainingFacts.productFractionBits)
            for (word, (i, j)) in zip(words, pairs) {
                result[first + i, first + j] = word
                result[first + j, first + i] = word
            }
        }
        for (index, parts) in crosses.enumerated() {
            let rows = facts.range(ofOther: index)
            let columns = [0..<facts.activeColumns, facts.passiveRange] + (0..<index).map { facts.range(ofOther: $0) }
            for (part, range) in zip(parts, columns) {
                let cross = truncated(part, shift: shift + 2 * weights.entryFractionBits)
                for (i, row) in rows.enumerated() {
                    for (j, column) in range.enumerated() {
                        result[row, column] = cross[i, j]
                        result[column, row] = cross[i, j]
                    }
                }
            }
        }
    }

    /// A row for each list of words, a column for each of entries.
    private static func products(_ words: [[ShareWord]], _ entries: [[Int64]]) -> ShareMatrix {
        var result = ShareMatrix(rows: words.count, columns: entries.count)
        for (i, own) in words.enumerated() {
            for (j, column) in entries.enumerated() {
                var sum = ShareWord.zero
                for row in own.indices { sum = sum &+ own[row] &* column[row] }
                result[i, j] = sum
            }
        }
        return result
    }

    private static func symmetric(_ pairs: [ShareWord], order: Int) -> ShareMatrix {
        var result = ShareMatrix(rows: order, columns: order)
        for (word, (i, j)) in zip(pairs, (0..<order).flatMap { i in (0...i).map { (i, $0) } }) { result[i, j] = word }
        return result
    }

    static func byColumn(_ words: [ShareWord], rows: Int) -> [[ShareWord]] {
        stride(from: 0, to: words.count, by: rows).map { Array(words[$0..<$0 + rows]) }
    }
}

extension ShareMachine.RowWeights {
    /// Whether they are 1 for all rows, so that each party knows its own weighted columns.
    func isUnit(_ facts: TrainingFacts) -> Bool { areAtActiveAlone && facts.hasUnitWeights }
}
