// Sums over rows that are opened (training.md 6).
extension ShareMachine {
    /// Share of a sum over rows at the scale of matrices.
    func sum(_ kind: Kernel.Kind, period: Double) async throws -> ShareWord {
        let layout = try facts.layout(kind, period: period)
        let shares = try await evaluate(kind, period: period)
        let result = total(shares, of: layout)
        guard kind == .loss || kind == .dispersion else { return result }
        let sums = try await slopeSums(try slopes(of: layout), of: layout, over: table.all)
        return try await result &+ linear(sums, at: trialPoint)
    }

    /// What theta's standard error takes, to the active party alone (training.md 5.8).
    func openCurvature(period: Double) async throws {
        let layout = try facts.layout(.curvature, period: period)
        var information: ThetaInformation?
        var given = KernelRows(turns: turns, label: [], offset: [], weight: [])
        if let active, case .negativeBinomial(let theta) = family {
            let found = ThetaInformation(label: active.label, weight: active.weight, theta: theta)
            given = KernelRows(
                turns: turns, label: active.label, offset: active.offset, weight: active.weight.map { $0 * found.unit })
            information = found
        }
        let shares = try await evaluate(.curvature, layout, given)
        let word = total(shares, of: layout)
        let sums = try await openOwn(
            isActive ? [word] : [], peers: isActive ? [] : [word], fractionBits: facts.curvatureFractionBits,
            widths: facts.curvatureWidths)
        results.thetaError = sums.first.flatMap { information?.error($0) }
    }

    /// The shares' sum at the scale of matrices.
    func total(_ shares: [Int128], of layout: KernelLayout) -> ShareWord {
        let sum = shares.reduce(ShareWord.zero) { $0 &+ ShareWord($1) }
        return truncated([sum], shift: layout.kernel.shareFractionBits - ShareMatrix.fractionBits)[0]
    }

    /// What each row's loss has times its predictor; at the active party.
    func slopes(of layout: KernelLayout) throws(TrainingError) -> [Int128] {
        guard let active else { return [] }
        var result: [Int128] = []
        for row in 0..<rows {
            let term = ownKernel(layout.kernel).term(
                label: active.label[row], offset: active.offset[row], weight: active.weight[row], center: active.center)
            result.append(try fixed(term.slope, fractionBits: layout.kernel.shareFractionBits))
        }
        return result
    }

    /// A row of sums over rows of slopes times each column, divided by 2^k.
    func slopeSums(_ slopes: [Int128], of layout: KernelLayout, over part: WhitenedRows) async throws -> ShareMatrix {
        let fraction = layout.kernel.shareFractionBits
        let sumLayout = try facts.knownRowLayout(columns: facts.passiveColumns, fraction: fraction)
        var sums = ShareMatrix(rows: 1, columns: facts.parameters)
        if isActive {
            for j in 0..<ownCount { sums[0, j] = ownSum(part.columns[j], slopes) }
            for (j, sum) in zip(peerRange, try await exchange.ownColumnSums(slopes, layout: sumLayout)) {
                sums[0, j] = sum
            }
        } else {
            for (j, sum) in zip(ownRange, try await evaluate(sumLayout, over: part)) { sums[0, j] = sum }
        }
        for (j, sum) in zip(facts.otherRange, try await othersSums(ofKnown: slopes, fraction: fraction)) {
            sums[0, j] = sum
        }
        return dividedByRows(sums, fraction: fraction)
    }

    /// Such a row times a point.
    func linear(_ sums: ShareMatrix, at point: ShareMatrix) async throws -> ShareWord {
        try await product(sums, point, shift: ShareMatrix.fractionBits)[0, 0].shiftedLeft(facts.rowBitsOfCount)
    }

    /// `sum_i d_i^2` of shares `a + b`: the squares that each knows, and twice the mixed products.
    func residualSum() async throws -> ShareWord {
        try await squares(of: residuals, layout: facts.residualSumLayout(), half: TrainingFacts.linearHalfBits)
    }

    /// The same of Pearson's residuals at the trial point's predictors.
    func pearsonSum(period: Double) async throws -> ShareWord {
        let layout = try facts.layout(.pearson, period: period)
        let drop = Int128(layout.kernel.shareFractionBits - TrainingFacts.linearRowFractionBits)
        // Both round down: one unit is put back.
        let residuals = try await evaluate(.pearson, period: period).map { ($0 >> drop) + (isActive ? 1 : 0) }
        return try await squares(
            of: residuals, layout: facts.squaresLayout(period: period), half: facts.squareBits(period: period).half)
    }

    func squares(
        of residuals: [Int128], layout: ColumnSumLayout, half: Int
    ) async throws -> ShareWord {
        var result = residuals.reduce(ShareWord.zero) { $0 &+ ShareWord($1) &* ShareWord($1) }
        // Scalars of at most 63 bits: the passive party's share in two parts.
        let half = Int128(half)
        let sums: [ShareWord]
        if isActive {
            sums = try await exchange.ownColumnSums(residuals, layout: layout)
        } else {
            sums = try await exchange.evaluateColumnSums(layout, rows: residuals.count) { range in
                [
                    residuals[range].map { Int64($0 & ((1 << half) - 1)) },
                    residuals[range].map { Int64(truncatingIfNeeded: $0 >> half) },
                ]
            }
        }
        result = result &+ (sums[0] &+ sums[1].shiftedLeft(Int(half))).shiftedLeft(1)
        return result
    }
}
