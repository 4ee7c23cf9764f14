import Foundation
import Jobs
import Records
import Site
import SplitRegression

/// How the terms of a model are called.
package enum TermNames: String, CaseIterable, Sendable {
    /// `column`, or `column=level`.
    case job
    /// As R calls those of `lm` and `glm`: `column`, or `columnlevel`; names that R cannot parse stand in backticks.
    case r

    /// A variable as R writes it in a formula's terms: <https://cran.r-project.org/doc/manuals/r-release/R-lang.html>, 10.3.2.
    static func rVariable(_ column: String) -> String {
        let isSyntactic = column.wholeMatch(of: /(\p{L}|\.(?!\d))[\p{L}\p{N}._]*/) != nil
        return isSyntactic ? column : "`\(column.replacing("\\", with: "\\\\").replacing("`", with: "\\`"))`"
    }
}

/// Both parties' coefficients in one table.
package struct MergedCoefficients {
    /// The active party's first.
    let sources: [CoefficientSource]
    private let job: Job?

    package var parties: [String] { sources.map(\.party) }
    /// Files of which nothing at hand says that they are of the same fit as the other.
    package var untraced: [String] { sources.count < 2 ? [] : sources.filter { !$0.isTraced }.map(\.file) }
    /// Parties of a fit of three and more whose part was not given.
    package var missing: [String] {
        guard let job, job.kind == .several else { return [] }
        return job.parties.map(\.name).filter { !parties.contains($0) }
    }
    /// Whether these are all coefficients of the fit. Where the job is not at hand two parties count as all.
    var isWhole: Bool {
        guard let job else { return parties.count > 1 }
        return job.isSplitByRows || job.parties.allSatisfy { parties.contains($0.name) }
    }
    package var count: Int { sources.reduce(0) { $0 + $1.table.rowCount } }

    /// - Throws: `Failure` 5 for results that do not belong together.
    package init(_ sources: [CoefficientSource]) throws {
        job = sources.lazy.compactMap { $0.job?.job }.first
        for (index, other) in sources.enumerated().dropFirst() {
            if let same = sources[..<index].first(where: { $0.party == other.party }) {
                throw Self.apart("both are of \(other.party)", same, other)
            }
            guard other.table.header == sources[0].table.header else {
                throw Self.apart(
                    "their columns differ: one is of a model with ratios (odds, rates), the other is not", sources[0],
                    other)
            }
        }
        for (what, values) in [
            ("jobs", sources.compactMap { $0.job?.hash }), ("sessions", sources.compactMap(\.session)),
        ]
        where Set(values).count > 1 {
            throw Self.apart("they are of different \(what)", sources[0], sources[1])
        }
        for source in sources {
            guard let job else { continue }
            guard let party = Self.party(source, in: job) else {
                throw Self.apart("\(source.party) is no party of the job", sources[0], source)
            }
            let terms =
                (party.role != .passive && job.model.family.hasIntercept ? [FittedTerm.intercept] : [])
                + party.features.map(ColumnSpec.init).flatMap(\.terms).map(\.name)
            guard (0..<source.table.rowCount).map({ source.table.columns[0].text(at: $0) }) == terms else {
                throw Failure(
                    .badData, "otherTerms", "\(source.file) has not the terms that the job gives \(source.party)",
                    hint: "was it edited, or is it of another job? ask whoever ran the job for it again")
            }
        }
        // Where the job is not at hand: the intercept stands with the active party.
        let active = job?.active.name
        let isActive = { (source: CoefficientSource) in active.map { $0 == source.party } ?? Self.hasIntercept(source) }
        let order = job.map { $0.parties.map(\.name) } ?? sources.map(\.party)
        let place = { (source: CoefficientSource) in isActive(source) ? -1 : order.firstIndex(of: source.party) ?? 0 }
        self.sources = sources.sorted { place($0) < place($1) }
    }

    /// All sites of a job split by rows have the same coefficients.
    private static func party(_ source: CoefficientSource, in job: Job) -> Party? {
        job.isSplitByRows && source.party == PooledFiles.everyone ? job.parties[0] : job.party(named: source.party)
    }

    /// - Throws: `Failure` 65 where a term does not say which part of it is the level.
    package func csv(terms: TermNames) throws -> [UInt8] {
        guard let header = sources.first?.table.header else { return [] }
        var writer = try CSVWriter(header: header, isVerbatim: true)
        for source in sources {
            for row in 0..<source.table.rowCount {
                var cells = source.table.columns.map { $0.text(at: row) }
                if terms == .r { cells[0] = try rName(of: cells[0], source) }
                try writer.append(cells.map { .text($0) })
            }
        }
        return writer.bytes
    }

    private func rName(of term: String, _ source: CoefficientSource) throws -> String {
        if term == "(Intercept)" { return term }
        if let party = job.flatMap({ Self.party(source, in: $0) }) {
            for feature in party.features {
                let spec = ColumnSpec(feature)
                guard let found = spec.terms.first(where: { $0.name == term }) else { continue }
                return TermNames.rVariable(found.column) + (found.level ?? "")
            }
        }
        let parts = term.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count <= 2 else {
            throw Failure(
                .badData, "ambiguousTerm", "\(source.path): which part of '\(term)' is the level is not clear",
                hint: "give the results folder, whose job.yaml says it")
        }
        return TermNames.rVariable(String(parts[0])) + (parts.count == 2 ? parts[1] : "")
    }

    /// One coefficient under both names that it has.
    struct Row {
        let term: String
        /// nil where a term does not say which part of it is the level.
        let rName: String?
        let party: String
        private let numbers: [String: Double]

        init(_ source: CoefficientSource, _ row: Int, rName: String?) {
            term = source.table.columns[0].text(at: row)
            party = source.party
            self.rName = rName
            numbers = source.table.columns.reduce(into: [:]) { $0[$1.name] = Double($1.text(at: row)) }
        }

        /// By a column's name; nil for one that is not a finite number.
        subscript(_ column: String) -> Double? { numbers[column].flatMap { $0.isFinite ? $0 : nil } }
    }

    /// In the order of ``csv(terms:)``.
    var rows: [Row] {
        sources.flatMap { source in
            (0..<source.table.rowCount).map { row in
                Row(source, row, rName: try? rName(of: source.table.columns[0].text(at: row), source))
            }
        }
    }

    /// nil where the files say nothing of it.
    var jobFile: JobFile? { sources.lazy.compactMap(\.job).first }
    var session: String? { sources.lazy.compactMap(\.session).first }

    private static func hasIntercept(_ source: CoefficientSource) -> Bool {
        (0..<source.table.rowCount).contains { source.table.columns[0].text(at: $0) == "(Intercept)" }
    }

    private static func apart(_ reason: String, _ one: CoefficientSource, _ other: CoefficientSource) -> Failure {
        Failure(
            .peersDisagree, "resultsApart", "\(one.path) and \(other.path) do not belong together: \(reason)",
            hint: "give both parties' results of one run of one job")
    }
}
