import Records
import Wire

/// A job in plain words, for those who approve it: who takes part with what, what each sends and learns, which
/// guards stand. `text` is one screen of it; as JSON it is the whole.
public struct Explanation: Sendable, Hashable, Codable {
    public struct PartySummary: Sendable, Hashable, Codable {
        public let name: String
        public let role: String
        public let table: String
        public let identifier: String
        public let label: String?
        /// Its offset, exposure, case weights, times and strata, and what it is described by.
        public let beside: [String]
        public let features: [String]
        /// Columns of the design matrix, without intercept.
        public let columns: Int
        /// What it alone sends, beside what each sends.
        public let sends: [String]
        /// What it alone learns.
        public let learns: [String]
    }

    public struct GuardSummary: Sendable, Hashable, Codable {
        public let name: String
        public let rule: String
        public let against: String
        /// The rule in one line, without symbols.
        public let brief: String
        public let loosened: Bool
        /// What is known of it now, when facts were given.
        public let finding: GuardFinding?
    }

    public let job: String
    public let title: String
    public let purpose: String
    /// From which job it was derived, if it is what a lost party left.
    public let derivedFrom: Derivation?
    /// The same in words.
    public let loss: [String]
    public let parties: [PartySummary]
    public let model: String
    public let keys: String
    /// What the job's alignment costs and assumes, then what the other one does.
    public let alignment: [String]
    /// The same on one line.
    public let alignmentBrief: String
    public let rows: String
    /// The words of the reveal list.
    public let opened: [String]
    /// Each party to the other.
    public let eachSends: [String]
    public let eachLearns: [String]
    /// The whole table.
    public let leakage: [LeakageTable.Row]
    /// Rows of it that protocols bring with them.
    public let added: [LeakageTable.Row]
    public let guards: [GuardSummary]
    /// Findings about the job's limits, when facts were given.
    public let limits: [GuardFinding]
    public let warnings: [String]
    public let never: [String]
    public let notPrevented: [String]
    public let assumptions: [String]

    /// - Parameters:
    ///   - facts: what is known of a run (numbers of rows); nil before alignment.
    ///   - more: rows of the leakage table that protocols bring with them.
    public init(_ job: Job, facts: GuardFacts? = nil, adding more: [LeakageTable.Row] = []) {
        let findings = facts.map { Guards.findings(job, $0) } ?? Guards.findings(job)
        self.job = job.hash.hex
        title = job.title
        purpose = job.purpose
        (derivedFrom, loss) = (job.derivedFrom, job.wordsOfLoss)
        let words = LeakageWords(job: job, rows: facts?.rows)
        parties = job.parties.map { PartySummary($0, words) }
        model = Self.model(job)
        keys = "Paillier, \(job.keys.bits) bits, \(job.keys.nonces.rawValue) nonces"
        alignment = job.alignment.methods.map(\.meaning)
        alignmentBrief = job.alignment.methods.map(\.brief).joined(separator: " By ")
        rows = Self.rows(job)
        opened = job.reveal.map(\.rawValue)
        eachSends = words.eachSends()
        eachLearns = words.eachLearns()
        leakage = LeakageTable(words).rows + more
        added = more
        guards = Guard.allCases.map { item in
            GuardSummary(
                name: item.name, rule: item.rule, against: item.against, brief: item.brief,
                loosened: job.loosened.contains(item),
                finding: findings.first { $0.name == item.name })
        }
        limits = findings.filter { finding in !Guard.allCases.contains { $0.name == finding.name } }
        warnings = Remainder.warnings(job)
        never = Remainder.never
        notPrevented = Remainder.notPrevented
        assumptions = Remainder.assumptions(job)
    }

    static func model(_ job: Job) -> String {
        let penalties = [("L1", job.model.l1), ("L2", job.model.l2)].filter { $1 > 0 }.map { "\($0) penalty \($1)" }
        let penalty = penalties.isEmpty ? "no penalty" : penalties.joined(separator: ", ")
        let theta =
            job.model.family == .negativeBinomial
            ? " (theta \(job.model.theta.map { "\($0)" } ?? "estimated"))" : ""
        let intercept = job.model.family.hasIntercept ? " with the intercept" : ""
        let events =
            job.model.ties.map { ties in
                " (proportional hazards, ties by \(ties.rawValue)"
                    + "\(job.model.mostEvents.map { ", at most \($0) events" } ?? "")\(times(job))\(groups(job)))"
            } ?? ""
        let stop =
            "until the gradient is \(job.model.tolerance) standard errors, at most \(job.model.maximumPasses) passes"
        return
            "\(job.model.family.rawValue) regression\(theta)\(events), \(job.coefficientCount) coefficients\(intercept), \(penalty), "
            + (job.model.family == .linear ? "exact in one exchange" : stop)
            + (job.hasCaseWeights ? "; rows have case weights" : "")
            + (job.model.covariance.isRobust ? "; robust standard errors (\(job.model.covariance.rawValue))" : "")
    }

    private static func times(_ job: Job) -> String {
        guard !job.model.times.isEmpty else { return "" }
        let list = job.model.times.map { Int(exactly: $0).map { "\($0)" } ?? "\($0)" }
        return ", survival at " + list.joined(separator: ", ")
            + (job.model.mostStrata.map { " in each of at most \($0) strata" } ?? "")
    }

    private static func groups(_ job: Job) -> String {
        guard let (party, feature) = job.comparedGroups else { return "" }
        let what = [(Reveal.logrank, "log-rank test"), (.kaplanMeier, "Kaplan-Meier curves")].filter {
            job.reveals($0.0)
        }
        return ", " + what.map(\.1).joined(separator: " and ") + " by \(feature.column) of \(party.name)"
    }

    static func rows(_ job: Job) -> String {
        let limits = job.limits
        return
            "at least \(limits.minimumCohort) common people, at least \(limits.minimumCell) in every level, at most "
            + "\(limits.parametersPerRow) coefficients a row"
            + (job.holdout == .hash ? "; a fifth of them, by their identifier's hash, is kept out of the fit" : "")
            + (job.crossValidation > 0
                ? "; cross-validation: each of \(job.crossValidation) parts of the rows is predicted without itself"
                : "")
    }
}

extension Explanation.PartySummary {
    init(_ party: Party, _ words: LeakageWords) {
        name = party.name
        role = party.role.rawValue
        table = party.table
        identifier = party.identifier.words
        label = party.label
        beside =
            party.beside.all.map { "\($0.word) \($0.column)" }
            + [party.group].compactMap { $0.map { "described by \($0.column)" } }
        features = party.features.map(\.words)
        columns = party.columnCount
        sends = words.sends(party.name)
        learns = words.learns(party.name)
    }
}
