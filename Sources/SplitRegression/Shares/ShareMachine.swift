/// One party's side of a training: carries out steps on its shares (training.md 5). It takes no decision.
package final class ShareMachine<Exchange: ShareExchange> {
    let role: TrainingRole
    let facts: TrainingFacts
    let exchange: Exchange
    /// With further passive parties, in the job's order (multiparty-training.md).
    let others: [any HolderExchange]
    /// Shares of what each of these has of its own.
    var otherMatrices: [OtherMatrices] = []
    let table: WhitenedTable
    /// At the active party.
    let active: ActiveRows?

    /// The present point, its gradient and direction, and the trial's.
    var point: ShareMatrix
    var present: (gradient: ShareMatrix, direction: ShareMatrix)
    var trialPoint: ShareMatrix
    var gradient: ShareMatrix
    var direction: ShareMatrix
    var decrement = ShareWord.zero
    package var information: ShareMatrix
    var inverse: ShareMatrix
    /// `I - H X`, X the inverse before its last iteration.
    var deviation: ShareMatrix
    var traceShare = ShareWord.zero
    /// An elastic net, once correlations are open.
    var selection: NetSelection?
    /// Cross-validation: of each fold its rows' information, and the coefficients without them.
    var foldInformation: [ShareMatrix] = []
    var foldPoints: [ShareMatrix] = []
    /// Proportional hazards: what belongs to risk sets.
    var risk: Risk
    /// There too: what this party knows of levels that are compared.
    package var levels: LevelSide?
    /// The middle of the sandwich estimate.
    var meat: ShareMatrix
    /// Own part and shares of each row's predictor: phases in turns, or numbers modulo 2^152 for a linear fit.
    var turns: [UInt64] = []
    var predictors: [ShareWord] = []
    var residuals: [Int128] = []
    /// Series by kernel: each takes a least-squares fit.
    var knownSeries: [Kernel: FourierSeries] = [:]
    /// With the present theta; at the passive party, which needs none, that of the facts.
    var family: ResponseFamily
    /// At the active party, where it estimates theta.
    var theta: ThetaEstimate?
    /// Coefficients that were opened to this party.
    package internal(set) var results = FitShares()

    /// Own means over standard deviations, 0 for the constant: `raw constant = beta_0 - sum_j beta_j centre_j`.
    let centring: [Double]
    let heldOut: HeldOutRows

    package init(
        role: TrainingRole, facts: TrainingFacts, table: WhitenedTable, active: ActiveRows?, centring: [Double],
        heldOut: HeldOutRows = HeldOutRows(columns: []), exchange: Exchange, others: [any HolderExchange] = []
    ) throws(TrainingError) {
        let isWeighted = active?.weight.contains { $0 != 1 } ?? false
        guard !isWeighted || facts.isWeighted else {
            throw .invalidPlan("rows have case weights, which this fit does not take")
        }
        self.role = role
        self.facts = facts
        self.table = table
        self.active = active
        family = active?.family ?? facts.family
        if facts.estimatesTheta, let active { theta = ThetaEstimate(active) }
        self.centring = centring
        self.heldOut = heldOut
        self.exchange = exchange
        guard others.count == facts.otherColumns.count else {
            throw .invalidPlan("another number of parties than the fit has")
        }
        self.others = others
        let p = facts.parameters
        let vector = ShareMatrix(rows: p, columns: 1)
        var point = vector
        if let active {
            for (j, value) in table.whitened(active.start.coefficients).enumerated() {
                point[j, 0] = try ShareMatrix.word(value)
            }
        }
        self.point = point
        trialPoint = point
        (gradient, direction) = (vector, vector)
        present = (vector, vector)
        information = ShareMatrix(rows: p, columns: p)
        inverse = information
        deviation = information
        meat = information
        risk = Risk(origin: point)
        risk = startRisk()
    }

    var isActive: Bool { role == .active }
    var ownCount: Int { isActive ? facts.activeColumns : facts.passiveColumns }
    var peerCount: Int { isActive ? facts.passiveColumns : facts.activeColumns }
    /// Where this party's coefficients stand in joint vectors, and the peer's.
    var ownRange: Range<Int> { isActive ? 0..<facts.activeColumns : facts.passiveRange }
    var peerRange: Range<Int> { isActive ? facts.passiveRange : 0..<facts.activeColumns }
    var rows: Int { facts.rows }

    /// Carries out one step.
    ///
    /// - Returns: the number that both parties learn, of a step that opens one.
    package func perform(_ step: TrainingStep) async throws -> Double? {
        switch step {
        case .startGradient: try await startGradient()
        case .startInformation: try await startInformation()
        case .inverse(let iteration): try await iterate(iteration)
        case .trace: return try await open(step, traceShare)
        case .direction: try await computeDirection()
        case .norm: return try await open(step, decrement)
        case .move(let shift):
            let step = shift == 0 ? present.direction : truncated(present.direction, shift: shift)
            trialPoint = point &- step
        case .stay: trialPoint = point
        case .accept:
            point = trialPoint
            present = (gradient, direction)
        case .predictor(let period): try await computePredictor(period: period)
        case .rates(let period): try await computeRates(period: period)
        case .risks(let period): try await computeRisks(period: period)
        case .reciprocals(let start): try await iterate(start)
        case .riskTrace: return try await open(step, takeTrace())
        case .pathPoint(let node): goAlongPath(to: node)
        case .pathSum(let node): try await addAlongPath(node)
        case .pathIntegral: return try await open(step, pathIntegral())
        case .curve: try await openCurve()
        case .null: trialPoint = ShareMatrix(rows: facts.parameters, columns: 1)
        case .wald: return try await open(step, try await waldStatistic())
        case .score: return try await open(step, scoreStatistic())
        case .residual(let period): try await computeResiduals(period: period)
        case .weigh(let weighing): try await weigh(weighing)
        case .gradient(let period): try await computeGradient(period: period)
        case .information(let period): try await computeInformation(period: period)
        case .steady:
            guard isActive else { break }
            information = try information &+ ShareMatrix(diagonal: facts.steadying, order: facts.parameters)
        case .sum(let kind, let period):
            let total = try await open(step, try await sum(kind, period: period))
            if kind == .dispersion { theta?.take(total) }
            return total
        case .curvature(let period): try await openCurvature(period: period)
        case .residualSum: return try await open(step, try await residualSum())
        case .squares(let period): return try await open(step, try await pearsonSum(period: period))
        case .theta: return try await openTheta()
        case .coefficients(let bits): try await openCoefficients(fractionBits: bits)
        case .range(let period): return try await openRange(limit: facts.safePart(period: period))
        case .sumRange(let period): return try await openRange(limit: facts.sumPart(period: period))
        case .variances: try await openVariances()
        case .meat(let period, let scale): try await computeMeat(period: period, scale: scale)
        case .robustVariances(let scale): try await openRobustVariances(scale: scale)
        case .heldOutRange(let period): return try await openHeldOutRange(period: period)
        case .heldOutSum(let kind, let period):
            return try await open(step, try await heldOutSum(kind, period: period))
        case .heldOutSquares: return try await open(step, try await heldOutSquares())
        case .foldInformation(let period): try await computeFoldInformation(period: period)
        case .foldPoints(let period): try await computeFoldPoints(period: period)
        case .foldRange(let period):
            let limit = facts.sumPart(period: period) * TrainingFacts.shareOfFoldRange
            return try await openRange(limit: limit)
        case .foldPredictor(let period): try await computeFoldPredictor(period: period)
        case .foldSum(let kind, let period):
            return try await open(step, try await foldSum(kind, period: period))
        case .foldSquares: return try await open(step, try await foldSquares())
        case .correlations: try await openCorrelations()
        case .propose: try await propose()
        case .jointGradient: try await openJointGradient()
        case .aliases: try await openAliases()
        case .passiveAliases: try await openAliases(toActive: false)
        case .leaves(let place): return try await openLeaver(place)
        case .leaveOut: throw TrainingError.invalidPlan("a machine keeps its columns: another one goes on")
        case .movements: try await openMovements()
        case .levelTest: try await openLevelTest()
        case .levelCurves: try await openLevelCurves()
        case .checkpoint:
            try await exchange.checkpoint()
            for other in others { try await other.checkpoint() }
        }
        return nil
    }

    // MARK: Arithmetic on shares

    func truncated(_ matrix: ShareMatrix, shift: Int) -> ShareMatrix {
        let words = truncated(matrix.elements, shift: shift)
        return ShareMatrix(rows: matrix.rows, columns: matrix.columns, elements: words)
    }

    func truncated(_ words: [ShareWord], shift: Int) -> [ShareWord] {
        // A scale may be coarser than that of matrices.
        if shift <= 0 { return words.map { $0.shiftedLeft(-shift) } }
        let common = exchange.commonWords(count: words.count)
        return zip(words, common).map {
            LocalTruncation.share($0, shift: shift, common: $1, isActive: isActive)
        }
    }

    /// `<X> <Y> / 2^shift`: what each knows of both, and the two cross terms.
    func product(
        _ left: ShareMatrix, _ right: ShareMatrix, shift: Int, part: ProductLayout.Part = .all
    ) async throws -> ShareMatrix {
        let layout = try ProductLayout(
            rows: left.rows, inner: left.columns, columns: right.columns, part: part, modulusBits: facts.modulusBits)
        var result = left &* right
        if isActive {
            result = try await result &+ exchange.ownProduct(left, layout)
            result = try await result &+ exchange.evaluateProduct(right, layout)
        } else {
            result = try await result &+ exchange.evaluateProduct(right, layout)
            result = try await result &+ exchange.ownProduct(left, layout)
        }
        if shift > 0 { result = truncated(result, shift: shift) }
        return part == .lower ? result.lowerMirrored : result
    }

    func open(_ step: TrainingStep, _ share: ShareWord) async throws -> Double {
        guard var opening = facts.opening(of: step) else { throw TrainingError.invalidPlan("a step opens nothing") }
        while true {
            let own = opening.window(of: share)
            let peer = try await exchange.exchangeWindow(own, bits: opening.bits)
            try await announce(own &+ peer, bits: opening.bits)
            if let number = opening.take(own, peer) { return number }
        }
    }

    private func computeDirection() async throws {
        direction = try await product(inverse, gradient, shift: ShareMatrix.fractionBits)
        decrement = try await product(gradient.transposed, direction, shift: 0)[0, 0]
    }

    // MARK: Inverse

    private func iterate(_ iteration: TrainingStep.Inverse) async throws {
        let p = facts.parameters
        let f = ShareMatrix.fractionBits
        switch iteration {
        case .cold(let exponent, _):
            // Eigenvalues of H are at most max(1/4, largest weight) times the number of parties.
            let start = power(-facts.blockBits - facts.inverseBits - exponent)
            inverse = try ShareMatrix(diagonal: isActive ? start : 0, order: p)
        // Weights grow by less than 16 / 5, as a rule.
        case .warm: inverse = stretched(5)
        case .further, .more: break
        }
        let two = try ShareMatrix(diagonal: isActive ? 2 : 0, order: p)
        for (index, stretch) in iteration.stretches.enumerated() {
            let part: ProductLayout.Part = index < iteration.symmetricIterations ? .lower : .all
            if stretch != 8 { inverse = stretched(stretch) }
            let image = try await product(information, inverse, shift: f, part: part)
            deviation = try ShareMatrix(diagonal: isActive ? 1 : 0, order: p) &- image
            traceShare = (0..<p).reduce(.zero) { $0 &+ deviation[$1, $1] }
            inverse = try await product(inverse, two &- image, shift: f, part: .lower)
        }
    }

    /// The inverse times so many eighths.
    private func stretched(_ eighths: Int) -> ShareMatrix {
        truncated(inverse.multiplied(by: eighths), shift: 3).lowerMirrored
    }

    // MARK: Results

    func power(_ exponent: Int) -> Double { Double(sign: .plus, exponent: exponent, significand: 1) }

    /// This party's part of the raw constant as a function of `u`, in the joint vector.
    func constantFunctional() throws(TrainingError) -> ShareMatrix {
        var functional = ShareMatrix(rows: 1, columns: facts.parameters)
        let own = table.functional(centring.enumerated().map { isActive && $0 == 0 ? 1 : -$1 })
        for (j, value) in zip(ownRange, own) { functional[0, j] = try ShareMatrix.word(value) }
        for (index, matrices) in otherMatrices.enumerated() {
            for (j, word) in zip(facts.range(ofOther: index), matrices.functional) { functional[0, j] = word }
        }
        return functional
    }

    private func openCoefficients(fractionBits: Int) async throws {
        var constant: [ShareWord] = []
        if family.hasIntercept {
            constant = try await product(
                try constantFunctional(), trialPoint, shift: ShareMatrix.fractionBits
            ).elements
        }
        let own = ownRange.map { trialPoint[$0, 0] } + (isActive ? constant : [])
        let others = peerRange.map { trialPoint[$0, 0] } + (isActive ? [] : constant)
        let values = try await openOwn(
            own, peers: others, fractionBits: fractionBits,
            widths: facts.coefficientWidths(fractionBits: fractionBits))
        try await give(
            { trialPoint[$0, 0] }, fractionBits: fractionBits,
            bits: facts.coefficientResultBits(fractionBits: fractionBits))
        results.point = Array(values.prefix(ownCount))
        // Of an elastic net all know them, zeros among them.
        results.coefficients = selection?.coefficients(in: ownRange) ?? table.coefficients(results.point)
        results.rawConstant = isActive && family.hasIntercept ? values[ownCount] : nil
    }

    /// Gives the peer the high bits of this party's shares of what is the peer's, and takes the same.
    func openOwn(
        _ own: [ShareWord], peers others: [ShareWord], fractionBits: Int, widths: (active: [Int], passive: [Int])
    ) async throws -> [Double] {
        let cut = ShareMatrix.fractionBits - fractionBits
        let (bits, peerBits) = isActive ? widths : (widths.passive, widths.active)
        let sent = zip(others, peerBits).map { $0.masked().shiftedRight(cut).masked($1) }
        let received = try await exchange.exchangeResults(sent, bits: peerBits, expecting: bits)
        // The peer rounds down: half a unit is added.
        let half = cut > 0 ? ShareWord(low: 1, middle: 0, high: 0).shiftedLeft(cut - 1) : .zero
        return own.indices.map { index in
            (own[index] &+ received[index].shiftedLeft(cut) &+ half).signed(bits[index] + cut).asDouble
                * power(-ShareMatrix.fractionBits)
        }
    }

    /// - Parameter limit: of a party's own part with two parties.
    private func openRange(limit: Double) async throws -> Double {
        let limit = limit * facts.partShare(isActive: isActive)
        let unit = power(-table.fractionBits)
        let parts = (0..<rows).map { row in
            var z = 0.0
            for j in 0..<ownCount { z += Double(table.columns[j][row]) * unit * results.point[j] }
            return z
        }
        return try await openBit(isBeyond(parts, offsets: active?.offset ?? [], limit: limit))
    }

    /// Whether some own part lies where the series may say nothing.
    ///
    /// - Parameter offsets: at the active party.
    func isBeyond(_ parts: [Double], offsets: [Double], limit: Double) -> Bool {
        let center = active?.center ?? 0
        // Where a series is a function of the predictor with its offset.
        let shifts: [Double]? = isActive && !family.hasExponentialSeries ? offsets : nil
        let limits = TrainingFacts.limits(limit, family: facts.family, isActive: isActive)
        return parts.indices.contains { row in
            let z = (shifts.map { $0[row] + family.shift } ?? 0) - center + parts[row]
            // What is no number is beyond, too.
            return !(z >= limits.low && z <= limits.high)
        }
    }

    /// A bit of each party.
    func openBit(_ isSet: Bool) async throws -> Double {
        let own: UInt64 = try await joinedWithOthers(isSet) ? 1 : 0
        let peer = try await exchange.exchangeWindow(own, bits: 1)
        let both = isActive ? own + 2 * peer : peer + 2 * own
        try await announce(both, bits: 2)
        return Double(both)
    }

    /// Whether another theta follows, which the active party alone knows.
    private func openTheta() async throws -> Double {
        let next = try theta?.next()
        if let next { family = .negativeBinomial(theta: next) }
        let own: UInt64 = next == nil ? 0 : 1
        let peer = try await exchange.exchangeWindow(own, bits: 1)
        guard !isActive || peer == 0 else {
            throw TrainingError.protocolViolation("the passive party says that another theta follows")
        }
        let both = isActive ? own + 2 * peer : peer + 2 * own
        try await announce(both, bits: 2)
        return Double(both)
    }

    /// Whether that passive party leaves a column out. The active party has no bit in it.
    private func openLeaver(_ place: PassivePlace) async throws -> Double {
        var own = false
        if !isActive {
            if let index = place.further {
                own = try await others[index].takeBit()
            } else {
                own = NamedColumns.takesPart(results.aliases)
            }
        }
        let peer = try await exchange.exchangeWindow(own ? 1 : 0, bits: 1)
        guard isActive || peer == 0 else {
            throw TrainingError.protocolViolation("the active party says which column is left out")
        }
        let both: UInt64 = isActive ? 2 * peer : own ? 2 : 0
        try await announce(both, bits: 2)
        return Double(both)
    }
}
