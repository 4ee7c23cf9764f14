public import Records

/// One organisation in a job.
public struct Party: Sendable, Hashable {
    /// Hellos name it: the words are written out.
    public enum Role: String, Sendable, Hashable, CaseIterable, Codable {
        /// Has the label, and perhaps features.
        case active = "active"
        /// Has features only.
        case passive = "passive"
        /// Has label and features of people of its own: every party of a job split by rows.
        case site = "site"

        /// Those that a job names. One that is split by rows has no word for the only one there is.
        public static let allCases: [Role] = [.active, .passive]
    }

    /// Lower-case letters, digits and dashes.
    public internal(set) var name: String
    public internal(set) var role: Role
    /// Logical name of the table; each site's settings say which file it is.
    public internal(set) var table: String
    public internal(set) var identifier: Identifier
    /// Column of the outcome; the active party only.
    public internal(set) var label: String?
    /// What stands beside the outcome; the active party only.
    public internal(set) var beside: OutcomeColumns
    /// By which rows are described (`protocols/describe.md`); the active party only. Its reference is the first level.
    public internal(set) var group: Feature?
    /// In the order of the model's terms.
    public internal(set) var features: [Feature]

    /// Columns of the design matrix that the features become, without intercept.
    public var columnCount: Int { features.reduce(0) { $0 + $1.columnCount } }
}

extension Party {
    /// Features as a description shows them: without the column that it groups by.
    public var described: [Feature] { features.filter { $0.column != group?.column } }

    /// The group's column where it is neither label nor feature.
    public var groupAlone: Feature? {
        group.flatMap { group in
            group.column == label || features.contains { $0.column == group.column } ? nil : group
        }
    }
}

/// Columns of the active party that belong to the outcome, or enter a model without a coefficient.
public struct OutcomeColumns: Sendable, Hashable {
    /// Added to the predictor.
    public internal(set) var offset: String?
    /// Its logarithm is added to the predictor: person-time, population, ...
    public internal(set) var exposure: String?
    /// Case weights: a row counts so many times.
    public internal(set) var weights: String?
    /// Proportional hazards: until the event or the end of observation.
    public internal(set) var time: String?
    /// There too: from when on a row was under observation.
    public internal(set) var entry: String?
    /// There too: codes, each with a baseline hazard of its own.
    public internal(set) var strata: String?

    public static let none = OutcomeColumns()

    /// In the order of a job's encoding.
    public var all: [(word: String, column: String, domain: ValueDomain)] {
        let columns: [(String, String?, ValueDomain)] = [
            ("offset", offset, .offset), ("exposure", exposure, .exposure), ("weights", weights, .weight),
            ("time", time, .time), ("entry", entry, .entry), ("strata", strata, .stratum),
        ]
        return columns.compactMap { word, column, domain in column.map { (word, $0, domain) } }
    }

    /// Those that a prediction of new rows takes too.
    public var ofPrediction: [(word: String, column: String, domain: ValueDomain)] {
        all.filter { $0.domain.movesPredictor }
    }

    /// Columns that move the predictor.
    public var movesPredictor: Bool { offset != nil || exposure != nil }
}

/// How a table's rows are known to the other side.
public struct Identifier: Sendable, Hashable {
    /// Its columns, for people.
    var named: String { columns.map { "'\($0)'" }.joined(separator: " and ") }

    /// One part of an identifier: a column and how its text is brought into one form.
    public struct Part: Sendable, Hashable {
        public internal(set) var column: String
        public internal(set) var normaliser: Normaliser
    }

    /// One part, or several that are combined.
    public internal(set) var parts: [Part]
    public internal(set) var duplicates: DuplicatePolicy

    public var columns: [String] { parts.map(\.column) }

    /// For people: each column with how it is brought into one form.
    var words: String { parts.map { "\($0.column) (\($0.normaliser.rawValue))" }.joined(separator: " + ") }
}

/// A column that enters the model.
public struct Feature: Sendable, Hashable {
    /// How it is read, and what it becomes in the design matrix.
    public typealias Kind = ColumnSpec.Kind

    public internal(set) var column: String
    public internal(set) var kind: Kind

    public init(column: String, kind: Kind) {
        self.column = column
        self.kind = kind
    }

    /// For people: its name and its levels.
    var words: String {
        switch kind {
        case .numeric: column
        case .binary: "\(column) (yes/no)"
        case .categorical(let levels, let reference):
            "\(column) (\(levels.joined(separator: ", ")); reference \(reference))"
        }
    }

    /// Columns of the design matrix that it becomes.
    public var columnCount: Int {
        switch kind {
        case .numeric, .binary: 1
        case .categorical(let levels, _): levels.count - 1
        }
    }

    /// A yes/no column's are "no" and "yes"; nil for a numeric one.
    public var levels: [String]? { kind.levelNames }
}
