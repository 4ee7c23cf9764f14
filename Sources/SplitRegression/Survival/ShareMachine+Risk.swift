// Proportional hazards (training.md 5.12).
extension ShareMachine {
    /// What belongs to risk sets beside the rows' shares.
    struct Risk {
        /// At the active party.
        var map: RiskSums?
        /// Shares of `exp(z - c)` a row.
        var rates: [Int128] = []
        /// Shares of each event's scaled sum over its risk set: as they came, and at the scale of matrices.
        var words: [ShareWord] = []
        var sums: [Int128] = []
        /// Of the reciprocals of these.
        var reciprocals: [Int128] = []
        /// Of `1 - sum times reciprocal`, before the last iteration, over all events.
        var trace = ShareWord.zero
        /// The same at the points of a path.
        var pathTrace = ShareWord.zero
        /// Shares of the means of columns over each event's rows at risk, times the root of its weight; a row for each column.
        var means = ShareMatrix(rows: 0, columns: 0)
        /// Where the path to the fit begins, and the integral along it so far.
        var origin: ShareMatrix
        var integral = ShareWord.zero
    }

    var one: Int128 { isActive ? 1 << Int128(ShareMatrix.fractionBits) : 0 }

    /// At the start all sums are about 1.
    func startRisk() -> Risk {
        var risk = Risk(origin: point)
        guard facts.family == .cox else { return risk }
        if let active, let sets = active.risk {
            let rates = zip(zip(active.start.predictor, active.offset), active.kernelWeights).map {
                ElementaryFunctions.exp($0.0 - $0.1 - active.center) * $1
            }
            risk.map = RiskSums(
                sets, rates: rates, weight: active.weight, places: facts.events, fractionBits: facts.riskFractionBits)
        }
        risk.reciprocals = Array(repeating: one, count: facts.events)
        return risk
    }

    // MARK: Rates and sums

    func computeRates(period: Double) async throws {
        let fraction = try facts.layout(.mean, period: period).kernel.shareFractionBits
        let drop = Int128(fraction - TrainingFacts.rateFractionBits)
        // Both round down: one unit is put back.
        risk.rates = try await evaluate(.mean, period: period).map { ($0 >> drop) + (isActive ? 1 : 0) }
    }

    func computeRisks(period: Double) async throws {
        let found = try await riskSums(
            of: risk.rates.map { [ShareWord($0)] }, factors: .none, layout: try facts.riskLayout(period: period))
        risk.words = found.elements
        let shift = TrainingFacts.rateFractionBits + facts.riskFractionBits - ShareMatrix.fractionBits
        risk.sums = truncated(risk.words, shift: shift).map(\.asInt128)
        // Places without an event have a sum of 1.
        if let map = risk.map { for place in map.sets.events..<facts.events { risk.sums[place] += one } }
    }

    /// Shares of the active party's sums of shared numbers, of which this party has these shares.
    func riskSums(
        of own: [[ShareWord]], factors: RiskSums.Factors, layout: RiskSumLayout
    ) async throws -> ShareMatrix {
        guard var map = risk.map else { return try await exchange.ownRiskSums(own, layout: layout) }
        map.factors = factors
        return try await exchange.evaluateRiskSums(map, layout: layout) &+ map.sums(of: own, layout: layout)
    }

    // MARK: Reciprocals

    func iterate(_ start: TrainingStep.Reciprocals) async throws {
        let layout = try facts.riskProductLayout()
        let f = ShareMatrix.fractionBits
        var stretches = start.stretches
        if case .cold(let exponent, _) = start {
            // An eighth of the first factor is exact.
            risk.reciprocals = Array(
                repeating: (one >> Int128(exponent + 3)) * Int128(stretches[0]), count: facts.events)
        }
        stretches = Array(stretches.dropFirst()) + [8]
        for stretch in stretches {
            let images = truncated(try await products(risk.sums, risk.reciprocals, layout), shift: f).map(\.asInt128)
            let deviations = images.map { one - $0 }
            risk.trace = deviations.reduce(.zero) { $0 &+ ShareWord($1) }
            let next = try await products(risk.reciprocals, deviations.map { one + $0 }, layout)
            risk.reciprocals = truncated(next.map { $0 &* Int64(stretch) }, shift: f + 3).map(\.asInt128)
        }
    }

    /// Shares modulo 2^152 of products of shared numbers.
    func products(_ left: [Int128], _ right: [Int128], _ layout: ElementLayout) async throws -> [ShareWord] {
        let (first, second) = isActive ? (left, right) : (right, left)
        let side = zip(first, second).flatMap { [$0, $1] }
        let cross =
            isActive
            ? try await exchange.ownElementProducts(side, layout: layout)
            : try await exchange.evaluateElementProducts(side, layout: layout)
        return left.indices.map { cross[$0] &+ ShareWord(left[$0]) &* ShareWord(right[$0]) }
    }

    // MARK: Residuals

    /// Rates times cumulative hazards, less the events.
    func computeHazardResiduals(period: Double) async throws {
        let found = try await riskSums(
            of: risk.reciprocals.map { [ShareWord($0)] }, factors: .none, layout: try facts.hazardLayout())
        let hazards = truncated(found.elements, shift: facts.riskFractionBits).map(\.asInt128)
        let expected = try await products(risk.rates, hazards, try facts.sharedProductLayout(period: period))
        residuals = truncated(expected, shift: ShareMatrix.fractionBits).map(\.asInt128)
        guard let active else { return }
        for row in residuals.indices where active.label[row] == 1 {
            residuals[row] -= try fixed(active.weight[row], fractionBits: TrainingFacts.rateFractionBits)
        }
    }

    /// Hazards up to each time of the survival curve, for the active party.
    func openCurve() async throws {
        let found = try await riskSums(
            of: risk.reciprocals.map { [ShareWord($0)] }, factors: .curve, layout: try facts.curveLayout())
        let words = truncated(found.elements, shift: facts.riskFractionBits)
        results.curve = try await openOwn(
            isActive ? words : [], peers: isActive ? [] : words, fractionBits: TrainingFacts.curveBits.fraction,
            widths: facts.curveWidths)
    }

    // MARK: Information

    /// What the spread of columns within risk sets takes off: `sum_k z_k z_k^T / 2^k`, z the means over the rows at risk.
    func takeOffMeans(period: Double) async throws {
        let places = facts.events
        var means = ShareMatrix(rows: facts.parameters, columns: places)
        func add(_ sums: ShareMatrix, at first: Int) async throws {
            let shift =
                TrainingFacts.rateFractionBits + TrainingFacts.riskEntryFractionBits + facts.riskFractionBits
                - ShareMatrix.fractionBits
            let numbers = truncated(sums.elements, shift: shift).map(\.asInt128)
            let reciprocals = (0..<places).flatMap { Array(repeating: risk.reciprocals[$0], count: sums.columns) }
            let found = truncated(
                try await products(numbers, reciprocals, try facts.riskProductLayout()), shift: ShareMatrix.fractionBits
            )
            for place in 0..<places {
                for column in 0..<sums.columns {
                    means[first + column, place] = found[place * sums.columns + column]
                }
            }
        }
        if let layout = try facts.riskColumnLayout(period: period) {
            try await add(try await activeColumnSums(layout), at: 1)
        }
        try await add(try await passiveColumnSums(period: period), at: facts.activeColumns)
        if let layout = try facts.othersRiskLayout() {
            try await add(try await othersColumnSums(layout, period: period), at: facts.otherRange.lowerBound)
        }
        risk.means = means
        var total = ShareMatrix(rows: facts.parameters, columns: facts.parameters)
        for slice in facts.meanSlices {
            let part = means.columns(slice)
            total = try await total &+ product(part, part.transposed, shift: 0, part: .lower)
        }
        let shift = ShareMatrix.fractionBits + facts.rowBitsOfCount
        information = information &- truncated(total, shift: shift).lowerMirrored
    }

    private func riskEntries() -> [[Int64]] {
        table.all.entries(0..<rows, fractionBits: TrainingFacts.riskEntryFractionBits)
    }

    /// Of the active party's columns without the constant. Its entries are made positive by a power of two; that times the sums
    /// themselves both take off. Where events have weights those sums are not there yet: a column without entries has them.
    private func activeColumnSums(_ layout: RiskSumLayout) async throws -> ShareMatrix {
        let offset = Int64(1) << Int64(facts.riskEntryBits)
        var columns = isActive ? riskEntries().dropFirst().map { $0.map { $0 + offset } } : []
        let isWeighted = facts.isWeighted
        if isActive, isWeighted { columns.append(Array(repeating: offset, count: rows)) }
        let own = risk.rates.map { [ShareWord($0)] }
        let found = try await riskSums(of: own, factors: .columns(columns), layout: layout)
        var result = ShareMatrix(rows: layout.outputs, columns: facts.activeColumns - 1)
        for place in 0..<layout.outputs {
            let offsets = isWeighted ? found[place, result.columns] : risk.words[place] &* offset
            for value in 0..<result.columns { result[place, value] = found[place, value] &- offsets }
        }
        return result
    }

    /// Of the passive party's: its own rates times its columns, and its columns, which the active party multiplies with its rates.
    private func passiveColumnSums(period: Double) async throws -> ShareMatrix {
        let layout = try facts.riskVectorLayout(period: period)
        // Scalars are made positive: the passive party takes as much off its own.
        let offset = Int128(1) << Int128(try facts.rateBits(period: period))
        if var map = risk.map {
            map.factors = .vectors(risk.rates.map { $0 + offset })
            return try await exchange.evaluateRiskSums(map, layout: layout)
        }
        let columns = riskEntries()
        let inputs = risk.rates.indices.map { row in
            let rate = ShareWord(risk.rates[row] - offset)
            let entries = columns.map { ShareWord($0[row]) }
            return entries.map { rate &* $0 } + entries
        }
        return try await exchange.ownRiskSums(inputs, layout: layout)
    }

    // MARK: Likelihood

    /// A point on the straight line from the start to the fit.
    func goAlongPath(to node: Int) {
        let (place, _) = TrainingFacts.pathNodes[node]
        let unit = Double(sign: .plus, exponent: TrainingFacts.pathFractionBits, significand: 1)
        let part = (point &- risk.origin).multiplied(by: Int((place * unit).rounded()))
        trialPoint = risk.origin &+ truncated(part, shift: TrainingFacts.pathFractionBits)
    }

    func addAlongPath(_ node: Int) async throws {
        let (_, weight) = TrainingFacts.pathNodes[node]
        let unit = Double(sign: .plus, exponent: TrainingFacts.pathFractionBits, significand: 1)
        let slope = try await product(
            gradient.transposed, point &- risk.origin, shift: ShareMatrix.fractionBits)[0, 0]
        if node == 0 { (risk.integral, risk.pathTrace) = (.zero, .zero) }
        risk.pathTrace = risk.pathTrace &+ risk.trace
        risk.integral = risk.integral &+ slope &* Int64((weight * unit).rounded())
    }

    /// `n w^T I w` at the trial point w, I the information there.
    func waldStatistic() async throws -> ShareWord {
        let image = try await product(information, trialPoint, shift: ShareMatrix.fractionBits)
        return try await product(trialPoint.transposed, image, shift: ShareMatrix.fractionBits)[0, 0]
            .shiftedLeft(facts.rowBitsOfCount)
    }

    /// `n g^T I^-1 g` at the trial point.
    func scoreStatistic() -> ShareWord {
        truncated([decrement], shift: ShareMatrix.fractionBits)[0].shiftedLeft(facts.rowBitsOfCount)
    }

    /// Of the last reciprocals, and of those at the points of a path before them.
    func takeTrace() -> ShareWord {
        defer { risk.pathTrace = .zero }
        return risk.trace &+ risk.pathTrace
    }

    func pathIntegral() -> ShareWord {
        truncated([risk.integral], shift: TrainingFacts.pathFractionBits)[0].shiftedLeft(facts.rowBitsOfCount)
    }
}

extension TrainingFacts {
    static let pathFractionBits = 24
    /// Gauss and Legendre's nodes and weights on 0 .. 1 (Abramowitz and Stegun 25.4.30).
    package static let pathNodes: [(place: Double, weight: Double)] = [
        (0.0694318442029737, 0.1739274225687269), (0.3300094782075719, 0.3260725774312731),
        (0.6699905217924281, 0.3260725774312731), (0.9305681557970263, 0.1739274225687269),
    ]
}
