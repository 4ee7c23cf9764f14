package import Records

/// How many rows of this site's table there were, and what became of them, for a result that has no report of its own.
package struct AttritionTable: Sendable, Codable {
    package struct Step: Sendable, Codable, Hashable {
        /// "in the table", "left out: ...", "in both tables" or, of more than two, "in all tables".
        package let step: String
        /// Of a column without a value; nil for other steps.
        package let column: String?
        package let rows: Int
    }

    package let steps: [Step]

    /// - Parameters:
    ///   - common: rows that are in all tables.
    ///   - parties: how many tables there are.
    package init(_ report: IdentifierReport, common: Int, parties: Int = 2) {
        var steps = [Step(step: "in the table", column: nil, rows: report.rowsRead)]
        steps += report.leftOut.filter { $0.rows > 0 }.map { Step(step: $0.words, column: nil, rows: $0.rows) }
        // A row may lack several.
        steps += report.missingByColumn.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map {
            Step(step: "no value", column: $0.key, rows: $0.value)
        }
        steps.append(Step(step: "in the alignment", column: nil, rows: report.usable))
        steps.append(Step(step: parties == 2 ? "in both tables" : "in all tables", column: nil, rows: common))
        self.steps = steps
    }

    func csv() throws -> [UInt8] {
        var writer = try CSVWriter(header: ["step", "column", "rows"])
        for step in steps {
            try writer.append([.text(step.step), step.column.map { .text($0) } ?? .missing, .integer(step.rows)])
        }
        return writer.bytes
    }

    package func text(of party: String) -> String {
        var table = TextTable(["rows of \(party)", ""], sides: [.left, .right])
        for step in steps { table.add([step.column.map { "  no value of \($0)" } ?? step.step, "\(step.rows)"]) }
        return table.text(indent: 0)
    }
}

extension IdentifierReport {
    /// Why rows of a table are not in an alignment, and how many; those of which there are none too.
    var leftOut: [(words: String, rows: Int)] {
        RejectionReason.allCases.map { ("left out: identifier \($0.words)", rejected[$0] ?? 0) } + [
            ("left out: repeated rows", collapsedDuplicates),
            ("left out: rows in conflict with another of the same identifier", conflictingRowsDropped),
            ("left out: a column of the job has no value", incompleteRows),
        ]
    }
}

extension RejectionReason {
    /// After "identifier".
    var words: String {
        switch self {
        case .empty: "empty"
        case .missingLiteral: "a word for no value"
        case .notDigits: "with more than digits"
        case .wrongLength: "of a wrong length"
        case .badCheckDigit: "with a wrong check digit"
        case .controlCharacter: "with a control character"
        case .tooLong: "too long"
        }
    }
}
