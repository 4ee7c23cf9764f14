// Steps over all rows.
extension ShareMachine {
    // MARK: Start

    func startGradient() async throws {
        let fraction = try facts.residualShape(period: facts.firstPeriod).fraction
        let layout = try facts.knownRowLayout(columns: facts.passiveColumns, fraction: fraction)
        try await takeMatrices()
        var result = ShareMatrix(rows: facts.parameters, columns: 1)
        var known: [Int128] = []
        if let active {
            let rows = try (0..<rows).map { row in
                try fixed(
                    active.weight[row] * active.startResidual(row), fractionBits: fraction)
            }
            known = rows
            for j in 0..<ownCount { result[j, 0] = ownSum(table.columns[j], rows) }
            let sums = try await exchange.ownColumnSums(rows, layout: layout)
            for (j, sum) in zip(peerRange, sums) { result[j, 0] = sum }
        } else {
            let sums = try await evaluate(layout, over: table.all)
            for (j, sum) in zip(ownRange, sums) { result[j, 0] = sum }
        }
        for (j, sum) in zip(facts.otherRange, try await othersSums(ofKnown: known, fraction: fraction)) {
            result[j, 0] = sum
        }
        try await finishGradient(result, fraction: fraction)
    }

    func startInformation() async throws {
        try await gatherInformation(try startWeights())
        // Without what risk sets take off: more than the information, which is as good for a first step.
        if !family.hasIntercept { try takeOutConstant() }
    }

    /// Of the active party's own fit, at this party where it is that one.
    func startWeights() throws(TrainingError) -> RowWeights {
        var weights: [Int128] = []
        if let active {
            for row in 0..<rows {
                weights.append(
                    try fixed(
                        active.weight[row] * active.startWeight(row), fractionBits: TrainingFacts.weightFractionBits))
            }
        }
        return RowWeights(
            shares: weights, bits: facts.startWeightBits, fractionBits: TrainingFacts.weightFractionBits,
            entryFractionBits: facts.featureFractionBits, areAtActiveAlone: true)
    }

    // MARK: Predictor and residuals

    func computePredictor(period: Double) async throws {
        take(try await predictorShares(at: trialPoint, over: table.all, period: period), period: period)
    }

    /// Shares of predictors modulo the period, of all rows in order.
    func take(_ shares: [ShareWord], period: Double) {
        guard facts.family != .linear else { return predictors = shares }
        let turn = facts.turnBits(period: period)
        turns = shares.map { turn >= 64 ? $0.shiftedRight(turn - 64).low : $0.low << UInt64(64 - turn) }
    }

    /// - Parameter point: one column.
    func predictorShares(
        at point: ShareMatrix, over part: WhitenedRows, period: Double
    ) async throws -> [ShareWord] {
        let (turn, rows) = (facts.turnBits(period: period), part.count)
        let own = ownRange.map { point[$0, 0] }
        let others = peerRange.map { point[$0, 0].masked(turn) }
        var shares = Array(repeating: ShareWord.zero, count: rows)
        for j in 0..<ownCount {
            let (column, factor) = (part.columns[j], own[j])
            for row in 0..<rows { shares[row] = shares[row] &+ factor &* column[row] }
        }
        func add(_ words: [ShareWord]) { for row in 0..<rows { shares[row] = shares[row] &+ words[row] } }
        if isActive {
            add(
                try await exchange.ownRowProducts(
                    others, rows: rows, entries: facts.featureBits, turnBits: turn))
            add(
                try await exchange.evaluateRowProducts(
                    part.columns, entries: facts.featureBits, turnBits: turn))
        } else {
            add(
                try await exchange.evaluateRowProducts(
                    part.columns, entries: facts.featureBits, turnBits: turn))
            add(
                try await exchange.ownRowProducts(
                    others, rows: rows, entries: facts.featureBits, turnBits: turn))
        }
        add(try await othersPredictors(at: point, rows: rows, turn: turn))
        return shares
    }

    func computeResiduals(period: Double) async throws {
        guard facts.family != .linear else { return try computeLinearResiduals() }
        guard facts.family != .cox else { return try await computeHazardResiduals(period: period) }
        residuals = try await evaluate(.mean, period: period)
    }

    func computeLinearResiduals() throws {
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
    }

    /// Integer shares of a kernel at the trial point's predictors.
    func evaluate(_ kind: Kernel.Kind, period: Double) async throws -> [Int128] {
        try await evaluate(
            kind, try facts.layout(kind, period: period),
            KernelRows(
                turns: turns, label: active?.label ?? [], offset: active?.offset ?? [],
                weight: active?.kernelWeights ?? []))
    }

    /// What a kernel takes of each row: own angles and, at the active party, what stands beside its columns.
    struct KernelRows {
        let turns: [UInt64]
        let label: [Double]
        let offset: [Double]
        let weight: [Double]
    }

    func evaluate(_ kind: Kernel.Kind, _ layout: KernelLayout, _ given: KernelRows) async throws -> [Int128] {
        let (kernel, rows, turns) = (ownKernel(layout.kernel), given.turns.count, given.turns)
        let (vectorBits, scalarBits) = kernel.fractionBits
        guard let active else {
            let frequencies = kernel.frequencies
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
        let terms = (0..<rows).map {
            kernel.term(
                label: given.label[$0], offset: given.offset[$0], weight: given.weight[$0], center: active.center)
        }
        var corrections = Array(repeating: Int128(0), count: rows)
        let shares = try await exchange.ownKernel(layout, rows: rows) { row in
            let vector = kernel.vector(series, terms[row], turns: turns[row])
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

    /// With the theta that the active party has now: no width depends on it.
    func ownKernel(_ kernel: Kernel) -> Kernel {
        Kernel(
            family: family, kind: kernel.kind, period: kernel.period, scaleBits: kernel.scaleBits,
            finerBits: kernel.finerBits)
    }

    func series(of kernel: Kernel) -> FourierSeries {
        if let known = knownSeries[kernel] { return known }
        let made = kernel.series()
        knownSeries[kernel] = made
        return made
    }

    // MARK: Gradient

    func computeGradient(period: Double) async throws {
        let fraction = try facts.residualShape(period: period).fraction
        try await finishGradient(
            try await sums(of: residuals, over: table.all, period: period), fraction: fraction)
    }

    /// `sum_i q_ij d_i` of residual shares d.
    func sums(of rows: [Int128], over part: WhitenedRows, period: Double) async throws -> ShareMatrix {
        var result = ShareMatrix(rows: facts.parameters, columns: 1)
        for (index, j) in ownRange.enumerated() { result[j, 0] = ownSum(part.columns[index], rows) }
        // Both directions: the active party's rows first.
        let mine = try facts.gradientLayout(columns: peerCount, period: period)
        let theirs = try facts.gradientLayout(columns: ownCount, period: period)
        if isActive {
            for (j, sum) in zip(peerRange, try await exchange.ownColumnSums(rows, layout: mine)) {
                result[j, 0] = result[j, 0] &+ sum
            }
        }
        for (j, sum) in zip(ownRange, try await evaluate(theirs, over: part)) { result[j, 0] = result[j, 0] &+ sum }
        if !isActive {
            for (j, sum) in zip(peerRange, try await exchange.ownColumnSums(rows, layout: mine)) {
                result[j, 0] = result[j, 0] &+ sum
            }
        }
        for (j, sum) in zip(facts.otherRange, try await othersSums(of: rows, period: period)) { result[j, 0] = sum }
        return result
    }

    /// Divides by 2^k, and adds the penalty's part.
    func finishGradient(_ sums: ShareMatrix, fraction: Int) async throws {
        gradient = dividedByRows(sums, fraction: fraction)
        // A constant cancels out of hazards: it stays at 0.
        if !family.hasIntercept { gradient[0, 0] = .zero }
        if facts.penalty > 0 {
            gradient =
                try await gradient
                &+ product(try penalty(), trialPoint, shift: ShareMatrix.fractionBits)
        }
    }

    /// Sums of so many fraction bits over rows, times entries, divided by 2^k.
    func dividedByRows(_ sums: ShareMatrix, fraction: Int) -> ShareMatrix {
        truncated(
            sums, shift: fraction + facts.featureFractionBits + facts.rowBitsOfCount - ShareMatrix.fractionBits)
    }

    /// - Parameter share: of it, so much.
    func penalty(times share: Double = 1) throws(TrainingError) -> ShareMatrix {
        var result = ShareMatrix(rows: facts.parameters, columns: facts.parameters)
        for (i, row) in ownRange.enumerated() {
            for (j, column) in ownRange.enumerated() {
                result[row, column] = try ShareMatrix.word(table.penalty[i][j] * share)
            }
        }
        placeOtherPenalties(times: share, in: &result)
        return result
    }

    // MARK: Parts

    func evaluate(_ layout: ColumnSumLayout, over part: WhitenedRows) async throws -> [ShareWord] {
        try await exchange.evaluateColumnSums(layout, rows: part.count) {
            part.entries($0, fractionBits: part.fractionBits)
        }
    }

    func ownSum(_ column: [Int64], _ rows: [Int128]) -> ShareWord {
        var sum = ShareWord.zero
        for row in rows.indices { sum = sum &+ ShareWord(rows[row]) &* column[row] }
        return sum
    }

    /// The same for the product of two columns.
    func ownSum(_ i: Int, _ j: Int, of part: WhitenedRows, _ rows: [Int128]) -> ShareWord {
        let (a, b) = (part.columns[i], part.columns[j])
        let shift = Int128(2 * part.fractionBits - TrainingFacts.productFractionBits)
        var sum = ShareWord.zero
        for row in rows.indices {
            let product = (Int128(a[row]) * Int128(b[row]) + (1 << (shift - 1))) >> shift
            sum = sum &+ ShareWord(rows[row]) &* Int64(product)
        }
        return sum
    }

    /// A number that this party knows of a row.
    func fixed(
        _ value: Double, fractionBits: Int, below bits: Int = 0
    ) throws(TrainingError) -> Int128 {
        guard value.isFinite, abs(value) < power(max(bits, facts.rowBits, facts.weightBits) + 1) else {
            throw .coefficientOutOfRange
        }
        return ShareWord(value, fractionBits: fractionBits)?.asInt128 ?? 0
    }
}
