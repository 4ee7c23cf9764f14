// Weights and information (training.md 5.2).
extension ShareMachine {
    func computeInformation(period: Double) async throws {
        try await gatherInformation(try await weights(period: period))
        guard facts.family == .cox else { return }
        try await takeOffMeans(period: period)
        try takeOutConstant()
    }

    /// Without an intercept the constant's place has the information that an inverse starts from, and none with other columns.
    func takeOutConstant() throws(TrainingError) {
        for j in 0..<facts.parameters {
            information[0, j] = .zero
            information[j, 0] = .zero
        }
        if isActive { information[0, 0] = try ShareMatrix.word(power(facts.inverseBits)) }
    }

    /// Shares of the weights at the present predictors.
    func weights(period: Double) async throws -> RowWeights {
        let fraction: Int
        var weights: [Int128]
        if facts.weightIsMean {
            fraction = try facts.residualShape(period: period).fraction
            weights = residuals
            if let active {
                for row in 0..<rows {
                    weights[row] += try fixed(active.weight[row] * active.label[row], fractionBits: fraction)
                }
            }
        } else {
            fraction = try facts.layout(.weight, period: period).kernel.shareFractionBits
            weights = try await evaluate(.weight, period: period)
        }
        let drop = fraction - TrainingFacts.weightFractionBits
        // Both round down: one unit is put back, so that there is no bias.
        weights = weights.map { ($0 >> Int128(drop)) + (isActive ? 1 : 0) }
        return RowWeights(
            shares: weights, bits: try facts.weightShareBits(period: period),
            fractionBits: TrainingFacts.weightFractionBits, entryFractionBits: facts.featureFractionBits)
    }

    /// `Q^T W Q / 2^k` from shares of the weights.
    func gatherInformation(_ weights: RowWeights) async throws {
        var result = try await gram(weights, over: table.all)
        if facts.penalty > 0 { result = result &+ (try penalty()) }
        information = result
    }

    /// Numbers that rows are weighted with.
    struct RowWeights {
        /// Each below `2^bits` in magnitude.
        var shares: [Int128]
        let bits: Int
        let fractionBits: Int
        /// Of the columns' entries in sums across the parties.
        let entryFractionBits: Int
        /// The sums are made greater by two to this.
        var scale = 0
        /// Whether the active party knows them and the other has no share.
        var areAtActiveAlone = false
    }

    /// `2^scale Q^T W Q / 2^k`
    func gram(_ weights: RowWeights, over part: WhitenedRows) async throws -> ShareMatrix {
        var result = ShareMatrix(rows: facts.parameters, columns: facts.parameters)
        try await addBlocks(weights, over: part, to: &result)
        try await addCross(weights, over: part, to: &result)
        try await addOthers(weights, over: part, to: &result)
        return result
    }

    /// Each party's own block: products of its columns with its own share, and with the peer's under encryption.
    private func addBlocks(
        _ rowWeights: RowWeights, over part: WhitenedRows, to result: inout ShareMatrix
    ) async throws {
        let (weights, valueBits) = (rowWeights.shares, rowWeights.bits)
        let atActiveAlone = rowWeights.areAtActiveAlone
        let pairs = { (count: Int) in (0..<count).flatMap { i in (0...i).map { (i, $0) } } }
        let (own, peers) = (pairs(ownCount), pairs(peerCount))
        let knowsOwn = atActiveAlone && (isActive || facts.hasUnitWeights)
        var mine = Array(repeating: ShareWord.zero, count: own.count)
        if isActive || !atActiveAlone {
            for (index, (i, j)) in own.enumerated() { mine[index] = ownSum(i, j, of: part, weights) }
        } else if facts.hasUnitWeights {
            let ones = Array(repeating: Int128(1) << Int128(TrainingFacts.weightFractionBits), count: part.count)
            for (index, (i, j)) in own.enumerated() { mine[index] = ownSum(i, j, of: part, ones) }
        }
        var theirs = Array(repeating: ShareWord.zero, count: peers.count)
        let sends = try facts.blockLayout(columns: peerCount, valueBits: valueBits)
        let takes = try facts.blockLayout(columns: ownCount, valueBits: valueBits)
        func send() async throws {
            guard !(atActiveAlone && (!isActive || facts.hasUnitWeights)) else { return }
            theirs = try await exchange.ownColumnSums(weights, layout: sends)
        }
        func take() async throws {
            guard !knowsOwn else { return }
            let sums = try await exchange.evaluateColumnSums(takes, rows: part.count) {
                part.products($0, fractionBits: TrainingFacts.productFractionBits)
            }
            for index in sums.indices { mine[index] = mine[index] &+ sums[index] }
        }
        if isActive {
            try await send()
            try await take()
        } else {
            try await take()
            try await send()
        }
        let shift =
            rowWeights.fractionBits + TrainingFacts.productFractionBits + facts.rowBitsOfCount
            - ShareMatrix.fractionBits - rowWeights.scale
        // The active party's block first, at both.
        let both = truncated(isActive ? mine + theirs : theirs + mine, shift: shift)
        for (value, (i, j)) in zip(
            both,
            pairs(facts.activeColumns)
                + pairs(facts.passiveColumns).map { pair in
                    (pair.0 + facts.activeColumns, pair.1 + facts.activeColumns)
                })
        {
            result[i, j] = value
            result[j, i] = value
        }
    }

    private func addCross(
        _ rowWeights: RowWeights, over part: WhitenedRows, to result: inout ShareMatrix
    ) async throws {
        let atActiveAlone = rowWeights.areAtActiveAlone
        // Both directions multiply with the very same integers, or the shares' large parts would not cancel.
        let (weights, entryBits) = (rowWeights.shares, rowWeights.entryFractionBits)
        // One row for each passive column, one column for each active one.
        var cross = ShareMatrix(rows: facts.passiveColumns, columns: facts.activeColumns)
        func send() async throws {
            let layout = try facts.crossLayout(
                values: ownCount, columns: peerCount, valueBits: rowWeights.bits, fraction: entryBits)
            let sums = try await exchange.ownPackedSums(layout, rows: part.count) { range in
                let entries = part.entries(range, fractionBits: entryBits)
                return range.enumerated().map { index, row in
                    entries.map { ShareWord(weights[row]) &* $0[index] }
                }
            }
            cross = cross &+ (isActive ? sums : sums.transposed)
        }
        func take() async throws {
            let layout = try facts.crossLayout(
                values: peerCount, columns: ownCount, valueBits: rowWeights.bits, fraction: entryBits)
            let sums = try await exchange.evaluatePackedSums(layout, rows: part.count) {
                part.entries($0, fractionBits: entryBits)
            }
            cross = cross &+ (isActive ? sums.transposed : sums)
        }
        if isActive {
            try await send()
            if !atActiveAlone { try await take() }
        } else {
            try await take()
            if !atActiveAlone { try await send() }
        }
        let shift =
            rowWeights.fractionBits + 2 * entryBits + facts.rowBitsOfCount - ShareMatrix.fractionBits
            - rowWeights.scale
        cross = truncated(cross, shift: shift)
        for b in 0..<facts.passiveColumns {
            for a in 0..<facts.activeColumns {
                result[facts.activeColumns + b, a] = cross[b, a]
                result[a, facts.activeColumns + b] = cross[b, a]
            }
        }
    }
}
