package import Jobs
package import Records

/// Which columns of a table could be what in a job. Guesses, for a person to correct.
package struct TableDraft {
    let identifier: String
    /// The active party's only.
    let label: String?
    /// A proportional-hazards model's; nil where no column looks like it.
    let time: String?
    let features: [Feature]
    let leftOut: [JobTemplate.LeftOut]
    /// What the label's column suggests.
    package let family: ModelFamily?
    /// What was guessed, in sentences.
    package let notes: [String]

    private static let identifierNames = ["id", "identifier", "mrn", "usubjid", "subject", "patient", "nhs", "person"]
    private static let labelNames = ["outcome", "label", "target", "event", "response", "status", "y"]
    private static let timeNames = ["time", "futime", "followup", "days", "weeks", "months", "years", "duration"]

    /// - Parameters:
    ///   - identifier: its column, if a person named it.
    ///   - label: the outcome's column; empty when it is to be guessed, nil when the table has none.
    ///   - family: what the label must suit, if that is given.
    /// - Throws: `RecordsError.missingColumn` for a column that was named and is not there; `Failure` 65 for a table in
    ///   which no column can be the identifier or the outcome.
    package init(
        _ table: Table, missing: MissingTokens, identifier: String?, label: String?, family: ModelFamily?
    ) throws {
        for name in [identifier, label].compactMap(\.self) where !name.isEmpty { _ = try table.column(named: name) }
        let columns = table.describe(missing: missing)
        var notes: [String] = []
        let own = identifier ?? Self.guessIdentifier(columns)
        guard let own else {
            throw Failure(
                .badData, "noIdentifier",
                "\(table.source): no column looks like an identifier: none has a value of its own "
                    + "in every row", hint: "name it: --identifier COLUMN")
        }
        if identifier == nil {
            notes.append("identifier: '\(own)', because its values differ from row to row: check it")
        }
        self.identifier = own
        let rest = columns.filter { $0.name != own }
        if let label {
            let outcome = label.isEmpty ? Self.guessLabel(rest, family) : rest.first { $0.name == label }
            guard let outcome else {
                throw Failure(
                    .badData, "noLabel",
                    "\(table.source): no column can be the outcome: a model needs a yes/no or a numeric one",
                    hint: "name it: --label COLUMN; if the peer has it: --passive with this site's name")
            }
            if label.isEmpty { notes.append("label: '\(outcome.name)', a guess: check it") }
            self.label = outcome.name
            self.family = family ?? (outcome.kind == .yesNo ? .logistic : .linear)
        } else {
            self.label = nil
            self.family = nil
        }
        let outcome = self.label
        let time = self.family == .cox ? Self.guessTime(rest.filter { $0.name != outcome }) : nil
        self.time = time
        if self.family == .cox {
            notes.append(
                time.map { "time: '\($0)', because of its name: check it" }
                    ?? "time: no column looks like it: write its name into the job")
        }
        var features: [Feature] = []
        var leftOut: [JobTemplate.LeftOut] = []
        for column in rest where column.name != self.label && column.name != time {
            if let feature = Self.feature(column) {
                features.append(feature)
            } else {
                leftOut.append(JobTemplate.LeftOut(column: column.name, reason: Self.reason(column)))
            }
        }
        self.features = features
        self.leftOut = leftOut
        self.notes = notes
    }

    package func parts(table: String) -> JobTemplate.Draft {
        JobTemplate.Draft(
            table: table, identifier: identifier, label: label, time: time, features: features, leftOut: leftOut)
    }

    /// A column whose values differ from row to row; one with a telling name first, then texts before numbers.
    private static func guessIdentifier(_ columns: [ColumnSummary]) -> String? {
        let distinct = columns.filter { $0.rows > 0 && $0.distinct * 10 >= $0.rows * 9 }
        func isNamed(_ column: ColumnSummary) -> Bool {
            let words = column.name.lowercased().split { !$0.isLetter && !$0.isNumber }
            return words.contains { word in identifierNames.contains { word == $0 } }
                || column.name.lowercased().hasSuffix("id")
        }
        return
            (distinct.first(where: isNamed) ?? distinct.first { $0.kind == .text }
            ?? distinct.first { $0.kind == .integer })?.name
    }

    private static func guessLabel(_ columns: [ColumnSummary], _ family: ModelFamily?) -> ColumnSummary? {
        let kinds: [ColumnSummary.Kind] =
            switch family {
            case .logistic, .probit, .cox: [.yesNo]
            case .linear, .gamma: [.number, .integer]
            case .poisson, .negativeBinomial: [.integer]
            case nil: [.yesNo, .number, .integer]
            }
        let fitting = columns.filter { kinds.contains($0.kind) && $0.distinct > 1 }
        return fitting.first { labelNames.contains($0.name.lowercased()) }
            ?? kinds.lazy.compactMap { kind in fitting.first { $0.kind == kind } }.first
    }

    /// A column of numbers above 0 with a telling name.
    private static func guessTime(_ columns: [ColumnSummary]) -> String? {
        columns.first { column in
            let words = column.name.lowercased().split { !$0.isLetter && !$0.isNumber }
            return [.number, .integer].contains(column.kind) && column.minimum ?? 0 > 0
                && words.contains { word in timeNames.contains { word == $0 } }
        }?.name
    }

    private static func feature(_ column: ColumnSummary) -> Feature? {
        guard column.distinct > 1, let spec = column.suggestedSpec else { return nil }
        let kind: Feature.Kind =
            switch spec.kind {
            case .numeric: .numeric
            case .binary: .binary
            case .categorical(let levels, let reference): .categorical(levels: levels, reference: reference)
            }
        let feature = Feature(column: column.name, kind: kind)
        return JobTemplate.allows(feature) ? feature : nil
    }

    private static func reason(_ column: ColumnSummary) -> String {
        switch column.kind {
        case .empty: "no cell has a value"
        case _ where column.distinct < 2: "constant"
        case .text: "text with many different values"
        default: "a job cannot hold its name or one of its levels"
        }
    }
}
