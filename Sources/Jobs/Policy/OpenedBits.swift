import Records

/// An upper bound of the bits that a fit opens to one party through windows, by what they are about; `protocols/disclosure.md` 2.2.
/// They count as if a peer that deviates had chosen what each of them tells.
public struct OpenedBits: Sendable, Hashable, Codable {
    /// Norms, traces, sums at which the period doubles, range bits: what the next step depends on.
    public let decisions: Int
    /// Sums over all rows at the end.
    public let sums: Int
    /// The party's own coefficients, and at the active party the raw constant.
    public let coefficients: Int
    public let variances: Int

    public var total: Int {
        decisions.plusClamped(sums).plusClamped(coefficients).plusClamped(variances)
    }

    /// - Parameters:
    ///   - rows: rows of the fit.
    ///   - role: who learns them.
    public init(_ job: Job, rows: Int, to role: Party.Role) {
        let isLinear = job.model.family == .linear
        let digits = Self.digits(rows)
        decisions = Self.decisions(job)
        if isLinear {
            // From 2^(digits + 2) down to 2^-50, two bits a window, and 18 beyond the leading digit.
            sums = Self.window + digits + 52 + Self.refinement
        } else {
            let sum = Self.window + digits + 14 + Self.refinement
            sums = (job.opensLoss ? sum : 0) + (job.reveals(.metrics) ? sum : 0)
        }
        let m = job.parameterCount(of: role == .active ? job.active : job.passive)
        let fraction = 12 + (digits + 1) / 2 + (isLinear ? 9 : 0)
        let constant = role == .active ? fraction + 26 : 0
        coefficients = m.timesClamped(fraction + (isLinear ? 10 : 13)).plusClamped(constant)
        guard job.reveals(.standardErrors) else {
            variances = 0
            return
        }
        // The active party's first variance is the raw constant's.
        let variance = isLinear ? 38 : 36
        variances = m.timesClamped(variance).plusClamped(role == .active ? 24 : 0)
    }

    /// Bits of all that decides what comes next, the same for both parties: a first window of 14 bits and six more windows a pass,
    /// five traces of 12 bits, one bit for the range. A fit MUST end when they are spent.
    public static func decisions(_ job: Job) -> Int {
        let passes = job.model.family == .linear ? 0 : job.model.maximumPasses
        return passes.timesClamped(bitsPerPass).plusClamped(5 * window + 1)
    }

    private static let window = 12
    static let bitsPerPass = 14 + 6 * 2
    private static let refinement = 18

    /// The least b with 2^b >= rows.
    private static func digits(_ rows: Int) -> Int { rows < 2 ? 0 : Int.bitWidth - (rows - 1).leadingZeroBitCount }
}

extension Job {
    /// Whether a fit opens its summed loss: as a metric, or to tell separated labels.
    var opensLoss: Bool { model.family == .logistic && (model.l2 == 0 || reveals(.metrics)) }
}

/// What a fit opens to the peer of one site, against what this site's data hold.
public struct BitBudget: Sendable, Hashable {
    /// Window bits that the fit opens at most.
    public let bits: Int
    public let hidden: HiddenBits
    /// The job counts the bits and does not bound them.
    public let loosened: Bool
    private let passes: Int

    /// - Parameters:
    ///   - rows: rows of the fit.
    ///   - owner: this site's role; the bits are those that its peer learns.
    ///   - hidden: of this site's data over these rows.
    public init(_ job: Job, rows: Int, owner: Party.Role, hidden: HiddenBits) {
        self.init(
            bits: OpenedBits(job, rows: rows, to: owner == .active ? .passive : .active).total, hidden: hidden,
            loosened: job.loosened.contains(.budget),
            passes: job.model.family == .linear ? 0 : job.model.maximumPasses)
    }

    package init(bits: Int, hidden: HiddenBits, loosened: Bool = false, passes: Int = 0) {
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
        var figures =
            "this fit opens at most \(bits) bits to the peer; half of what '\(hidden.what)' holds is \(Guards.whole(most)) bits"
        if earlier > 0 { figures += "; earlier jobs opened \(earlier)" }
        if inAll > earlier { figures += ", with all peers \(inAll) (at most \(Guards.whole(mostInAll)))" }
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
