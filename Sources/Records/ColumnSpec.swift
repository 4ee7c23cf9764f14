/// A column as a job declares it.
public struct ColumnSpec: Sendable, Codable, Hashable {
    public enum Kind: Sendable, Codable, Hashable {
        case numeric
        /// yes/no, as 1/0, true/false, yes/no or y/n in any case.
        case binary
        /// Treatment coding: one 0/1 term for each level but the reference, in the order declared.
        case categorical(levels: [String], reference: String)

        /// In the order of their numbers: "no", "yes" of a yes/no column; nil for a numeric one.
        public var levelNames: [String]? {
            switch self {
            case .numeric: nil
            case .binary: ["no", "yes"]
            case .categorical(let levels, _): levels
            }
        }
    }

    public let name: String
    public let kind: Kind

    public init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }

    public static func numeric(_ name: String) -> ColumnSpec { ColumnSpec(name: name, kind: .numeric) }
    public static func binary(_ name: String) -> ColumnSpec { ColumnSpec(name: name, kind: .binary) }
    public static func categorical(_ name: String, levels: [String], reference: String) -> ColumnSpec {
        ColumnSpec(name: name, kind: .categorical(levels: levels, reference: reference))
    }

    /// The terms of the model that the column becomes: its own name, or `name=level` for each level but the reference.
    public var terms: [Term] {
        switch kind {
        case .numeric, .binary: [Term(column: name, level: nil)]
        case .categorical(let levels, let reference):
            levels.filter { $0 != reference }.map { Term(column: name, level: $0) }
        }
    }

    /// Whether the column can be declared at all; its name becomes a term name in files that people open.
    public func validate() throws(RecordsError) {
        func fail(_ problem: ColumnProblem) -> RecordsError { .badColumn(name: name, problem: problem) }
        if name.allSatisfy(\.isWhitespace) { throw fail(.emptyName) }
        if name.unicodeScalars.contains(where: Text.isControl) { throw fail(.controlCharacterInName) }
        if Text.startsLikeFormula(name) { throw fail(.formulaName) }
        guard case .categorical(let levels, let reference) = kind else { return }
        if levels.count < 2 { throw fail(.noLevels) }
        if Set(levels).count != levels.count { throw fail(.repeatedLevel) }
        for level in levels {
            let trimmed = Text.trimmed(Array(level.utf8)[...])
            if trimmed.isEmpty || trimmed.count != level.utf8.count { throw fail(.badLevel) }
            if level.unicodeScalars.contains(where: Text.isControl) { throw fail(.badLevel) }
        }
        if !levels.contains(reference) { throw fail(.referenceNotALevel) }
    }

    /// Each of them, and that none is declared twice.
    public static func validate(_ columns: [ColumnSpec]) throws(RecordsError) {
        var names = Set<String>()
        for column in columns {
            try column.validate()
            if !names.insert(column.name).inserted { throw .badColumn(name: column.name, problem: .declaredTwice) }
        }
    }
}

/// One column of a design matrix.
public struct Term: Sendable, Codable, Hashable {
    public let column: String
    /// The level that the term is 1 for; nil for numeric and yes/no columns.
    public let level: String?

    public init(column: String, level: String?) {
        self.column = column
        self.level = level
    }

    /// `column` or `column=level`.
    public var name: String { level.map { "\(column)=\($0)" } ?? column }
}
