// Widths and messages of a comparison of levels (training.md 5.13).
extension TrainingFacts {
    /// Fraction bits of the active party's scalars: `1 / n` of a risk set of one row is below 2^62.
    static let levelScalarBits = 61
    /// Fraction bits of the passive party's 0 and 1: with the scalars' they leave 112 bits after a truncation by 40.
    static let levelUnitBits = 19
    /// Fraction bits of what the active party knows of rows: cut by 40 likewise.
    static let levelRowBits = 80
    /// Fraction bits of what is opened of a test, and of a curve; the bits of a point of a curve in all.
    package static let levelTestFraction = 16
    package static let levelCurveBits = (fraction: 17, all: 20)

    /// Bits of each number of a test.
    package var levelTestBits: Int { Self.levelTestFraction + rowBitsOfCount + 2 }

    /// Of each level but the last its rows; of each level observed and expected events; the covariances of all but the last.
    static func levelTestNumbers(_ levels: Int) -> Int { levels - 1 + 2 * levels + pairs(levels - 1) }

    /// Numbers of rows that the active party knows, against the levels' columns of 0 and 1. None is above the number of events.
    func levelLayout(_ comparison: LevelFacts, values: Int) throws(TrainingError) -> PackedSumLayout {
        try PackedSumLayout(
            values: values, columns: comparison.levels, valueBits: Self.levelRowBits + ceilLog2(events) + 1,
            scalarBits: 1, rows: rows, modulusBits: modulusBits)
    }

    /// A level's rows, summed up over risk sets; of a further party's column words of all levels but the last, side by side.
    func levelRiskLayout(_ comparison: LevelFacts) throws(TrainingError) -> RiskSumLayout {
        guard comparison.owner == .sharing else {
            return try RiskSumLayout(
                .words, inputs: rows, outputs: events, values: comparison.levels - 1,
                termBits: ShareWord.modulusBits + Self.riskScalarBits, modulusBits: modulusBits)
        }
        return try RiskSumLayout(
            .sums, inputs: rows, outputs: events, termBits: Self.levelUnitBits + Self.riskScalarBits,
            modulusBits: modulusBits)
    }

    /// Of places the ones at the declared times.
    func levelCurveLayout(_ comparison: LevelFacts) throws(TrainingError) -> RiskSumLayout {
        try RiskSumLayout(
            .hazards, inputs: events, outputs: comparison.times, termBits: Self.riskNumberBits + Self.riskScalarBits,
            modulusBits: modulusBits)
    }

    // MARK: Whether a cell is large enough

    /// m: a count less the smallest cell is below `2^m`.
    func levelCountBits(_ comparison: LevelFacts) -> Int { max(rowBitsOfCount, ceilLog2(comparison.minimumCell)) }

    /// How many stretched iterations bring numbers of `2^-(m+1)` to 0.12 at least.
    func stretchedSigns(_ comparison: LevelFacts) -> Int {
        var least = Double(sign: .plus, exponent: -1 - levelCountBits(comparison), significand: 1)
        var count = 0
        while least < 0.12 {
            least *= 2.4
            count += 1
        }
        return count
    }

    /// Iterations that bring numbers of 0.12 to 1.
    static let plainSigns = 10

    func levelSigns(_ comparison: LevelFacts) -> Int { stretchedSigns(comparison) + Self.plainSigns }

    // MARK: Curves

    /// What reciprocals are multiplied by before each iteration, in eighths: from 1 to those of numbers as small as `1 / n`.
    var levelStretches: [Int] {
        var (iterations, reach) = (8, 540.0)
        while reach < Double(rows) {
            reach *= 3.5
            iterations += 1
        }
        return TrainingStep.Inverse.cold(exponent: 0, iterations: iterations).stretches + [8]
    }

    /// Rounds of products `a[i] = a[i] a[j]` that leave in each place the product of all from there to the last one (Brent, Kung 1982).
    static func suffixRounds(_ count: Int) -> [[(Int, Int)]] {
        var rounds: [[(Int, Int)]] = []
        func add(from first: Int, step: Int) {
            let round = stride(from: first, to: count, by: 2 * step).map { (count - 1 - $0, count - 1 - $0 + step) }
            if !round.isEmpty { rounds.append(round) }
        }
        var step = 1
        while step < count {
            add(from: 2 * step - 1, step: step)
            step *= 2
        }
        while step > 1 {
            step /= 2
            add(from: 3 * step - 1, step: step)
        }
        return rounds
    }

    // MARK: Messages

    /// Sums of rows, where the two parties that have shares do them.
    private func levelSumExchanges(
        _ comparison: LevelFacts, values: Int
    ) throws(TrainingError) -> [PlannedExchange] {
        guard comparison.owner == .sharing else { return [] }
        return [packed(try levelLayout(comparison, values: values), .active, rows: rows)]
    }

    /// So many sums over risk sets of each level but the last.
    private func levelRiskExchanges(_ comparison: LevelFacts, _ count: Int) throws(TrainingError) -> [PlannedExchange] {
        let each = comparison.owner == .sharing ? comparison.levels - 1 : 1
        return Array(repeating: riskSums(try levelRiskLayout(comparison)), count: count * each)
    }

    /// With the further party that has the column: its sums of rows, and its levels, split between the holders.
    func levelExchanges(
        _ comparison: LevelFacts, values: Int
    ) throws(TrainingError) -> (sums: ExchangeShape, numbers: Int, split: Int) {
        let layout = try levelLayout(comparison, values: values)
        return (
            .packedSums(layout, rows: rows), comparison.levels * values, (comparison.levels - 1) * rows
        )
    }

    func levelTestExchanges() throws(TrainingError) -> [PlannedExchange] {
        guard let comparison else { return [] }
        let (levels, layout) = (comparison.levels, try riskProductLayout())
        var result = try levelSumExchanges(comparison, values: LevelFacts.testValues)
        result += try levelRiskExchanges(comparison, 1)
        for slice in meanSlices { result += try product(levels - 1, slice.count, levels - 1, .lower) }
        result += Array(repeating: elements(layout, rows: 2 * levels), count: 2 * levelSigns(comparison))
        result += conjunction(of: 2 * levels, places: 1, layout)
        let numbers = Self.levelTestNumbers(levels)
        return result + [
            elements(layout, rows: numbers),
            .results(active: Array(repeating: levelTestBits, count: numbers), passive: []),
        ]
    }

    /// Whether all of so many numbers are 1, at so many places at once.
    private func conjunction(of numbers: Int, places: Int, _ layout: ElementLayout) -> [PlannedExchange] {
        var (left, result): (Int, [PlannedExchange]) = (numbers, [])
        while left > 1 {
            result.append(elements(layout, rows: left / 2 * places))
            left -= left / 2
        }
        return result
    }

    func levelCurveExchanges() throws(TrainingError) -> [PlannedExchange] {
        guard let comparison else { return [] }
        let (levels, layout) = (comparison.levels, try riskProductLayout())
        let (points, kinds) = (levels * comparison.times, comparison.curveCounts)
        var result = try levelSumExchanges(comparison, values: comparison.curveValues)
        result += Array(repeating: elements(layout, rows: kinds * points), count: 2 * levelSigns(comparison))
        result += conjunction(of: kinds * levels, places: comparison.times, layout)
        result += try levelRiskExchanges(comparison, 2)
        result += Array(repeating: elements(layout, rows: levels * events), count: 2 * levelStretches.count + 1)
        for round in Self.suffixRounds(events) { result.append(elements(layout, rows: levels * round.count)) }
        result += Array(repeating: riskSums(try levelCurveLayout(comparison)), count: levels)
        return result + [
            elements(layout, rows: points),
            .results(active: Array(repeating: Self.levelCurveBits.all, count: points), passive: []),
        ]
    }
}

extension TrainingProgram.Run {
    /// Depends on nothing that the fit came to.
    func compareLevels() {
        guard let comparison = facts.comparison else { return }
        if comparison.hasTest { steps += [.checkpoint, .levelTest] }
        if comparison.times > 0 { steps += [.checkpoint, .levelCurves] }
    }
}
