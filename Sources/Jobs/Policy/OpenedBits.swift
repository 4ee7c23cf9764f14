public import Records

/// An upper bound of the bits that a fit opens to one party through windows, by what they are about; `protocols/disclosure.md` 2.2.
/// They count as if a peer that deviates had chosen what each of them tells.
public struct OpenedBits: Sendable, Hashable, Codable {
    /// Norms, traces, sums at which the period doubles, range bits: what the next step depends on.
    public let decisions: Int
    /// Sums over all rows at the end.
    public let sums: Int
    /// The party's own coefficients, and at the active party the raw constant. A fit without a result may name columns by fewer bits in
    /// their place.
    public let coefficients: Int
    /// The same each time that they are opened.
    public let coefficientsOnce: Int
    public let variances: Int
    /// What tells the passive party which of its columns follow from others of both, before one of them is left out of a linear fit.
    /// In other fits these bits are among those of decisions.
    public let aliases: Int

    /// Of an elastic net: of all columns with each other and with the label, and the gradient by which its result is corrected.
    public let correlations: Int
    /// To the active party: the cumulative hazard at each time of the survival curve.
    public let hazards: Int
    /// To the active party: the sum that theta's standard error takes.
    public let curvature: Int
    /// To the active party: of each level of a column of the passive party's, for a log-rank test and for survival curves.
    public let levels: Int

    public var total: Int {
        decisions.plusClamped(sums).plusClamped(coefficients).plusClamped(variances).plusClamped(aliases)
            .plusClamped(correlations).plusClamped(hazards).plusClamped(levels)
            .plusClamped(curvature)
    }

    /// Of a job of two parties.
    ///
    /// - Parameters:
    ///   - rows: rows of the fit.
    ///   - role: who learns them.
    public init(_ job: Job, rows: Int, to role: Party.Role) {
        self.init(job, rows: rows, to: role == .active ? job.active : job.sharing)
    }

    /// - Parameter party: who learns them, whether or not it has a session with the party that counts: in a job of several each one
    ///   learns all opened numbers, and its own results.
    public init(_ job: Job, rows: Int, to party: Party) {
        let role = party.role
        let isLinear = job.model.family == .linear
        let digits = Self.digits(rows)
        let bounds = RowBounds(job)
        decisions = Self.decisions(job)
        // From 2^(digits + 2) down to 2^-50, two bits a window, and 18 beyond the leading digit; case weights make them greater.
        let once = Self.window + digits + 52 + Self.refinement
        let squares = once + (job.hasCaseWeights ? bounds.weight : 0)
        // From 2^(digits + scale + 6) down to 2^-8; of proportional hazards to 2^-4, and 14 bits beyond the leading digit.
        let isCox = job.model.family == .cox
        let sum = Self.window + digits + (isCox ? 10 + 14 : 14 + Self.refinement)
        // The same sums of rows held out, or of rows without their fold.
        let again = { (squares: Int) in
            Self.periodBits + (isLinear ? squares : 0) + (job.opensLoss ? sum + bounds.scale : 0)
                + (job.opensBrier ? sum + bounds.scale : 0)
        }
        sums =
            (job.opensSquares ? squares : 0) + (job.opensLoss ? sum + bounds.scale : 0)
            + (job.opensBrier ? sum + bounds.scale : 0)
            + (job.estimatesTheta ? Self.thetaRounds * (sum + bounds.scale) : 0)
            + (job.checksSums ? Self.periodBits : 0)
            // Two tests, and how far reciprocals are from exact before each.
            + (isCox && job.reveals(.standardErrors) ? 2 * sum + Self.reciprocal : 0)
            + (isCox && (job.reveals(.standardErrors) || job.opensLoss || job.reveals(.survival)) ? Self.reciprocal : 0)
            + (job.opensHeldOutSums ? again(once) : 0) + (job.crossValidation > 0 ? again(squares) : 0)
        let m = job.parameterCount(of: party)
        // Digits follow the largest weight of a row, as the active party announces it.
        let spread = max(0, bounds.weight + 2)
        let fraction = min(40, 12 + (digits + spread + 1) / 2 + (isLinear ? 8 : 0))
        // A proportional-hazards model has no constant on any scale.
        let opensConstant = role == .active && job.model.family.hasIntercept
        let constant = opensConstant ? fraction + 26 : 0
        let results = m.timesClamped(fraction + (isLinear ? 10 : 13)).plusClamped(constant)
        coefficients = results.timesClamped(Self.coefficientOpenings(job))
        coefficientsOnce = results
        aliases =
            role == .passive && isLinear && !job.model.isPenalised ? m.timesClamped(Self.alias) : 0
        correlations = job.reveals(.correlations) ? Self.correlations(parameters: job.parameterCount) : 0
        hazards = role == .active && job.reveals(.survival) ? job.model.curvePoints * Self.hazard : 0
        levels = role == .active ? Self.levels(job, digits: digits) : 0
        curvature = role == .active && job.opensCurvature ? Self.curvatureBits : 0
        guard job.reveals(.standardErrors) else {
            variances = 0
            return
        }
        // The active party's first variance is the raw constant's.
        let variance = min(40, 12 + spread) + 24 + (job.model.covariance.isRobust ? 8 : 0)
        variances = m.timesClamped(variance).plusClamped(opensConstant ? 24 : 0)
    }

    /// Bits of all that decides what comes next, the same for both parties: a first window of 14 bits and six more windows a pass,
    /// five traces of 12 bits, one bit for the range, one for each estimate of theta; of proportional hazards also four numbers of 12
    /// bits about the reciprocals of risk sets. A fit MUST end when they are spent.
    public static func decisions(_ job: Job) -> Int {
        let passes = job.model.family == .linear ? 0 : job.model.maximumPasses
        let reciprocals = job.model.family == .cox ? reciprocalsInAll * reciprocal : 0
        return passes.timesClamped(bitsPerPass)
            .plusClamped(5 * window + 1 + (job.estimatesTheta ? thetaRounds : 0) + reciprocals)
    }

    /// 18 bits a pair of columns, 22 a column and 29 a coefficient.
    private static func correlations(parameters: Int) -> Int {
        let columns = parameters - 1
        return (columns.timesClamped(columns - 1) / 2).timesClamped(18).plusClamped(columns.timesClamped(22))
            .plusClamped(parameters.timesClamped(29))
    }

    /// How often a fit opens coefficients without a debit of its own for it: own parts of several parties pass their smaller limits nearly
    /// always, and results then open under the longer period too.
    public static func coefficientOpenings(_ job: Job) -> Int {
        job.kind == .several && job.model.family != .linear ? 2 : 1
    }

    /// How often theta is estimated at most.
    public static let thetaRounds = 6
    /// Of the sum that theta's standard error takes.
    static let curvatureBits = 32
    private static let alias = 10
    private static let hazard = 36
    /// Whether an own part of a row is out of range for such a sum, under each period.
    private static let periodBits = 5
    private static let window = 12
    static let bitsPerPass = 14 + 6 * 2
    /// How far reciprocals of the risk sets' sums are from exact.
    private static let reciprocal = 12
    private static let reciprocalsInAll = 4
    private static let refinement = 18

    /// The least b with 2^b >= rows.
    static func digits(_ rows: Int) -> Int { rows < 2 ? 0 : Int.bitWidth - (rows - 1).leadingZeroBitCount }
}

extension Job {
    /// Whether a fit opens its summed loss: as a metric, for a likelihood without a penalty, or to tell separated labels.
    public var opensLoss: Bool { model.family != .linear && (!model.isPenalised || reveals(.metrics)) }

    public var opensBrier: Bool { model.family.predictsProbability && reveals(.metrics) }

    /// Whether each party says by a bit, for each period, if its own predictors leave the range of these sums.
    var checksSums: Bool {
        switch model.family {
        case .logistic, .negativeBinomial: opensLoss || opensBrier
        case .probit: opensBrier
        case .linear, .poisson, .gamma, .cox: false
        }
    }

    /// Residual squares, or Pearson's: what a dispersion is estimated from.
    public var opensSquares: Bool { model.family == .linear || model.family == .gamma && opensLoss }

    /// Whether the active party gets the standard error of its theta.
    public var opensCurvature: Bool { estimatesTheta && reveals(.standardErrors) && opensLoss }

    public var estimatesTheta: Bool { model.family == .negativeBinomial && model.theta == nil }

    /// Sums over the rows that were kept aside: where no scores of them are revealed, which say more.
    public var opensHeldOutSums: Bool { holdout != .none && reveals(.metrics) && !reveals(.scores) }

    public var hasCaseWeights: Bool { active.beside.weights != nil }
}

/// The largest exponents of two that an active party may announce about its rows (training.md 5.1).
public struct RowBounds: Sendable, Hashable {
    /// Of what its rows' vectors are multiplied with.
    public let scale: Int
    /// Of a row's weight.
    public let weight: Int
    public init(_ family: ModelFamily, hasCaseWeights: Bool) {
        let caseWeight = hasCaseWeights ? 20 : 0
        switch family {
        case .linear: (scale, weight) = (0, caseWeight)
        case .logistic: (scale, weight) = (caseWeight, -2 + caseWeight)
        case .probit: (scale, weight) = (caseWeight, caseWeight)
        case .negativeBinomial: (scale, weight) = (18, 20)
        case .poisson, .gamma: (scale, weight) = (40, 20)
        case .cox: (scale, weight) = (0, 8 + caseWeight)
        }
    }

    init(_ job: Job) { self.init(job.model.family, hasCaseWeights: job.hasCaseWeights) }
}

/// What a fit opens to the peer of one site, against what this site's data hold.
public struct BitBudget: Sendable, Hashable {
    /// Window bits that the fit opens at most.
    public let bits: Int
    public let hidden: HiddenBits
    /// The job counts the bits and does not bound them.
    public let loosened: Bool
    /// Bits that the same fit opens to other parties than that peer.
    public let toOthers: Int
    /// Counts each time, also where the same people and inputs come again: what a peer that deviates asks may be new.
    public let isPerRun: Bool
    private let passes: Int
    /// "fit", or what else opens bits.
    private let what: String
    /// Who learns them, where it might be any of several.
    private let peer: String?

    /// - Parameters:
    ///   - rows: rows of the fit.
    ///   - owner: this site's role in a job of two parties; the bits are those that its peer learns.
    ///   - hidden: of this site's data over these rows.
    public init(_ job: Job, rows: Int, owner: Party.Role, hidden: HiddenBits) {
        let (own, peer) = owner == .active ? (job.active, job.sharing) : (job.sharing, job.active)
        self.init(job, rows: rows, from: own, to: peer, hidden: hidden)
    }

    /// - Parameters:
    ///   - owner: the party that counts.
    ///   - peer: which other one learns the bits; in a job of several each has a budget of its own, and all together one.
    ///   - part: all that a fit opens, or coefficients once more than it counts.
    public init(
        _ job: Job, rows: Int, from owner: Party, to peer: Party, hidden: HiddenBits, part: Part = .fit
    ) {
        let bits = { (party: Party) in
            let opened = OpenedBits(job, rows: rows, to: party)
            return part == .fit ? opened.total : opened.coefficientsOnce
        }
        let others = job.others(than: owner.name).filter { $0.name != peer.name }
        self.init(
            bits: bits(peer), toOthers: others.reduce(0) { $0.plusClamped(bits($1)) }, hidden: hidden,
            loosened: job.loosened.contains(.budget),
            passes: part == .fit && job.model.family != .linear ? job.model.maximumPasses : 0, what: part.rawValue,
            peer: job.kind == .several ? peer.name : nil)
    }

    /// What a budget is of.
    public enum Part: String, Sendable {
        case fit
        case coefficientsAgain = "opening of coefficients once more"
    }

    package init(
        bits: Int, toOthers: Int = 0, hidden: HiddenBits, loosened: Bool = false, isPerRun: Bool = false,
        passes: Int = 0, what: String = "fit", peer: String? = nil
    ) {
        self.peer = peer
        self.isPerRun = isPerRun
        self.toOthers = toOthers
        self.what = what
        self.bits = bits
        self.hidden = hidden
        self.loosened = loosened
        self.passes = passes
    }

    /// - Parameters:
    ///   - earlier: bits that earlier jobs opened to this peer about the row of these that has the most.
    ///   - inAll: the same over all peers.
    public func finding(earlier: Int, inAll: Int) -> GuardFinding {
        let (most, mostInAll) = (hidden.bits / 2, hidden.bits)
        let before = inAll
        let inAll = inAll.plusClamped(toOthers)
        let whom = peer.map { "'\($0)'" } ?? "the peer"
        var figures =
            "this \(what) opens at most \(bits) bits to \(whom); half of what '\(hidden.what)' holds is \(Guards.whole(most)) bits"
        if earlier > 0 { figures += "; earlier jobs opened \(earlier)" }
        if inAll > earlier {
            figures += "; \(bits.plusClamped(inAll)) to all parties together"
            if before > 0 { figures += ", earlier jobs among them" }
            figures += " (at most \(Guards.whole(mostInAll)))"
        }
        if loosened { return GuardFinding(.budget, .kept, figures + "; loosened: not bounded", loosened: true) }
        // What is no number bounds nothing.
        let isKept =
            Double(bits.plusClamped(earlier)) <= most && Double(bits.plusClamped(inAll)) <= mostInAll && most.isFinite
        guard !isKept else { return GuardFinding(.budget, .kept, figures) }
        return GuardFinding(
            .budget, .refused, figures, remedy: remedy(most - Double(earlier), mostInAll - Double(inAll)))
    }

    private func remedy(_ left: Double, _ leftInAll: Double) -> String {
        var remedies: [String] = []
        // Fewer than eight passes seldom fit.
        let spare = bits.plusClamped(-passes.timesClamped(OpenedBits.bitsPerPass))
        let allowed = Int(clamped: (min(left, leftInAll) - Double(spare)) / Double(OpenedBits.bitsPerPass))
        if allowed >= 8, allowed < passes { remedies.append("set model.maxPasses to \(allowed) or less") }
        remedies += [
            "align more rows", "use fewer columns of the peer", "write 'loosen: [budget]' if all parties accept it",
        ]
        return remedies.joined(separator: ", or ")
    }
}
