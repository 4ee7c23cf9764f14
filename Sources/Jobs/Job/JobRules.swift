import Records

extension Job {
    /// Everything that a job must obey beyond the types of its fields. The same for YAML and for the canonical
    /// encoding; paths count the parties in the order in which they stand.
    func ruleProblems() -> [DocumentProblem] {
        var rules = JobRules(job: self)
        rules.run()
        return rules.problems
    }
}

struct JobRules {
    let job: Job
    var problems: [DocumentProblem] = []

    init(job: Job) { self.job = job }

    mutating func note(_ path: String, _ message: String, _ hint: String? = nil) {
        problems.append(DocumentProblem(path: path, message: message, hint: hint))
    }

    mutating func run() {
        refit()
        if let rows = job.rows { return runRows(rows) }
        if job.kind == .several { return runSeveral() }
        text(job.title, at: "title", limit: JobBounds.titleBytes, lines: false)
        if job.title.isEmpty { note("title", "is empty") }
        text(job.purpose, at: "purpose", limit: JobBounds.purposeBytes, lines: true)
        if job.parties.count != 2 {
            note("parties", "has \(job.parties.count) \(job.parties.count == 1 ? "entry" : "entries")", "two parties")
        }
        runFit()
    }

    /// Parties with different columns, their model, and what is opened of it.
    mutating func runFit() {
        cast()
        for (index, party) in job.parties.enumerated() { check(party, at: "parties[\(index)]") }
        identifiersAgree()
        settings()
        revealList()
    }

    /// Of parties with different columns: one is active, and their names differ.
    mutating func cast() {
        let active = job.parties.filter { $0.role == .active }.count
        if active != 1 { note("parties", "\(active) are active", "exactly one party has the label") }
        differentNames()
    }

    mutating func differentNames() {
        for (index, party) in job.parties.enumerated()
        where job.parties[..<index].contains(where: { $0.name == party.name }) {
            note("parties[\(index)].name", "'\(party.name)' is taken by another party")
        }
    }

    /// Its name, and its table's.
    mutating func names(of party: Party, at path: String) {
        if !Names.isPartyName(party.name) {
            note("\(path).name", "must be 1 to 32 lower-case letters, digits and dashes, and start with a letter")
        }
        if !Names.isTableName(party.table) {
            note(
                "\(path).table", "must be \(Names.tableRule)",
                "it is a logical name; which file it is stands in the site's own settings")
        }
    }

    private mutating func check(_ party: Party, at path: String) {
        names(of: party, at: path)
        identifier(of: party, at: path)
        outcome(of: party, at: path)
        beside(of: party, at: path)
        group(of: party, at: path)
        features(of: party, at: path)
    }

    mutating func identifier(of party: Party, at path: String) {
        for (index, part) in party.identifier.parts.enumerated() {
            column(part.column, at: "\(path).identifier.columns[\(index)]")
        }
        for name in party.identifier.columns where JobBounds.columnsOfResults.contains(name) {
            note(
                "\(path).identifier.columns", "'\(name)' is a column that results have of their own",
                "rename the column in the table")
        }
        let parts = party.identifier.parts.count
        if parts == 0 || parts > JobBounds.identifierParts {
            note("\(path).identifier.columns", "names \(parts) columns", "between 1 and \(JobBounds.identifierParts)")
        }
        if Set(party.identifier.columns).count != party.identifier.columns.count {
            note("\(path).identifier.columns", "names a column twice")
        }
    }

    private mutating func outcome(of party: Party, at path: String) {
        switch (party.role, party.label) {
        case (.active, nil): note("\(path).label", "is missing", "the active party has the outcome's column")
        case (.passive, .some): note("\(path).label", "belongs to the active party")
        case (.active, .some(let label)):
            column(label, at: "\(path).label")
            if party.identifier.columns.contains(label) { note("\(path).label", "is the identifier's column") }
        case (.site, _): note("\(path).role", "is not known", "one of: active, passive")
        case (.passive, nil):
            if party.features.isEmpty { note("\(path).features", "is empty", "a passive party brings features") }
        }
    }

    /// What a description groups by: a column of its own, a yes/no label or a feature.
    private mutating func group(of party: Party, at path: String) {
        guard let group = party.group else { return }
        let (place, name) = ("\(path).group", group.column)
        column(name, at: place)
        if party.role == .passive { note(place, "belongs to the active party") }
        if party.identifier.columns.contains(name) { note(place, "'\(name)' is the identifier's column") }
        if let (word, _, _) = party.beside.all.first(where: { $0.column == name }) {
            note(place, "'\(name)' is the party's \(word)")
        }
        if !job.reveals(.description) {
            note(
                place, "is for the description of the cohort, which the job does not reveal",
                "add 'description' to reveal")
        }
        if name == party.label, job.model.family.labelDomain != .yesNo || group.kind != .binary {
            note(place, "'\(name)' is the label, and no yes/no column", "group by another column, or by a yes/no label")
        }
        if let feature = party.features.first(where: { $0.column == name }), feature.levels != group.levels {
            note(
                place,
                feature.levels == nil ? "'\(name)' is a numeric feature" : "'\(name)' is a feature with other levels",
                "give both the same levels, in the same order")
        }
        switch group.kind {
        case .numeric: note(place, "is a numeric column", "list its levels")
        case .binary: break
        case .categorical(let levels, let reference):
            check(levels: levels, reference: reference, at: place, allowed: JobBounds.groups)
            if reference != levels.first { note(place, "has another reference than its first level") }
        }
    }

    /// Offset, exposure, case weights, times.
    private mutating func beside(of party: Party, at path: String) {
        let family = job.model.family
        var others = party.identifier.columns + [party.label].compactMap(\.self)
        for (word, name, domain) in party.beside.all {
            let place = "\(path).\(word)"
            column(name, at: place)
            if party.role == .passive { note(place, "belongs to the active party") }
            if others.contains(name) { note(place, "'\(name)' is the identifier's column, the label or listed before") }
            others.append(name)
            if family == .linear, domain.movesPredictor {
                note(place, "a linear model takes none", "subtract it from the label: the fit is the same")
            }
            if job.model.l1 > 0, word == "weights" {
                note(place, "an elastic net takes no case weights", "use model.l2, or drop 'weights'")
            }
        }
        survival(of: party, at: path)
        if party.beside.exposure != nil, family != .linear, family != .cox, !family.hasLogLink {
            note("\(path).exposure", "belongs to models with a log link: poisson, negative-binomial, gamma")
        }
    }

    mutating func features(of party: Party, at path: String) {
        if party.features.count > JobBounds.features {
            note("\(path).features", "has more than \(JobBounds.features) entries")
        }
        var seen: Set<String> = []
        // What results call terms by: two of one name could not be told apart.
        var terms: Set<String> = [JobBounds.intercept]
        for (index, feature) in party.features.enumerated() {
            let place = "\(path).features[\(index)]"
            column(feature.column, at: place)
            if !seen.contains(feature.column) {
                for term in ColumnSpec(name: feature.column, kind: feature.kind).terms.map(\.name)
                where !terms.insert(term).inserted {
                    note(
                        place, "makes a term '\(term.prefix(80))', and there is another one of that name",
                        "rename the column in the table, or its level")
                }
            }
            if !seen.insert(feature.column).inserted { note(place, "'\(feature.column)' is listed twice") }
            if feature.column == party.label { note(place, "'\(feature.column)' is the label") }
            if let (word, _, _) = party.beside.all.first(where: { $0.column == feature.column }) {
                note(place, "'\(feature.column)' is the party's \(word)", "it enters the model without a coefficient")
            }
            if party.identifier.columns.contains(feature.column) {
                note(place, "'\(feature.column)' is the identifier's column", "an identifier is no feature")
            }
            if case .categorical(let levels, let reference) = feature.kind {
                check(levels: levels, reference: reference, at: place)
            }
        }
    }

    mutating func check(
        levels: [String], reference: String, at path: String, allowed: ClosedRange<Int> = JobBounds.levels
    ) {
        if !allowed.contains(levels.count) {
            note(
                "\(path).levels", "has \(levels.count) \(levels.count == 1 ? "entry" : "entries")",
                "between \(allowed.lowerBound) and \(allowed.upperBound) levels")
        }
        var seen: Set<String> = []
        for (index, level) in levels.enumerated() {
            column(level, at: "\(path).levels[\(index)]")
            if !seen.insert(level).inserted { note("\(path).levels[\(index)]", "'\(level)' is listed twice") }
        }
        if !levels.contains(reference) {
            let near = nearest(to: reference, among: levels)
            note(
                "\(path).reference", "'\(reference.prefix(40))' is not among the levels",
                near.map { "did you mean '\($0)'?" } ?? "one of: \(levels.prefix(20).joined(separator: ", "))")
        }
    }

    /// All must bring identifiers into the same form, else hardly anyone would match.
    mutating func identifiersAgree() {
        let forms = job.parties.map { $0.identifier.parts.map(\.normaliser) }
        let words = forms.map { $0.map(\.rawValue).joined(separator: " + ") }
        for index in forms.indices.dropFirst() where forms[index] != forms[0] {
            note(
                "parties[\(index)].identifier", "uses \(words[index]) where \(job.parties[0].name) uses \(words[0])",
                "all parties need the same normalisers in the same order")
        }
    }

    private mutating func settings() {
        if let sender = job.alignment.sender, job.party(named: sender) == nil {
            note("alignment.sender", "'\(sender.prefix(40))' is no party of this job", names())
        }
        if job.party(named: job.network.listener) == nil {
            note("network.listener", "'\(job.network.listener.prefix(40))' is no party of this job", names())
        }
        keys()
        ranges()
        survival()
        if job.limits.maximumSetSize < job.limits.minimumCohort {
            note("limits.maximumSetSize", "is below limits.minimumCohort")
        }
        for (index, item) in job.loosened.enumerated() where !item.mayBeLoosened {
            note("loosen[\(index)]", "\(item.name) cannot be loosened", "may be loosened: \(Guard.loosenable)")
        }
    }

    mutating func keys() {
        if !Keys.allowedBits.contains(job.keys.bits) {
            note("keys.bits", "\(job.keys.bits) is not offered", "2048 or 3072")
        }
    }

    /// The YAML reader has refused these already; an encoding has not been through it.
    private mutating func ranges() {
        if let theta = job.model.theta {
            if job.model.family != .negativeBinomial { note("model.theta", "belongs to 'family: negative-binomial'") }
            range(theta, JobBounds.theta, "model.theta")
        }
        range(job.model.l2, JobBounds.l2, "model.l2")
        range(job.model.l1, JobBounds.l1, "model.l1")
        range(job.model.tolerance, JobBounds.tolerance, "model.tolerance")
        range(job.model.maximumPasses, JobBounds.passes, "model.maxPasses")
        if let events = job.model.mostEvents { range(events, JobBounds.events, "model.mostEvents") }
        if let strata = job.model.mostStrata { range(strata, JobBounds.strata, "model.mostStrata") }
        if job.crossValidation != 0 { range(job.crossValidation, JobBounds.folds, "crossValidation") }
        range(job.limits.minimumCohort, JobBounds.cohort, "limits.minimumCohort")
        range(job.limits.minimumCell, JobBounds.cell, "limits.minimumCell")
        range(job.limits.parametersPerRow, JobBounds.parametersPerRow, "limits.parametersPerRow")
        range(job.limits.maximumSetSize, JobBounds.setSize, "limits.maximumSetSize")
        range(job.limits.minimumPassiveColumns, JobBounds.passiveColumns, "limits.minimumPassiveColumns")
        range(job.network.connectTimeout, JobBounds.connectTimeout, "network.connectTimeout")
        range(job.network.messageTimeout, JobBounds.messageTimeout, "network.messageTimeout")
    }

    mutating func range<Number: Comparable>(_ value: Number, _ range: ClosedRange<Number>, _ path: String) {
        if !range.contains(value) { note(path, "\(value) is outside \(range.lowerBound) to \(range.upperBound)") }
    }

    private func names() -> String { "one of: " + job.parties.map(\.name).joined(separator: ", ") }

    private mutating func revealList() {
        if job.model.isPenalised, job.reveal.contains(.standardErrors) {
            note(
                "reveal", "'standard-errors' of a penalised model are not defined",
                "drop 'standard-errors' or set model.l2 and model.l1 to 0")
        }
        if job.model.l1 > 0, job.model.family != .linear {
            note(
                "model.l1", "belongs to 'family: linear'",
                "the weights of another family's correlations move with the fit, and opening them more than once gives rows away; "
                    + "use model.l2")
        }
        if job.model.l1 > 0, !job.reveal.contains(.correlations) {
            note(
                "reveal", "'correlations' is missing, from which coefficients under 'l1' are computed",
                "add it: all parties then learn the correlations of all columns and all coefficients")
        }
        if job.model.l1 > 0, job.parameterCount > JobBounds.netParameters {
            note(
                "model.l1", "\(job.parameterCount) coefficients are too many",
                "at most \(JobBounds.netParameters): their correlations go in one message")
        }
        if job.model.l1 == 0, job.reveal.contains(.correlations) {
            note("reveal", "'correlations' are opened for 'model.l1' only", "set model.l1, or drop 'correlations'")
        }
        if job.reveals(.description), job.limits.minimumCell > JobBounds.describedCell {
            note(
                "limits.minimumCell", "\(job.limits.minimumCell) is too large for a description",
                "at most \(JobBounds.describedCell), or drop 'description' from reveal")
        }
        if job.reveals(.weightedDescription), !job.reveals(.description) || !job.hasCaseWeights {
            note(
                "reveal", "'weighted-description' needs 'description', and the active party's 'weights'",
                "add them, or drop 'weighted-description'")
        }
        if job.reveals(.description), job.describedTests > JobBounds.describedTests {
            note(
                "reveal", "'description' would test \(job.describedTests) small counts, which takes too long",
                "at most \(JobBounds.describedTests): fewer levels, groups or columns, or a smaller limits.minimumCell")
        }
        if job.reveals(.description), job.describedNumbers > JobBounds.describedNumbers {
            note(
                "reveal", "'description' would open \(job.describedNumbers) numbers",
                "at most \(JobBounds.describedNumbers): fewer levels, groups or columns")
        }
        if job.crossValidation != 0, !job.reveal.contains(.metrics) {
            note(
                "crossValidation", "opens sums of losses, which the job does not reveal",
                "add 'metrics' to reveal, or drop 'crossValidation'")
        }
        if job.crossValidation != 0, job.model.l1 > 0 {
            note(
                "crossValidation", "is not there for 'model.l1'",
                "each part would need correlations of its own; use model.l2 or 'holdout: hash'")
        }
        if job.model.covariance.isRobust, !job.reveal.contains(.standardErrors) {
            note(
                "model.covariance",
                "'\(job.model.covariance.rawValue)' is about standard errors, which the job does not reveal",
                "add 'standard-errors' to reveal, or drop 'covariance'")
        }
    }

    mutating func column(_ text: String, at path: String) {
        if text.isEmpty || text.utf8.count > JobBounds.columnBytes {
            note(path, text.isEmpty ? "is empty" : "is longer than \(JobBounds.columnBytes) bytes")
        } else if Names.hasControlCharacter(text) {
            note(path, "holds a control character")
        } else if let first = text.utf8.first, "=+-@".utf8.contains(first) {
            note(path, "starts with '\(text.prefix(1))'", "a spreadsheet would read it as a formula")
        } else if Names.looksLikePath(text) {
            note(path, "looks like a path", "a job holds no paths")
        }
    }

    mutating func text(_ text: String, at path: String, limit: Int, lines: Bool) {
        if text.utf8.count > limit { note(path, "is longer than \(limit) bytes") }
        if Names.hasControlCharacter(lines ? text.replacing("\n", with: " ") : text) {
            note(path, "holds a control character")
        }
        if text.split(whereSeparator: \.isWhitespace).contains(where: { Names.looksLikePath(String($0)) }) {
            note(path, "holds what looks like a path", "a job holds no paths")
        }
    }
}
