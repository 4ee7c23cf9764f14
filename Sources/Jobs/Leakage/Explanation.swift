import Records
import Wire

/// A job in plain words, for those who approve it: who takes part with what, what each sends and learns, which
/// guards stand. The same content as text and, being `Codable`, as JSON.
public struct Explanation: Sendable, Hashable, Codable {
    public struct PartySummary: Sendable, Hashable, Codable {
        public let name: String
        public let role: String
        public let table: String
        public let identifier: String
        public let label: String?
        public let features: [String]
        /// Columns of the design matrix, without intercept.
        public let columns: Int
    }

    public struct GuardSummary: Sendable, Hashable, Codable {
        public let name: String
        public let rule: String
        public let against: String
        public let loosened: Bool
        /// What is known of it now, when facts were given.
        public let finding: GuardFinding?
    }

    public let job: String
    public let title: String
    public let purpose: String
    public let parties: [PartySummary]
    public let model: String
    public let keys: String
    public let rows: String
    public let opened: [String]
    public let leakage: [LeakageTable.Row]
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
        parties = job.parties.map(PartySummary.init)
        model = Self.model(job)
        keys = "Paillier, \(job.keys.bits) bits, \(job.keys.nonces.rawValue) nonces"
        rows = Self.rows(job)
        let withheld = findings.first { $0.verdict == .withheld }
        opened = job.reveal.map { item in
            let note = item == .standardErrors && withheld != nil ? "; withheld (\(Guard.information.name))" : ""
            return "\(item.rawValue): \(item.meaning)\(note)"
        }
        leakage = LeakageTable(job: job, rows: facts?.rows).rows + more
        guards = Guard.allCases.map { item in
            GuardSummary(
                name: item.name, rule: item.rule, against: item.against, loosened: job.loosened.contains(item),
                finding: findings.first { $0.number == item.number })
        }
        limits = findings.filter { $0.number == nil }
        warnings = Remainder.warnings(job) + (withheld.map { ["No standard errors: \($0.figures)."] } ?? [])
        never = Remainder.never
        notPrevented = Remainder.notPrevented
        assumptions = Remainder.assumptions(job)
    }

    private static func model(_ job: Job) -> String {
        let penalty = job.model.l2 > 0 ? "L2 penalty \(job.model.l2)" : "no penalty"
        let stop =
            "until the gradient is \(job.model.tolerance) standard errors, at most \(job.model.maximumPasses) passes"
        return
            "\(job.model.family.rawValue) regression, \(job.parameterCount) coefficients with the intercept, \(penalty), "
            + (job.model.family == .linear ? "exact in one exchange" : stop)
    }

    private static func rows(_ job: Job) -> String {
        let limits = job.limits
        return
            "people that both tables have: at least \(limits.minimumCohort), at least \(limits.minimumCell) in every "
            + "level, at most \(limits.parametersPerRow) coefficients a row"
            + (job.holdout == .hash ? "; a fifth of them, by their identifier's hash, is kept out of the fit" : "")
    }
}

extension Explanation.PartySummary {
    init(_ party: Party) {
        name = party.name
        role = party.role.rawValue
        table = party.table
        identifier = party.identifier.parts.map { "\($0.column) (\($0.normaliser.rawValue))" }.joined(separator: " + ")
        label = party.label
        features = party.features.map { feature in
            switch feature.kind {
            case .numeric: feature.column
            case .binary: "\(feature.column) (yes/no)"
            case .categorical(let levels, let reference):
                "\(feature.column) (\(levels.joined(separator: ", ")); reference \(reference))"
            }
        }
        columns = party.columnCount
    }
}
