/// A further passive party's side of a training: answers both holders with its columns, step by step, and keeps no share
/// (multiparty-training.md 4). It takes no decision.
package final class OtherMachine {
    let facts: TrainingFacts
    /// Its place among the further parties.
    let index: Int
    let table: WhitenedTable
    /// Own means over standard deviations.
    let centring: [Double]
    let active: any OtherExchange
    let helper: any OtherExchange
    let heldOut: HeldOutRows
    /// Where this party has the column whose levels are compared.
    let levels: LevelCodes?
    /// What was opened to this party.
    package private(set) var results = FitShares()
    /// An elastic net, once correlations are announced.
    private(set) var selection: NetSelection?
    /// This party's bit, until both holders have announced what came of it.
    private var bit: Bool?

    var columns: Int { facts.otherColumns[index] }
    private var rows: WhitenedRows { table.all }
    private var folds: [WhitenedRows] { (0..<facts.folds).map { table.all.fold($0, of: facts.folds) } }

    package init(
        facts: TrainingFacts, index: Int, table: WhitenedTable, centring: [Double],
        heldOut: HeldOutRows = HeldOutRows(columns: []), levels: LevelCodes? = nil, active: any OtherExchange,
        helper: any OtherExchange
    ) throws(TrainingError) {
        guard facts.otherColumns.indices.contains(index), table.count == facts.otherColumns[index] else {
            throw .invalidPlan("this side's columns are not as many as the plan says")
        }
        self.facts = facts
        self.index = index
        self.table = table
        self.centring = centring
        self.heldOut = heldOut
        self.levels = levels
        self.active = active
        self.helper = helper
    }

    /// Carries out one step.
    ///
    /// - Returns: the number that all parties learn, of a step that opens one.
    package func perform(_ step: TrainingStep) async throws -> Double? {
        switch step {
        case .startGradient:
            try await split(try matrices())
            let fraction = try facts.residualShape(period: facts.firstPeriod).fraction
            try await answerKnown(try facts.knownRowLayout(columns: columns, fraction: fraction), over: rows)
        case .startInformation: try await startInformation(over: rows)
        case .predictor(let period): try await answerPredictor(period: period, over: rows)
        case .gradient(let period): try await answerGradient(period: period, over: rows)
        case .information(let period): try await answerInformation(period: period, over: rows)
        case .meat(let period, _) where facts.family == .cox:
            try await answerScaled(
                try facts.scaledResidualLayout(columns: columns, period: period),
                fraction: facts.featureFractionBits, over: rows)
        case .meat(let period, let scale):
            try await answerWeighted(
                valueBits: try facts.scoreShape(period: period, scale: scale).squareBits,
                fraction: TrainingFacts.meatEntryFractionBits, over: rows)
        case .sum(let kind, let period): try await answerSlopes(kind, period: period, over: rows)
        case .foldInformation(let period):
            for part in folds {
                if facts.hasConstantWeights {
                    try await startInformation(over: part)
                } else {
                    try await answerInformation(period: period, over: part)
                }
            }
        case .foldPoints(let period): for part in folds { try await answerGradient(period: period, over: part) }
        case .foldPredictor(let period): for part in folds { try await answerPredictor(period: period, over: part) }
        case .foldSum(let kind, let period):
            for part in folds { try await answerSlopes(kind, period: period, over: part) }
        case .heldOutRange(let period): try await giveBit(isHeldOutBeyond(period: period))
        case .heldOutSum(let kind, let period): try await splitHeldOut(kind, period: period)
        case .heldOutSquares: try await splitHeldOutParts()
        case .coefficients(let bits):
            results.point = try await own(
                fractionBits: bits, bits: facts.coefficientResultBits(fractionBits: bits))
            results.coefficients =
                selection?.coefficients(in: facts.range(ofOther: index)) ?? table.coefficients(results.point)
        case .variances: try await takeVariances(isRobust: false, scale: 0)
        case .robustVariances(let scale): try await takeVariances(isRobust: true, scale: scale)
        case .correlations: selection = try NetSelection(try await announced(facts.correlationBits), facts)
        case .propose: try await splitPoint()
        case .jointGradient:
            let slopes = try await announced(facts.jointGradientBits)
            guard selection != nil else { throw TrainingError.invalidPlan("no elastic net to correct") }
            try selection?.correct(by: slopes, facts)
        case .leaves(let place):
            if place == .further(index) { try await giveBit(NamedColumns.takesPart(results.aliases)) }
        case .leaveOut: throw TrainingError.invalidPlan("a machine keeps its columns: another one goes on")
        case .aliases, .passiveAliases:
            let bits = TrainingFacts.aliasBits
            results.aliases = try await own(fractionBits: bits.fraction, bits: bits.all)
        case .movements:
            let bits = TrainingFacts.movementBits
            let values = try await own(fractionBits: bits.fraction, bits: bits.all)
            results.movements = table.coefficients(values).map { -$0 }
        case .range(let period): try await giveBit(isBeyond(facts.safePart(period: period)))
        case .sumRange(let period): try await giveBit(isBeyond(facts.sumPart(period: period)))
        case .foldRange(let period):
            try await giveBit(isBeyond(facts.sumPart(period: period) * TrainingFacts.shareOfFoldRange))
        case .levelTest: try await answerLevels { _ in LevelFacts.testValues }
        case .levelCurves: try await answerLevels(\.curveValues)
        case .checkpoint:
            try await active.checkpoint()
            try await helper.checkpoint()
        default: break
        }
        return step.isOpening ? try await opened(step) : nil
    }

    // MARK: Answers

    /// Evaluates with both holders, and hands what is left to each over to the other.
    private func answer(
        bits: Int = ShareWord.modulusBits, _ evaluate: (any OtherExchange) async throws -> [ShareWord]
    ) async throws {
        let (fromActive, fromHelper) = (try await evaluate(active), try await evaluate(helper))
        try await helper.handOver(fromActive, bits: bits)
        try await active.handOver(fromHelper, bits: bits)
    }

    /// The active party alone knows the numbers.
    func answerAlone(_ evaluate: (any OtherExchange) async throws -> [ShareWord]) async throws {
        try await helper.handOver(try await evaluate(active), bits: ShareWord.modulusBits)
    }

    private func answerPredictor(period: Double, over part: WhitenedRows) async throws {
        let turn = facts.turnBits(period: period)
        let entries = facts.featureBits
        try await answer(bits: turn) {
            try await $0.evaluateRowProducts(part.columns, entries: entries, turnBits: turn)
        }
    }

    private func answerGradient(period: Double, over part: WhitenedRows) async throws {
        let layout = try facts.gradientLayout(columns: columns, period: period)
        try await answer { try await self.sums($0, layout, over: part) }
    }

    private func answerKnown(_ layout: ColumnSumLayout, over part: WhitenedRows) async throws {
        try await answerAlone { try await self.sums($0, layout, over: part) }
    }

    private func answerSlopes(_ kind: Kernel.Kind, period: Double, over part: WhitenedRows) async throws {
        guard kind == .loss || kind == .dispersion else { return }
        let fraction = try facts.layout(kind, period: period).kernel.shareFractionBits
        try await answerKnown(try facts.knownRowLayout(columns: columns, fraction: fraction), over: part)
    }

    private func sums(
        _ exchange: any OtherExchange, _ layout: ColumnSumLayout, over part: WhitenedRows
    ) async throws -> [ShareWord] {
        try await exchange.evaluateColumnSums(layout, rows: part.count) {
            part.entries($0, fractionBits: part.fractionBits)
        }
    }

    /// Numbers of its own: a uniform word to the active party, the rest to the helper.
    func split(_ numbers: [ShareWord], bits: Int = ShareWord.modulusBits, maskBits: Int? = nil) async throws {
        let words = active.splittingWords(count: numbers.count).map { $0.masked(maskBits ?? bits) }
        let rest = zip(numbers, words).map { $0 &- $1 }
        try await active.handOver(words, bits: bits)
        try await helper.handOver(rest, bits: bits)
    }

    // MARK: Information

    private func startInformation(over part: WhitenedRows) async throws {
        let fraction = facts.featureFractionBits
        guard facts.hasUnitWeights else {
            return try await answerWeighted(
                valueBits: facts.startWeightBits, fraction: fraction, isKnown: true, over: part)
        }
        let unit = ShareWord(low: 1, middle: 0, high: 0).shiftedLeft(TrainingFacts.weightFractionBits)
        let products = part.products(0..<part.count, fractionBits: TrainingFacts.productFractionBits)
        try await split(products.map { column in column.reduce(ShareWord.zero) { $0 &+ ShareWord($1) } &* unit })
        try await split(part.columns.flatMap { $0.map { ShareWord($0) &* unit } })
        try await answerCrosses(fraction: fraction, over: part)
    }

    private func answerInformation(period: Double, over part: WhitenedRows) async throws {
        try await answerWeighted(
            valueBits: try facts.weightShareBits(period: period), fraction: facts.featureFractionBits, over: part)
        guard facts.family == .cox else { return }
        try await answerScaled(
            try facts.scaledRateLayout(columns: columns, period: period), fraction: TrainingFacts.riskEntryFractionBits,
            over: part)
    }

    /// Of shares of a number a row, its products with all columns.
    private func answerScaled(_ layout: ScaledRowLayout, fraction: Int, over part: WhitenedRows) async throws {
        try await answer { try await self.scaled($0, layout, fraction: fraction, over: part) }
    }

    private func scaled(
        _ exchange: any OtherExchange, _ layout: ScaledRowLayout, fraction: Int, over part: WhitenedRows
    ) async throws -> [ShareWord] {
        try await exchange.evaluateScaledRows(layout, rows: part.count) {
            part.entries($0, fractionBits: fraction)
        }.flatMap { $0 }
    }

    /// - Parameter isKnown: whether the active party alone has weights.
    private func answerWeighted(
        valueBits: Int, fraction: Int, isKnown: Bool = false, over part: WhitenedRows
    ) async throws {
        func answer(_ evaluate: (any OtherExchange) async throws -> [ShareWord]) async throws {
            if isKnown { try await answerAlone(evaluate) } else { try await self.answer(evaluate) }
        }
        let block = try facts.blockLayout(columns: columns, valueBits: valueBits)
        try await answer { exchange in
            try await exchange.evaluateColumnSums(block, rows: part.count) {
                part.products($0, fractionBits: TrainingFacts.productFractionBits)
            }
        }
        let scaled = try facts.scaledLayout(columns: columns, valueBits: valueBits, fraction: fraction)
        try await answer { try await self.scaled($0, scaled, fraction: fraction, over: part) }
        try await answerCrosses(fraction: fraction, over: part)
    }

    /// With the weighted columns of the parties before it, of which each holder has a share.
    private func answerCrosses(fraction: Int, over part: WhitenedRows) async throws {
        for values in facts.otherColumns[..<index] {
            let layout = try facts.weightedCrossLayout(values: values, columns: columns, fraction: fraction)
            try await answer { exchange in
                try await exchange.evaluatePackedSums(layout, rows: part.count) {
                    part.entries($0, fractionBits: fraction)
                }.elements
            }
        }
    }

    /// This party's part of the point that all know.
    private func splitPoint() async throws {
        guard let selection else { throw TrainingError.invalidPlan("no elastic net to propose") }
        var words: [ShareWord] = []
        for value in table.whitened(selection.coefficients(in: facts.range(ofOther: index))) {
            words.append(try ShareMatrix.word(value))
        }
        try await split(words)
    }

    /// A functional, rows of `D`, under a penalty the block of `R`, and of an elastic net `T^-T` in two scales.
    private func matrices() throws(TrainingError) -> [ShareWord] {
        var result: [ShareWord] = []
        for value in table.functional(centring.map { -$0 }) { result.append(try ShareMatrix.word(value)) }
        for (row, length) in zip(table.back, lengths) {
            for value in row { result.append(try ShareMatrix.word(value / length)) }
        }
        var blocks = facts.penalty > 0 ? table.penalty : []
        if facts.l1 > 0 {
            for power in [0.5, 1] { blocks += table.unwhitening(scale: facts.unwhiteningScale(power: power)) }
        }
        for row in blocks { for value in row { result.append(try ShareMatrix.word(value)) } }
        return result
    }

    private var lengths: [Double] { table.back.map { dot($0, $0).squareRoot() } }

    // MARK: Openings

    private func giveBit(_ isSet: Bool) async throws {
        bit = isSet
        try await helper.giveBit(isSet)
    }

    /// What both holders say that they opened.
    private func announced(bits: Int) async throws -> UInt64 {
        try await announced { try await $0.takeAnnounced(bits: bits) }
    }

    private func announced(_ bits: [(fraction: Int, all: Int)]) async throws -> [Double] {
        TrainingFacts.joint(try await announced { try await $0.takeAnnounced(bits: bits.map(\.all)) }, bits)
    }

    private func announced<Numbers: Equatable>(
        by holder: (any OtherExchange) async throws -> Numbers
    ) async throws -> Numbers {
        let (one, other) = (try await holder(active), try await holder(helper))
        guard one == other else {
            throw TrainingError.protocolViolation("the active party and the helper announce different numbers")
        }
        return one
    }

    private func opened(_ step: TrainingStep) async throws -> Double {
        if step.opensBits {
            let both = try await announced(bits: TrainingFacts.announcedBits)
            defer { bit = nil }
            guard facts.isPossible(announced: both, of: step, bit: bit) else {
                throw TrainingError.protocolViolation("an announcement that this party's bit is not in")
            }
            return Double(both)
        }
        guard var opening = facts.opening(of: step) else { throw TrainingError.invalidPlan("a step opens nothing") }
        while true {
            if let number = opening.take(try await announced(bits: opening.bits), 0) { return number }
        }
    }

    /// Numbers that are this party's, from high bits of both holders' shares.
    private func own(fractionBits: Int, bits: Int) async throws -> [Double] {
        let (one, other) = (
            try await active.takeResults(count: columns, bits: bits),
            try await helper.takeResults(count: columns, bits: bits)
        )
        // Both round down: one unit is added.
        let unit = ShareWord(low: fractionBits < ShareMatrix.fractionBits ? 1 : 0, middle: 0, high: 0)
        let scale = Double(sign: .plus, exponent: -fractionBits, significand: 1)
        return zip(one, other).map { ($0 &+ $1 &+ unit).signed(bits).asDouble * scale }
    }

    private func takeVariances(isRobust: Bool, scale: Int) async throws {
        let values = try await own(
            fractionBits: facts.varianceBits, bits: facts.varianceResultBits(isRobust: isRobust))
        let factor = Double(sign: .plus, exponent: -facts.rowBitsOfCount - scale, significand: 1)
        results.variances = zip(values, lengths).map { max(0, $0) * factor * $1 * $1 }
    }

    /// Whether this party's part of some row's predictor leaves its share of the range.
    private func isBeyond(_ limit: Double) -> Bool {
        let unit = Double(sign: .plus, exponent: -table.fractionBits, significand: 1)
        let limits = TrainingFacts.limits(
            limit * facts.partShare(isActive: false), family: facts.family, isActive: false)
        return (0..<rows.count).contains { row in
            var z = 0.0
            for j in 0..<columns { z += Double(table.columns[j][row]) * unit * results.point[j] }
            // What is no number is beyond, too.
            return !(z >= limits.low && z <= limits.high)
        }
    }
}
