// Steps over all rows.
extension ShareMachine {
    // MARK: Start

    /// Scale of the residuals that the active party knows at the start.
    private func residualBits() throws -> (fraction: Int, bits: Int) {
        try facts.residualShape(period: facts.firstPeriod)
    }

    func startGradient() async throws {
        let (fraction, _) = try residualBits()
        let layout = try facts.knownRowLayout(columns: facts.passiveColumns, fraction: fraction)
        var result = ShareMatrix(rows: facts.parameters, columns: 1)
        if let active {
            let rows = try (0..<rows).map { row in
                try fixed(
                    active.weight[row]
                        * facts.family.residual(active.start.predictor[row], label: active.label[row]),
                    fractionBits: fraction)
            }
            for j in 0..<ownCount { result[j, 0] = ownSum(table.columns[j], rows) }
            let sums = try await exchange.ownColumnSums(rows, layout: layout)
            for (j, sum) in zip(peerRange, sums) { result[j, 0] = sum }
        } else {
            let sums = try await evaluate(layout)
            for (j, sum) in zip(ownRange, sums) { result[j, 0] = sum }
        }
        try await finishGradient(result, fraction: fraction)
    }

    func startInformation() async throws {
        var weights: [Int128] = []
        if let active {
            weights = try (0..<rows).map { row in
                try fixed(
                    active.weight[row] * facts.family.weight(active.start.predictor[row]),
                    fractionBits: TrainingFacts.weightFractionBits)
            }
        }
        try await gatherInformation(weights, valueBits: facts.startWeightBits, atActiveAlone: true)
    }

    // MARK: Predictor and residuals

    func computePredictor(period: Double) async throws {
        let turn = facts.turnBits(period: period)
        let own = ownRange.map { trialPoint[$0, 0] }
        let others = peerRange.map { trialPoint[$0, 0].masked(turn) }
        var shares = Array(repeating: ShareWord.zero, count: rows)
        for j in 0..<ownCount {
            let (column, factor) = (table.columns[j], own[j])
            for row in 0..<rows { shares[row] = shares[row] &+ factor &* column[row] }
        }
        func add(_ words: [ShareWord]) { for row in 0..<rows { shares[row] = shares[row] &+ words[row] } }
        if isActive {
            add(
                try await exchange.ownRowProducts(
                    others, rows: rows, entries: facts.featureBits, turnBits: turn))
            add(
                try await exchange.evaluateRowProducts(
                    table.columns, entries: facts.featureBits, turnBits: turn))
        } else {
            add(
                try await exchange.evaluateRowProducts(
                    table.columns, entries: facts.featureBits, turnBits: turn))
            add(
                try await exchange.ownRowProducts(
                    others, rows: rows, entries: facts.featureBits, turnBits: turn))
        }
        if facts.family == .linear {
            predictors = shares
        } else {
            turns = shares.map {
                turn >= 64 ? $0.shiftedRight(turn - 64).low : $0.low << UInt64(64 - turn)
            }
        }
    }

    func computeResiduals(period: Double) async throws {
        guard facts.family != .linear else { return try computeLinearResiduals() }
        residuals = try await evaluate(.mean, period: period)
    }

    private func computeLinearResiduals() throws {
        let fraction = facts.featureFractionBits + ShareMatrix.fractionBits
        if let active {
            for row in 0..<rows {
                guard let label = ShareWord(active.label[row], fractionBits: fraction) else {
                    throw TrainingError.coefficientOutOfRange
                }
                predictors[row] = predictors[row] &- label
            }
        }
        residuals = truncated(predictors, shift: fraction - TrainingFacts.linearRowFractionBits).map(\.asInt128)
        predictors = []
        if let active, facts.isWeighted {
            throw TrainingError.invalidPlan(active.weight.isEmpty ? "no weights" : "linear fits take no weights")
        }
    }

    /// Integer shares of a kernel at the trial point's predictors.
    private func evaluate(_ kind: Kernel.Kind, period: Double) async throws -> [Int128] {
        let layout = try facts.layout(kind, period: period)
        let kernel = layout.kernel
        let (vectorBits, scalarBits) = kernel.fractionBits
        guard let active else {
            let (turns, frequencies) = (turns, kernel.frequencies)
            let unit = power(scalarBits)
            return try await exchange.evaluateKernel(layout, rows: rows) { row in
                frequencies.flatMap { frequency in
                    let (c, s) = ElementaryFunctions.cosineAndSine(turns: turns[row] &* frequency)
                    return [UInt32(((c + 1) * unit).rounded()), UInt32(((s + 1) * unit).rounded())]
                }
            }
        }
        let series = series(of: kernel)
        let unit = power(vectorBits)
        let limit = power(kernel.magnitudeBits)
        let own = Kernel(family: facts.family, kind: kind, period: period, scaleBits: facts.scaleBits)
        let terms = (0..<rows).map {
            own.term(
                label: active.label[$0], offset: active.offset[$0], weight: active.weight[$0], center: active.center)
        }
        let turns = turns
        var corrections = Array(repeating: Int128(0), count: rows)
        let shares = try await exchange.ownKernel(layout, rows: rows) { row in
            let vector = own.vector(series, terms[row], turns: turns[row])
            guard vector.reduce(0, { $0 + abs($1) }) < limit else { throw TrainingError.coefficientOutOfRange }
            let integers = vector.map { Int64(($0 * unit).rounded()) }
            // The scalars' offset of 1 times the vector's sum.
            corrections[row] = Int128(integers.reduce(0, +)) << Int128(scalarBits)
            return integers
        }
        return try zip(shares.indices, shares).map { row, share in
            let constant = terms[row].constant + terms[row].scale * series.constant
            return share - corrections[row]
                + (try fixed(
                    constant, fractionBits: kernel.shareFractionBits, below: kernel.magnitudeBits))
        }
    }

    private func series(of kernel: Kernel) -> FourierSeries {
        if let known = knownSeries[kernel] { return known }
        let made = kernel.series()
        knownSeries[kernel] = made
        return made
    }

    // MARK: Gradient

    func computeGradient(period: Double) async throws {
        let fraction = try facts.residualShape(period: period).fraction
        var result = ShareMatrix(rows: facts.parameters, columns: 1)
        for (index, j) in ownRange.enumerated() { result[j, 0] = ownSum(table.columns[index], residuals) }
        try await addSums(of: residuals, period: period, to: &result)
        try await finishGradient(result, fraction: fraction)
    }

    /// Both directions: the active party's rows first.
    private func addSums(of rows: [Int128], period: Double, to result: inout ShareMatrix) async throws {
        let mine = try facts.gradientLayout(columns: peerCount, period: period)
        let theirs = try facts.gradientLayout(columns: ownCount, period: period)
        if isActive {
            for (j, sum) in zip(peerRange, try await exchange.ownColumnSums(rows, layout: mine)) {
                result[j, 0] = result[j, 0] &+ sum
            }
        }
        for (j, sum) in zip(ownRange, try await evaluate(theirs)) { result[j, 0] = result[j, 0] &+ sum }
        if !isActive {
            for (j, sum) in zip(peerRange, try await exchange.ownColumnSums(rows, layout: mine)) {
                result[j, 0] = result[j, 0] &+ sum
            }
        }
    }

    /// Divides by 2^k, and adds the penalty's part.
    private func finishGradient(_ sums: ShareMatrix, fraction: Int) async throws {
        gradient = truncated(
            sums, shift: fraction + facts.featureFractionBits + facts.rowBitsOfCount - ShareMatrix.fractionBits)
        if facts.penalty > 0 {
            gradient =
                try await gradient
                &+ product(try penalty(), trialPoint, shift: ShareMatrix.fractionBits)
        }
    }

    private func penalty() throws(TrainingError) -> ShareMatrix {
        var result = ShareMatrix(rows: facts.parameters, columns: facts.parameters)
        for (i, row) in ownRange.enumerated() {
            for (j, column) in ownRange.enumerated() {
                result[row, column] = try ShareMatrix.word(table.penalty[i][j])
            }
        }
        return result
    }

    // MARK: Information

    func computeInformation(period: Double) async throws {
        let layout: KernelLayout
        var weights: [Int128]
        if facts.weightIsMean {
            layout = try facts.layout(.mean, period: period)
            weights = residuals
            if let active {
                for row in 0..<rows {
                    weights[row] += try fixed(
                        active.weight[row] * active.label[row], fractionBits: layout.kernel.shareFractionBits)
                }
            }
        } else {
            layout = try facts.layout(.weight, period: period)
            weights = try await evaluate(.weight, period: period)
        }
        let drop = layout.kernel.shareFractionBits - TrainingFacts.weightFractionBits
        // Both round down: one unit is put back, so that there is no bias.
        weights = weights.map { ($0 >> Int128(drop)) + (isActive ? 1 : 0) }
        try await gatherInformation(
            weights, valueBits: try facts.weightShareBits(period: period), atActiveAlone: false)
    }

    /// `Q^T W Q / 2^k` from shares of the weights.
    private func gatherInformation(
        _ weights: [Int128], valueBits: Int, atActiveAlone: Bool
    ) async throws {
        var result = ShareMatrix(rows: facts.parameters, columns: facts.parameters)
        try await addBlocks(weights, valueBits: valueBits, atActiveAlone: atActiveAlone, to: &result)
        try await addCross(weights, valueBits: valueBits, atActiveAlone: atActiveAlone, to: &result)
        if facts.penalty > 0 { result = result &+ (try penalty()) }
        information = result
    }

    /// Each party's own block: products of its columns with its own share, and with the peer's under encryption.
    private func addBlocks(
        _ weights: [Int128], valueBits: Int, atActiveAlone: Bool, to result: inout ShareMatrix
    ) async throws {
        let pairs = { (count: Int) in (0..<count).flatMap { i in (0...i).map { (i, $0) } } }
        let (own, peers) = (pairs(ownCount), pairs(peerCount))
        let knowsOwn = atActiveAlone && (isActive || facts.hasUnitWeights)
        var mine = Array(repeating: ShareWord.zero, count: own.count)
        if isActive || !atActiveAlone {
            for (index, (i, j)) in own.enumerated() { mine[index] = ownSum(i, j, weights) }
        } else if facts.hasUnitWeights {
            let ones = Array(repeating: Int128(1) << Int128(TrainingFacts.weightFractionBits), count: rows)
            for (index, (i, j)) in own.enumerated() { mine[index] = ownSum(i, j, ones) }
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
            let sums = try await exchange.evaluateColumnSums(takes, rows: rows) { [table] in
                table.products($0, fractionBits: TrainingFacts.productFractionBits)
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
            TrainingFacts.weightFractionBits + TrainingFacts.productFractionBits + facts.rowBitsOfCount
            - ShareMatrix.fractionBits
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
        _ weights: [Int128], valueBits: Int, atActiveAlone: Bool, to result: inout ShareMatrix
    ) async throws {
        // Both directions multiply with the very same integers, or the shares' large parts would not cancel.
        let entryBits = facts.featureFractionBits
        // One row for each passive column, one column for each active one.
        var cross = ShareMatrix(rows: facts.passiveColumns, columns: facts.activeColumns)
        func send() async throws {
            let layout = try facts.crossLayout(values: ownCount, columns: peerCount, valueBits: valueBits)
            let sums = try await exchange.ownPackedSums(layout, rows: rows) { [table] range in
                let entries = table.entries(range, fractionBits: entryBits)
                return range.enumerated().map { index, row in
                    entries.map { ShareWord(weights[row]) &* $0[index] }
                }
            }
            cross = cross &+ (isActive ? sums : sums.transposed)
        }
        func take() async throws {
            let layout = try facts.crossLayout(values: peerCount, columns: ownCount, valueBits: valueBits)
            let sums = try await exchange.evaluatePackedSums(layout, rows: rows) { [table] in
                table.entries($0, fractionBits: table.fractionBits)
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
            TrainingFacts.weightFractionBits + 2 * entryBits + facts.rowBitsOfCount
            - ShareMatrix.fractionBits
        cross = truncated(cross, shift: shift)
        for b in 0..<facts.passiveColumns {
            for a in 0..<facts.activeColumns {
                result[facts.activeColumns + b, a] = cross[b, a]
                result[a, facts.activeColumns + b] = cross[b, a]
            }
        }
    }

    // MARK: Sums that are opened

    /// Share of a sum over rows at the scale of matrices.
    func sum(_ kind: Kernel.Kind, period: Double) async throws -> ShareWord {
        let layout = try facts.layout(kind, period: period)
        let shares = try await evaluate(kind, period: period)
        let total = shares.reduce(ShareWord.zero) { $0 &+ ShareWord($1) }
        var result = truncated(
            [total], shift: layout.kernel.shareFractionBits - ShareMatrix.fractionBits)[0]
        guard kind == .loss else { return result }
        // What is linear in the predictor: one sum a column, times the point.
        let fraction = layout.kernel.shareFractionBits
        let sumLayout = try facts.knownRowLayout(columns: facts.passiveColumns, fraction: fraction)
        var sums = ShareMatrix(rows: 1, columns: facts.parameters)
        if let active {
            let slopes = try (0..<rows).map { row in
                try fixed(
                    layout.kernel.term(
                        label: active.label[row], offset: active.offset[row], weight: active.weight[row],
                        center: active.center
                    ).slope, fractionBits: fraction)
            }
            for j in 0..<ownCount { sums[0, j] = ownSum(table.columns[j], slopes) }
            for (j, sum) in zip(peerRange, try await exchange.ownColumnSums(slopes, layout: sumLayout)) {
                sums[0, j] = sum
            }
        } else {
            for (j, sum) in zip(ownRange, try await evaluate(sumLayout)) { sums[0, j] = sum }
        }
        let k = facts.rowBitsOfCount
        sums = truncated(sums, shift: fraction + facts.featureFractionBits + k - ShareMatrix.fractionBits)
        let linear = try await product(sums, trialPoint, shift: ShareMatrix.fractionBits)[0, 0]
        result = result &+ linear.shiftedLeft(k)
        return result
    }

    /// `sum_i d_i^2` of shares `a + b`: the squares that each knows, and twice the mixed products.
    func residualSum() async throws -> ShareWord {
        var result = residuals.reduce(ShareWord.zero) { $0 &+ ShareWord($1) &* ShareWord($1) }
        // Scalars of at most 63 bits: the passive party's share in two parts.
        let half = Int128(TrainingFacts.linearHalfBits)
        let layout = try facts.residualSumLayout()
        let sums: [ShareWord]
        if isActive {
            sums = try await exchange.ownColumnSums(residuals, layout: layout)
        } else {
            let residuals = residuals
            sums = try await exchange.evaluateColumnSums(layout, rows: rows) { range in
                [
                    residuals[range].map { Int64($0 & ((1 << half) - 1)) },
                    residuals[range].map { Int64(truncatingIfNeeded: $0 >> half) },
                ]
            }
        }
        result = result &+ (sums[0] &+ sums[1].shiftedLeft(Int(half))).shiftedLeft(1)
        return result
    }

    // MARK: Parts

    private func evaluate(_ layout: ColumnSumLayout) async throws -> [ShareWord] {
        try await exchange.evaluateColumnSums(layout, rows: rows) { [table] in
            table.entries($0, fractionBits: table.fractionBits)
        }
    }

    private func ownSum(_ column: [Int64], _ rows: [Int128]) -> ShareWord {
        var sum = ShareWord.zero
        for row in rows.indices { sum = sum &+ ShareWord(rows[row]) &* column[row] }
        return sum
    }

    /// The same for the product of two columns.
    private func ownSum(_ i: Int, _ j: Int, _ rows: [Int128]) -> ShareWord {
        let (a, b) = (table.columns[i], table.columns[j])
        let shift = Int128(2 * table.fractionBits - TrainingFacts.productFractionBits)
        var sum = ShareWord.zero
        for row in rows.indices {
            let product = (Int128(a[row]) * Int128(b[row]) + (1 << (shift - 1))) >> shift
            sum = sum &+ ShareWord(rows[row]) &* Int64(product)
        }
        return sum
    }

    /// A number that this party knows of a row.
    private func fixed(
        _ value: Double, fractionBits: Int, below bits: Int = 0
    ) throws(TrainingError) -> Int128 {
        guard value.isFinite, abs(value) < power(max(bits, facts.rowBits, facts.weightBits) + 1) else {
            throw .coefficientOutOfRange
        }
        return ShareWord(value, fractionBits: fractionBits)?.asInt128 ?? 0
    }
}
