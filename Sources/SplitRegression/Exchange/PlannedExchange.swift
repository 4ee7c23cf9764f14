internal import Wire

/// What goes over the wire for a step, in order: the inspector of a running session and the verifier of a transcript compare each
/// message with it (training.md 5; transcript.md T10, T23, T24).
enum PlannedExchange: Sendable, Hashable {
    /// The owner's ciphertexts, and the evaluator's results.
    case shape(ExchangeShape, owner: TrainingRole, request: MessageType, reply: MessageType)
    /// High bits of shares, to each party what is its own.
    case results(active: [Int], passive: [Int])
    case checkpoint
}

extension TrainingFacts {
    /// - Throws: ``TrainingError/keyTooSmall(bits:)`` and the like, where the parties could not go on either.
    func exchanges(of step: TrainingStep) throws(TrainingError) -> [PlannedExchange] {
        switch step {
        case .startGradient:
            let fraction = try residualShape(period: firstPeriod).fraction
            return [sums(try knownRowLayout(columns: passiveColumns, fraction: fraction), .active)] + (try penalties())
        case .startInformation:
            return try startWeightedSums(rows: rows)
        case .inverse(let iteration):
            let image = try product(parameters, parameters, parameters)
            let lower = try product(parameters, parameters, parameters, .lower)
            return (0..<iteration.iterations).flatMap { index in
                (index < iteration.symmetricIterations ? lower : image) + lower
            }
        case .direction: return try product(parameters, parameters, 1) + product(1, parameters, 1)
        case .predictor(let period):
            return [
                try rowProducts(.active, period: period, rows: rows),
                try rowProducts(.passive, period: period, rows: rows),
            ]
        case .rates(let period): return [kernel(try layout(.mean, period: period))]
        case .risks(let period): return [riskSums(try riskLayout(period: period))]
        case .reciprocals(let start):
            let both = elements(try riskProductLayout(), rows: events)
            return start.stretches.flatMap { _ in [both, both] }
        case .curve:
            return [
                riskSums(try curveLayout()), .results(active: curveWidths.active, passive: curveWidths.passive),
            ]
        case .pathSum: return try product(1, parameters, 1)
        case .wald: return try product(parameters, parameters, 1) + product(1, parameters, 1)
        case .residual(let period) where family == .cox:
            return [riskSums(try hazardLayout()), elements(try sharedProductLayout(period: period), rows: rows)]
        case .residual(let period):
            return family == .linear ? [] : [kernel(try layout(.mean, period: period))]
        case .weigh: return [try weighing()]
        case .gradient(let period):
            return try gradientSums(period: period, rows: rows) + penalties()
        case .information(let period):
            let bits = try weightShareBits(period: period)
            return (weightIsMean ? [] : [kernel(try layout(.weight, period: period))])
                + (try weightedSums(valueBits: bits, rows: rows)) + (family == .cox ? try means(period: period) : [])
        case .sum(let kind, let period):
            let layout = try layout(kind, period: period)
            guard kind == .loss || kind == .dispersion else { return [kernel(layout)] }
            let slopes = try knownRowLayout(
                columns: passiveColumns, fraction: layout.kernel.shareFractionBits)
            return [kernel(layout), sums(slopes, .active)] + (try product(1, parameters, 1))
        case .curvature(let period):
            return [
                kernel(try layout(.curvature, period: period)),
                .results(active: curvatureWidths.active, passive: curvatureWidths.passive),
            ]
        case .residualSum: return [sums(try residualSumLayout(), .active)]
        case .squares(let period):
            return [kernel(try layout(.pearson, period: period)), sums(try squaresLayout(period: period), .active)]
        case .coefficients(let bits):
            let widths = coefficientWidths(fractionBits: bits)
            return (family.hasIntercept ? try product(1, parameters, 1) : []) + [
                .results(active: widths.active, passive: widths.passive)
            ]
        case .variances:
            return try product(parameters, parameters, parameters)
                + product(parameters, parameters, parameters, .diagonal) + [
                    .results(active: varianceWidths.active, passive: varianceWidths.passive)
                ]
        case .meat(let period, _) where family == .cox: return try riskMeat(period: period)
        case .meat(let period, let scale):
            let bits = try scoreShape(period: period, scale: scale).squareBits
            return [elements(try elementLayout(period: period, scale: scale))]
                + (try weightedSums(valueBits: bits, fraction: Self.meatEntryFractionBits, rows: rows))
        case .robustVariances:
            return try product(parameters, parameters, parameters) + product(parameters, parameters, parameters)
                + product(parameters, parameters, parameters, .diagonal) + [
                    .results(active: robustVarianceWidths.active, passive: robustVarianceWidths.passive)
                ]
        case .correlations:
            let widths = correlationBits.map(\.all)
            return try product(parameters, parameters, parameters) + product(parameters, parameters, parameters, .lower)
                + product(parameters, parameters, 1) + product(parameters, parameters, 1) + [
                    .results(active: widths, passive: widths)
                ]
        case .jointGradient:
            let widths = jointGradientBits.map(\.all)
            return try product(parameters, parameters, 1) + [.results(active: widths, passive: widths)]
        case .foldInformation, .foldPoints, .foldPredictor, .foldSum, .foldSquares: return try foldExchanges(of: step)
        case .heldOutSum(let kind, let period):
            let rows = ofHeldOutRows
            let layout = try rows.layout(kind, period: period)
            guard kind == .loss else { return [rows.kernel(layout)] }
            return [
                rows.kernel(layout),
                rows.sums(try rows.heldOutSlopeLayout(fraction: layout.kernel.shareFractionBits), .active),
            ]
        case .heldOutSquares:
            let rows = ofHeldOutRows
            let layout = try otherColumns.isEmpty ? rows.heldOutSquaresLayout() : rows.residualSumLayout()
            return [rows.sums(layout, .active)]
        case .aliases:
            return try product(parameters, parameters, parameters)
                + product(parameters, parameters, parameters, .diagonal) + [
                    .results(active: aliasWidths.active, passive: aliasWidths.passive)
                ]
        case .passiveAliases:
            return try product(parameters, parameters, parameters)
                + product(parameters, parameters, parameters, .diagonal) + [
                    .results(active: [], passive: aliasWidths.passive)
                ]
        case .movements: return [.results(active: movementWidths.active, passive: movementWidths.passive)]
        case .levelTest: return try levelTestExchanges()
        case .levelCurves: return try levelCurveExchanges()
        case .checkpoint: return [.checkpoint]
        case .riskTrace, .pathPoint, .pathIntegral, .null, .score: return []
        case .trace, .norm, .range, .theta, .heldOutRange, .foldRange, .sumRange, .leaves: return []
        case .move, .stay, .propose, .accept, .steady, .leaveOut: return []
        }
    }

    func gradientSums(period: Double, rows: Int) throws(TrainingError) -> [PlannedExchange] {
        [
            sums(try gradientLayout(columns: passiveColumns, period: period), .active, rows: rows),
            sums(try gradientLayout(columns: activeColumns, period: period), .passive, rows: rows),
        ]
    }

    /// `Q^T W Q` of weights that the active party knows.
    func startWeightedSums(rows: Int) throws(TrainingError) -> [PlannedExchange] {
        let bits = startWeightBits
        let block = sums(try blockLayout(columns: passiveColumns, valueBits: bits), .active, rows: rows)
        return (hasUnitWeights ? [] : [block]) + [
            packed(
                try crossLayout(values: activeColumns, columns: passiveColumns, valueBits: bits), .active, rows: rows)
        ] + (try crossesWithOthers(rows: rows))
    }

    /// `Q^T W Q` from shares of W.
    func weightedSums(
        valueBits bits: Int, fraction: Int? = nil, rows: Int
    ) throws(TrainingError) -> [PlannedExchange] {
        [
            sums(try blockLayout(columns: passiveColumns, valueBits: bits), .active, rows: rows),
            sums(try blockLayout(columns: activeColumns, valueBits: bits), .passive, rows: rows),
            packed(
                try crossLayout(values: activeColumns, columns: passiveColumns, valueBits: bits, fraction: fraction),
                .active, rows: rows),
            packed(
                try crossLayout(values: passiveColumns, columns: activeColumns, valueBits: bits, fraction: fraction),
                .passive, rows: rows),
        ] + (try crossesWithOthers(fraction: fraction, rows: rows))
    }

    func penalties() throws(TrainingError) -> [PlannedExchange] {
        penalty > 0 ? try product(parameters, parameters, 1) : []
    }

    /// Both directions, the active party the owner first.
    func product(
        _ rows: Int, _ inner: Int, _ columns: Int, _ part: ProductLayout.Part = .all
    ) throws(TrainingError) -> [PlannedExchange] {
        let shape = ExchangeShape.product(
            try ProductLayout(rows: rows, inner: inner, columns: columns, part: part, modulusBits: modulusBits))
        return [
            .shape(shape, owner: .active, request: .matrixShares, reply: .matrixProducts),
            .shape(shape, owner: .passive, request: .matrixShares, reply: .matrixProducts),
        ]
    }

    func rowProducts(
        _ owner: TrainingRole, period: Double, rows: Int
    ) throws(TrainingError) -> PlannedExchange {
        .shape(
            try .rowProducts(
                entries: owner == .active ? passiveColumns : activeColumns, rows: rows,
                turnBits: turnBits(period: period), scalarBits: featureBits + 1, modulusBits: modulusBits),
            owner: owner, request: .predictorShares, reply: .predictorSums)
    }

    func kernel(_ layout: KernelLayout) -> PlannedExchange {
        .shape(.kernel(layout, rows: rows), owner: .active, request: .kernelVectors, reply: .kernelResults)
    }

    /// Residuals of a linear fit times case weights.
    func weighing() throws(TrainingError) -> PlannedExchange { elements(try weighingLayout()) }

    func elements(_ layout: ElementLayout, rows: Int? = nil) -> PlannedExchange {
        .shape(
            .elementProducts(layout, rows: rows ?? self.rows), owner: .active, request: .elementShares,
            reply: .elementProducts)
    }

    func riskSums(_ layout: RiskSumLayout) -> PlannedExchange {
        .shape(.riskSums(layout), owner: .passive, request: .riskShares, reply: .riskSums)
    }

    /// Means of columns over risk sets, and their products.
    private func means(period: Double) throws(TrainingError) -> [PlannedExchange] {
        let layout = try riskProductLayout()
        var result: [PlannedExchange] = []
        if let columns = try riskColumnLayout(period: period) {
            result += [riskSums(columns), elements(layout, rows: events * (activeColumns - 1))]
        }
        result += [
            riskSums(try riskVectorLayout(period: period)), elements(layout, rows: events * passiveColumns),
        ]
        if let others = try othersRiskLayout() {
            result += [riskSums(others), elements(layout, rows: events * others.values)]
        }
        for slice in meanSlices { result += try product(parameters, slice.count, parameters, .lower) }
        return result
    }

    /// What each row has in the score, and its products.
    private func riskMeat(period: Double) throws(TrainingError) -> [PlannedExchange] {
        let columns = parameters - 1
        let (shared, hazards) = (try sharedProductLayout(period: period), try hazardLayout())
        var result = [elements(try riskProductLayout(), rows: events * columns)]
        for layout in [hazards, hazards] { result += Array(repeating: riskSums(layout), count: columns) }
        result += [
            elements(shared, rows: rows * columns),
            elements(try scoreEntryLayout(period: period), rows: rows * (passiveRange.upperBound - 1)),
        ]
        for slice in scoreSlices { result += try product(parameters, slice.count, parameters, .lower) }
        return result
    }

    func sums(_ layout: ColumnSumLayout, _ owner: TrainingRole, rows: Int? = nil) -> PlannedExchange {
        .shape(.columnSums(layout, rows: rows ?? self.rows), owner: owner, request: .rowShares, reply: .columnSums)
    }

    func packed(_ layout: PackedSumLayout, _ owner: TrainingRole, rows: Int) -> PlannedExchange {
        .shape(.packedSums(layout, rows: rows), owner: owner, request: .rowVectors, reply: .crossSums)
    }
}
