public import Records

/// What each party sends and learns, phase by phase. `moiety job explain` shows the table of one job,
/// `protocols/leakage.md` the general one: both come from the statements in this folder and from nowhere else.
public struct LeakageTable: Sendable, Hashable, Codable {
    public enum Phase: String, Sendable, Hashable, Codable, CaseIterable {
        case session
        case count
        case alignment
        case setup
        case exchange
        case pass
        case end
        case prediction
        case early

        public var title: String {
            switch self {
            case .session: "When the session opens"
            case .count: "When common rows are counted, and not aligned"
            case .alignment: "Alignment, once"
            case .setup: "Before training, once"
            case .exchange: "The one exchange of a linear model"
            case .pass: "Each pass"
            case .end: "At the end"
            case .prediction: "When new rows are scored"
            case .early: "If it ends without a result"
            }
        }
    }

    /// What one party sends and learns in one phase.
    public struct Row: Sendable, Hashable, Codable {
        public let phase: Phase
        /// The party's name; in the alignment, where roles may follow from the set sizes, that role.
        public let party: String
        public let sends: [String]
        public let learns: [String]
    }

    public let rows: [Row]

    /// The table of one job, with its names and numbers.
    ///
    /// - Parameter rows: rows of the fit, once they are known: they decide whether standard errors are withheld (guard 6).
    public init(job: Job, rows: Int? = nil) { self.init(LeakageWords(job: job, rows: rows)) }

    /// The table of any two-party job of a family, with `A` for the active and `B` for the passive party.
    public init(family: ModelFamily) { self.init(LeakageWords(family: family)) }

    init(_ words: LeakageWords) {
        rows =
            words.session() + words.counting() + words.alignment() + words.setup()
            + (words.family == .linear ? words.exchange() : words.pass()) + words.end() + words.prediction()
            + words.early()
    }

    public func rows(in phase: Phase) -> [Row] { rows.filter { $0.phase == phase } }
}
