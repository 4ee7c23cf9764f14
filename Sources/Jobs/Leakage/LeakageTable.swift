public import Records

/// What each party sends and learns, phase by phase. `moiety job explain` shows the table of one job,
/// `protocols/leakage.md` the general one: both come from the statements in this folder and from nowhere else.
public struct LeakageTable: Sendable, Hashable, Codable {
    /// What one party sends and learns in one phase.
    public struct Row: Sendable, Hashable, Codable {
        public let phase: Phase
        /// The party's name, or ``LeakageTable/both``; in the alignment, where roles may follow from the set sizes, that role.
        public let party: String
        public let sends: [String]
        public let learns: [String]

        public init(phase: Phase, party: String, sends: [String], learns: [String]) {
            self.phase = phase
            self.party = party
            self.sends = sends
            self.learns = learns
        }
    }

    public typealias Phase = LeakagePhase

    /// In place of a name: what holds for each party towards the other. No party has a name with a space.
    public static let both = "each party"

    public let rows: [Row]

    /// The table of one job, with its names and numbers.
    ///
    /// - Parameter rows: rows of the fit, once they are known.
    public init(job: Job, rows: Int? = nil) {
        self.rows =
            switch job.kind {
            case .rows: RowLeakage(job).rows
            case .several:
                SeveralLeakage(job).rows(
                    with: SeveralFitLeakage(job), SeveralDescriptionLeakage(job, rows: rows),
                    SeveralPredictionLeakage(job))
            case .pair: LeakageTable(LeakageWords(job: job, rows: rows)).rows
            }
    }

    /// The table of any two-party job of a family, with `A` for the active and `B` for the passive party.
    public init(family: ModelFamily, alignment: AlignmentTerms.Method = .paillierOPRF) {
        self.init(LeakageWords(family: family, alignment: alignment))
    }

    init(_ words: LeakageWords) {
        rows =
            words.session() + words.counting() + words.alignment() + words.description() + words.setup()
            + words.training() + words.end() + words.prediction() + words.early()
    }

    public func rows(in phase: Phase) -> [Row] { rows.filter { $0.phase == phase } }
}

extension [LeakageTable.Row] {
    /// In the order in which their first rows stand.
    var phases: [LeakagePhase] {
        var seen: Set<LeakagePhase> = []
        return map(\.phase).filter { seen.insert($0).inserted }
    }
}
