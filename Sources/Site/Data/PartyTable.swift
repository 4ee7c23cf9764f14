package import Jobs
package import Records

/// One party's table as a job wants it: columns that exist and parse, complete rows, distinct valid identifiers.
package struct PartyTable: Sendable {
    package let party: Party
    package let table: Table
    package let identifiers: Identifiers
    package let features: [ColumnSpec]
    /// The active party's outcome.
    package let label: ColumnSpec?
    /// What stands beside it: offset, exposure, case weights, times.
    package let beside: [BesideColumn]
    /// What a description groups by, where that is a column of its own.
    package let group: ColumnSpec?
    /// What the outcome's values may be.
    private let labelDomain: ValueDomain
    package let missing: MissingTokens
    /// Whether rows that lack a value stay: in a table of a job split by rows they are described as such.
    package let keepsIncomplete: Bool

    /// Reads the file that the site has for the job's table.
    ///
    /// - Throws: `RecordsError` for what is wrong in the file, `Failure` 78 for a table that the site does not have.
    package init(_ job: Job, party: Party, site: SiteFolder) throws {
        let (path, source) = try site.source(ofTable: party.table)
        try self.init(job, party: party, csv: path, delimiter: source.delimiter, missing: source.missing)
    }

    package init(_ job: Job, party: Party, csv path: String, delimiter: Delimiter?, missing: MissingTokens) throws {
        self.party = party
        features = party.features.map(ColumnSpec.init)
        labelDomain = job.model.family.labelDomain
        label = party.label.map(labelDomain.column(named:))
        beside = BesideColumn.all(of: party)
        group = party.groupAlone.map(ColumnSpec.init)
        self.missing = missing
        let wanted = features + [label, group].compactMap(\.self) + beside.map(\.spec)
        let rule = try IdentifierRule(party.identifier)
        var read = try Table.read(csv: path, columns: rule.columns + wanted.map(\.name), delimiter: delimiter)
        keepsIncomplete = job.rows?.analysis == .table
        // Bad cells are told of in any case.
        let complete = try read.read(wanted, missing: missing)
        table = read
        let all = try table.identifiers(rule, duplicates: party.identifier.duplicates)
        identifiers = keepsIncomplete ? all : all.keeping(complete)
    }

    /// Rows for joint scoring: features, and what moves their predictors; no outcome is needed.
    package init(scoring party: Party, site: SiteFolder, table name: String) throws {
        let (path, source) = try site.source(ofTableOrFile: name)
        try self.init(scoring: party, csv: path, delimiter: source.delimiter, missing: source.missing)
    }

    package init(scoring party: Party, csv path: String, delimiter: Delimiter?, missing: MissingTokens) throws {
        self.party = party
        features = party.features.map(ColumnSpec.init)
        (label, labelDomain, group) = (nil, .number, nil)
        beside = BesideColumn.all(of: party).filter(\.domain.movesPredictor)
        self.missing = missing
        keepsIncomplete = false
        let rule = try IdentifierRule(party.identifier)
        let wanted = features + beside.map(\.spec)
        table = try Table.read(csv: path, columns: rule.columns + wanted.map(\.name), delimiter: delimiter)
        identifiers = try table.identifiers(
            rule, completeIn: wanted, duplicates: party.identifier.duplicates, missing: missing)
    }

    /// Identifiers alone, for an alignment without a model.
    package init(aligning party: Party, site: SiteFolder) throws {
        let (path, source) = try site.source(ofTable: party.table)
        self.party = party
        features = []
        (label, labelDomain, beside, group) = (nil, .number, [], nil)
        missing = source.missing
        keepsIncomplete = false
        let rule = try IdentifierRule(party.identifier)
        table = try Table.read(csv: path, columns: rule.columns, delimiter: source.delimiter)
        identifiers = try table.identifiers(rule, duplicates: party.identifier.duplicates)
    }

    /// The label, where the session has one, what stands beside it, the group's column, then the features, in the order of the job.
    package var privateColumns: [ColumnSpec] {
        [label].compactMap(\.self) + beside.map(\.spec) + [group].compactMap(\.self) + features
    }

    /// The outcome over these rows.
    ///
    /// - Throws: errors of `AlignedRows.values`, among them `outOfDomain`.
    package func outcome(_ rows: AlignedRows) throws(RecordsError) -> LabelColumn? {
        guard let label else { return nil }
        return try LabelColumn(rows, label, in: labelDomain, missing: missing)
    }

    /// Values of what stands beside the outcome over these rows: `offset`, `exposure`, `weight`, ...; nil where the job names none.
    ///
    /// - Throws: errors of `AlignedRows.values`, among them `outOfDomain`.
    package func values(of domain: ValueDomain, _ rows: AlignedRows) throws(RecordsError) -> [Double]? {
        guard let column = beside.first(where: { $0.domain == domain }) else { return nil }
        return try rows.values(column.spec, in: domain, missing: missing)
    }

    /// Whether each of these rows was under observation before its end.
    ///
    /// - Throws: `RecordsError.notBelow`.
    package func checkEntries(_ rows: AlignedRows) throws(RecordsError) {
        guard let entry = beside.first(where: { $0.domain == .entry }),
            let time = beside.first(where: { $0.domain == .time }), let low = try values(of: .entry, rows),
            let high = try values(of: .time, rows)
        else { return }
        try rows.demand(low, of: entry.name, below: high, of: time.name)
    }

    /// One line for people: what went in and what is left.
    package var summary: String {
        let report = identifiers.report
        var parts = ["\(report.rowsRead) rows"]
        if report.rejectedRows > 0 { parts.append("\(report.rejectedRows) without a valid identifier") }
        if report.collapsedDuplicates > 0 { parts.append("\(report.collapsedDuplicates) repeated") }
        if report.conflictingRowsDropped > 0 { parts.append("\(report.conflictingRowsDropped) in conflict") }
        if report.incompleteRows > 0 { parts.append("\(report.incompleteRows) incomplete") }
        return parts.joined(separator: ", ") + "; \(identifiers.count) usable"
    }
}

extension PartyTable {
    /// What looks wrong in identifiers that are used all the same, a line each.
    package var remarks: [String] {
        let report = identifiers.report
        return report.remarked.sorted { $0.key.rawValue < $1.key.rawValue }.map { remark, count in
            let line = report.firstRemarkedLine[remark].map { ", first in row \($0)" } ?? ""
            return
                "\(count) identifier\(count == 1 ? " holds" : "s hold") \(remark.meaning)\(line); they match only where the peer "
                + "writes them so too"
        }
    }
}

/// A column of the active party that enters a model without a coefficient.
package struct BesideColumn: Sendable {
    package let name: String
    package let domain: ValueDomain
    var spec: ColumnSpec { domain.column(named: name) }

    static func all(of party: Party) -> [BesideColumn] {
        party.beside.all.map { BesideColumn(name: $0.column, domain: $0.domain) }
    }
}

extension ColumnSpec {
    package init(_ feature: Feature) {
        self.init(name: feature.column, kind: feature.kind)
    }
}

extension IdentifierRule {
    init(_ identifier: Identifier) throws(RecordsError) {
        try self.init(
            fields: identifier.parts.map { Field(column: $0.column, normaliser: $0.normaliser) })
    }
}

extension DesignLimits {
    /// Of the rows that a job trains on.
    package init(_ job: Job) {
        self.init(
            minimumCell: job.limits.minimumCell, maximumParametersPerRow: job.limits.parametersPerRow,
            maximumLeverage: Guards.largestLeverage(job))
    }

    /// Before it is known which rows these are: a row with leverage may not be among them.
    fileprivate var ofMoreRows: DesignLimits {
        DesignLimits(
            minimumCell: minimumCell, maximumParametersPerRow: maximumParametersPerRow, maximumLeverage: .infinity)
    }
}

extension PartyTable {
    /// What is wrong with all usable rows for a job: constant, aliased or too small columns. The aligned rows are some of
    /// them, so whatever is wrong here is wrong there too.
    package func check(for job: Job) throws -> TableCheck {
        let rows = try table.rows(at: Array(0..<identifiers.count), of: identifiers)
        let limits = DesignLimits(job)
        let design = try DesignMatrix(rows, columns: features, missing: missing)
        let outcome = try outcome(rows)
        // Their values are looked at as those of the label are.
        for column in beside { _ = try values(of: column.domain, rows) }
        try checkEntries(rows)
        let leverage = design.leverage(hasConstant: outcome != nil, limit: limits.maximumLeverage)
        return TableCheck(
            terms: design.terms,
            problems: design.problems(limits: limits.ofMoreRows, parameters: job.parameterCount)
                + (outcome?.problems(limits: limits) ?? [])
                + (outcome?.sizeProblems(job.model.family, hasOffset: job.active.beside.movesPredictor) ?? []),
            leverage: leverage.rows == 0
                ? nil : .leverage(rows: leverage.rows, largest: leverage.largest, limit: limits.maximumLeverage),
            hidden: HiddenBits(design, outcome),
            distinctRows: outcome == nil && job.reveals(.scores) ? design.distinctRows : nil)
    }
}

/// What one party's usable rows say about a job before any alignment.
package struct TableCheck: Sendable {
    package let terms: [String]
    package let problems: [DesignProblem]
    /// Rows with too much leverage, which the common rows may not have among them.
    package let leverage: DesignProblem?
    package let hidden: HiddenBits
    /// How many rows differ, where scores would show them to the active party.
    package let distinctRows: Int?
}

extension HiddenBits {
    /// Of one party's rows: the label at the active party, else the column that tells least. Of a categorical column each level counts, the
    /// reference too: which level that is changes nothing.
    package init(_ design: DesignMatrix, _ label: LabelColumn?) {
        if let label {
            self.init(label: label.values, named: label.name)
        } else {
            var numeric: [(name: String, values: [Double])] = []
            var levels: [HiddenBits] = []
            for (term, values) in zip(design.termList, design.columns) where term.level == nil {
                numeric.append((term.name, values))
            }
            for spec in design.specs {
                guard case .categorical = spec.kind else { continue }
                levels += design.cells.filter { $0.column == spec.name }.map {
                    HiddenBits(level: $0.rows, of: design.rows, named: "\(spec.name)=\($0.level)")
                }
            }
            let all = [HiddenBits(columns: numeric)].compactMap(\.self) + levels
            self = all.min { $0.bits < $1.bits } ?? HiddenBits(bits: 0, of: "no column")
        }
    }
}
