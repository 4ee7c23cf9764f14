public import Records

/// One organisation in a job.
public struct Party: Sendable, Hashable {
    /// Hellos name it: the words are written out.
    public enum Role: String, Sendable, Hashable, CaseIterable, Codable {
        /// Has the label, and perhaps features.
        case active = "active"
        /// Has features only.
        case passive = "passive"
    }

    /// Lower-case letters, digits and dashes.
    public internal(set) var name: String
    public internal(set) var role: Role
    /// Logical name of the table; each site's settings say which file it is.
    public internal(set) var table: String
    public internal(set) var identifier: Identifier
    /// Column of the outcome; the active party only.
    public internal(set) var label: String?
    /// In the order of the model's terms.
    public internal(set) var features: [Feature]

    /// Columns of the design matrix that the features become, without intercept.
    public var columnCount: Int { features.reduce(0) { $0 + $1.columnCount } }
}

/// How a table's rows are known to the other side.
public struct Identifier: Sendable, Hashable {
    /// One part of an identifier: a column and how its text is brought into one form.
    public struct Part: Sendable, Hashable {
        public internal(set) var column: String
        public internal(set) var normaliser: Normaliser
    }

    /// One part, or several that are combined.
    public internal(set) var parts: [Part]
    public internal(set) var duplicates: DuplicatePolicy

    public var columns: [String] { parts.map(\.column) }
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

    /// Columns of the design matrix that it becomes.
    public var columnCount: Int {
        switch kind {
        case .numeric, .binary: 1
        case .categorical(let levels, _): levels.count - 1
        }
    }
}
