import Records

extension Job {
    /// Reads a job from YAML.
    ///
    /// - Throws: `DocumentError`; `.invalid` lists every problem with its path and line.
    public init(yaml text: String) throws(DocumentError) {
        let root = try YAMLValue(parsing: text)
        let problems = ProblemCollector(lines: root.lines())
        var job =
            if RowJobReader.reads(root) {
                RowJobReader(problems: problems).job(root)
            } else if SeveralJobReader.reads(root) {
                SeveralJobReader(problems: problems).job(root)
            } else {
                JobReader(problems: problems).job(root)
            }
        // Rules compare fields with each other: without the fields they would only repeat what is known.
        if problems.problems.isEmpty {
            for problem in job.ruleProblems() { problems.add(problem.path, problem.message, hint: problem.hint) }
        }
        guard problems.problems.isEmpty else { throw .invalid(problems.problems) }
        job.sort()
        self = job
    }

    /// Tables and curves of a job split by rows have no coefficients.
    private var fitsModel: Bool { rows.map { $0.analysis == .model } ?? true }

    /// Puts what has no order of its own into the one order of the canonical encoding.
    mutating func sort() {
        // The sites of a job split by rows have the order in which they stand.
        if rows == nil { sortParties() }
        reveal = Reveal.allCases.filter { reveal.contains($0) || $0 == .coefficients && fitsModel }
        loosened = Guard.allCases.filter(loosened.contains)
    }

    private mutating func sortParties() {
        // With more than one passive party these have the order in which they stand.
        parties = parties.filter { $0.role == .active } + parties.filter { $0.role != .active }
    }
}

/// Turns a YAML tree into a job, field by field. One method a mapping of the file.
struct JobReader {
    let problems: ProblemCollector

    func job(_ root: YAMLValue) -> Job {
        let fields = FieldReader(
            root, path: "",
            allowed: [
                "moiety", "title", "purpose", "parties", "alignment", "model", "keys", "reveal", "holdout",
                "crossValidation", "limits", "loosen", "transcript", "network", "split",
            ], problems: problems)
        version(fields)
        if fields.value("split") != nil, fields.text("split") != "columns" {
            problems.add(
                "split", "'\(fields.text("split").prefix(40))' is not known", hint: "one of: columns, rows")
        }
        let parties = fields.list("parties").map { party($0.value, at: $0.path) }
        if fields.value("parties") == nil { problems.add("parties", "is missing") }
        if parties.count > 2 {
            problems.add(
                "parties", "has \(parties.count) entries",
                hint:
                    "format \(Job.formatVersion) is for two; \(Job.several.lowerBound) to \(Job.several.upperBound) parties have "
                    + "'moiety: \(Job.severalFormatVersion)' (protocols/job.md 8)")
        }
        return Job(
            title: fields.text("title"), purpose: fields.text("purpose", default: ""), parties: parties,
            alignment: alignment(fields), model: model(fields), keys: keys(fields), reveal: reveal(fields),
            holdout: fields.choice("holdout", default: HoldOut.none, fallback: .none),
            crossValidation: crossValidation(fields), limits: limits(fields),
            loosened: loosened(fields), payloads: payloads(fields), network: network(fields, parties: parties))
    }

    private func version(_ fields: FieldReader) {
        guard fields.value("moiety") != nil else {
            problems.add(
                "moiety", "is missing", hint: "write 'moiety: \(Job.formatVersion)': the version of the format")
            return
        }
        let written = fields.text("moiety")
        if written != "\(Job.formatVersion)" {
            problems.add(
                "moiety", "format '\(written.prefix(20))' is not known",
                hint:
                    "this program reads format \(Job.formatVersion); \(Job.severalFormatVersion) and \(Job.refitFormatVersion) for "
                    + "several parties, \(Job.rowsFormatVersion) with 'split: rows'")
        }
    }

    /// - Parameter role: of a party that does not say its role.
    func party(_ value: YAMLValue, at path: String, role: Party.Role? = nil) -> Party {
        let fields = FieldReader(
            value, path: path,
            allowed: [
                "name", "role", "table", "identifier", "label", "offset", "exposure", "weights", "time", "entry",
                "strata",
                "group", "features",
            ], problems: problems)
        let name = fields.text("name")
        return Party(
            name: name, role: fields.choice("role", default: role, fallback: Party.Role.passive),
            table: fields.text("table", default: name), identifier: identifier(fields),
            label: fields.value("label") == nil ? nil : fields.text("label"),
            beside: OutcomeColumns(
                offset: fields.optionalText("offset"), exposure: fields.optionalText("exposure"),
                weights: fields.optionalText("weights"), time: fields.optionalText("time"),
                entry: fields.optionalText("entry"), strata: fields.optionalText("strata")),
            group: fields.value("group").map { group($0, at: fields.place("group")) },
            features: fields.list("features").map { feature($0.value, at: $0.path) })
    }

    /// A name alone is a yes/no column.
    private func group(_ value: YAMLValue, at path: String) -> Feature {
        if case .scalar(let text, _, _) = value { return Feature(column: FieldReader.clean(text), kind: .binary) }
        let fields = FieldReader(value, path: path, allowed: ["column", "levels"], problems: problems)
        let levels = fields.list("levels").map { fields.text(of: $0.value, at: $0.path) }
        if levels.isEmpty {
            problems.add(
                fields.place("levels"), "is missing",
                hint: "list every level; a yes/no column is named without a mapping")
        }
        return Feature(
            column: fields.text("column"), kind: .categorical(levels: levels, reference: levels.first ?? ""))
    }

    func identifier(_ party: FieldReader) -> Identifier {
        guard let value = party.value("identifier") else {
            problems.add(party.place("identifier"), "is missing")
            return Identifier(parts: [], duplicates: .error)
        }
        if case .scalar = value {
            let column = party.text("identifier")
            return Identifier(parts: [.init(column: column, normaliser: .raw)], duplicates: .error)
        }
        let fields = FieldReader(
            value, path: party.place("identifier"), allowed: ["columns", "normaliser", "duplicates"],
            problems: problems)
        let common = fields.choice("normaliser", default: Normaliser.raw, fallback: .raw)
        let parts = fields.list("columns").map { part($0.value, at: $0.path, common: common) }
        if parts.isEmpty { problems.add(fields.place("columns"), "is missing") }
        return Identifier(
            parts: parts,
            duplicates: fields.choice("duplicates", default: DuplicatePolicy.error, fallback: .error))
    }

    private func part(_ value: YAMLValue, at path: String, common: Normaliser) -> Identifier.Part {
        if case .scalar(let text, _, _) = value {
            return .init(column: FieldReader.clean(text), normaliser: common)
        }
        let fields = FieldReader(value, path: path, allowed: ["column", "normaliser"], problems: problems)
        return .init(
            column: fields.text("column"), normaliser: fields.choice("normaliser", default: common, fallback: common))
    }

    func feature(_ value: YAMLValue, at path: String) -> Feature {
        if case .scalar(let text, _, _) = value { return Feature(column: FieldReader.clean(text), kind: .numeric) }
        let fields = FieldReader(
            value, path: path, allowed: ["column", "type", "levels", "reference"], problems: problems)
        let column = fields.text("column")
        let type = fields.choice("type", default: FeatureType.numeric, fallback: .numeric)
        guard type == .categorical else {
            for key in ["levels", "reference"] where fields.value(key) != nil {
                problems.add(
                    fields.place(key), "belongs to categorical columns; this one is \(type.rawValue)",
                    hint: "add 'type: categorical' or drop it")
            }
            return Feature(column: column, kind: type == .binary ? .binary : .numeric)
        }
        let levels = fields.list("levels").map { fields.text(of: $0.value, at: $0.path) }
        if levels.isEmpty { problems.add(fields.place("levels"), "is missing", hint: "list every level of the column") }
        let reference = fields.text("reference")
        return Feature(column: column, kind: .categorical(levels: levels, reference: reference))
    }

    private enum FeatureType: String, CaseIterable { case numeric, binary, categorical }

    private func alignment(_ root: FieldReader) -> AlignmentTerms {
        guard let fields = root.mapping("alignment", allowed: ["protocol", "sender"]) else {
            return AlignmentTerms(method: .paillierOPRF, sender: nil)
        }
        let sender = fields.text("sender", default: "auto")
        return AlignmentTerms(
            method: fields.choice("protocol", default: AlignmentTerms.Method.paillierOPRF, fallback: .paillierOPRF),
            sender: sender == "auto" ? nil : sender)
    }

    func model(_ root: FieldReader) -> Model {
        let fields = root.mapping(
            "model",
            allowed: [
                "family", "theta", "l2", "l1", "tolerance", "maxPasses", "covariance", "ties", "mostEvents", "times",
                "mostStrata", "groups",
            ])
        guard let fields else {
            problems.add("model", "is missing", hint: "write 'family: linear' or 'family: logistic' below it")
            return Model(
                family: .linear, theta: nil, l2: 0, l1: 0, tolerance: 1e-4, maximumPasses: 30, covariance: .classical,
                ties: nil, mostEvents: nil, times: [], mostStrata: nil, groups: nil)
        }
        let family = fields.choice("family", default: nil, fallback: ModelFamily.linear)
        let hasTies = family == .cox || fields.value("ties") != nil
        return Model(
            family: family, theta: theta(fields),
            l2: fields.number("l2", default: 0, in: JobBounds.l2),
            l1: fields.number("l1", default: 0, in: JobBounds.l1),
            tolerance: fields.number("tolerance", default: 1e-4, in: JobBounds.tolerance),
            maximumPasses: fields.integer("maxPasses", default: 30, in: JobBounds.passes),
            covariance: fields.choice("covariance", default: Covariance.classical, fallback: .classical),
            ties: hasTies ? fields.choice("ties", default: Ties.efron, fallback: .efron) : nil,
            mostEvents: mostEvents(fields), times: times(fields),
            mostStrata: fields.value("mostStrata") == nil
                ? nil : fields.integer("mostStrata", default: 1, in: JobBounds.strata), groups: groups(fields))
    }

    /// nil for as many as rows.
    private func mostEvents(_ model: FieldReader) -> Int? {
        if model.value("mostEvents") == nil || model.text("mostEvents") == "rows" { return nil }
        return model.integer("mostEvents", default: 1, in: JobBounds.events)
    }

    /// nil for none.
    private func groups(_ model: FieldReader) -> String? {
        model.optionalText("groups").flatMap { $0 == "none" ? nil : $0 }
    }

    /// Of survival curves.
    private func times(_ model: FieldReader) -> [Double] {
        if case .scalar(let text, _, _)? = model.value("times"), FieldReader.clean(text) == "none" { return [] }
        return model.list("times").map { model.number(of: $0.value, at: $0.path) ?? 1 }
    }

    /// 0 for none.
    func crossValidation(_ root: FieldReader) -> Int {
        if root.value("crossValidation") == nil || root.text("crossValidation") == "none" { return 0 }
        return root.integer("crossValidation", default: 0, in: JobBounds.folds)
    }

    /// nil where the fit estimates it.
    func theta(_ model: FieldReader) -> Double? {
        if model.value("theta") == nil || model.text("theta") == "estimate" { return nil }
        return model.number("theta", default: 1, in: JobBounds.theta)
    }

    func keys(_ root: FieldReader) -> Keys {
        guard let fields = root.mapping("keys", allowed: ["bits", "nonces"]) else {
            return Keys(bits: 3072, nonces: .short)
        }
        return Keys(
            bits: fields.integer("bits", default: 3072, in: 1...65_536),
            nonces: fields.choice("nonces", default: Keys.Nonces.short, fallback: .short))
    }

    func reveal(_ root: FieldReader) -> [Reveal] {
        var found: [Reveal] = []
        for (path, value) in root.list("reveal") {
            guard let item: Reveal = root.choice(of: value, at: path) else { continue }
            if found.contains(item) { problems.add(path, "is listed twice") }
            found.append(item)
        }
        return found
    }

    func limits(_ root: FieldReader) -> Limits {
        let standard = Limits.standard
        let allowed = ["minimumCohort", "minimumCell", "parametersPerRow", "maximumSetSize", "minimumPassiveColumns"]
        guard let fields = root.mapping("limits", allowed: allowed) else { return standard }
        return Limits(
            minimumCohort: fields.integer("minimumCohort", default: standard.minimumCohort, in: JobBounds.cohort),
            minimumCell: fields.integer("minimumCell", default: standard.minimumCell, in: JobBounds.cell),
            parametersPerRow: fields.number(
                "parametersPerRow", default: standard.parametersPerRow, in: JobBounds.parametersPerRow),
            maximumSetSize: fields.integer("maximumSetSize", default: standard.maximumSetSize, in: JobBounds.setSize),
            minimumPassiveColumns: fields.integer(
                "minimumPassiveColumns", default: standard.minimumPassiveColumns, in: JobBounds.passiveColumns))
    }

    func loosened(_ root: FieldReader) -> [Guard] {
        var found: [Guard] = []
        for (path, value) in root.list("loosen") {
            let written = root.text(of: value, at: path)
            guard let named = Guard(named: written) else {
                problems.add(path, "'\(written.prefix(40))' is no guard", hint: "may be loosened: \(Guard.loosenable)")
                continue
            }
            if found.contains(named) { problems.add(path, "is listed twice") }
            found.append(named)
        }
        return found
    }

    func payloads(_ root: FieldReader) -> Payloads {
        root.mapping("transcript", allowed: ["payloads"])?.choice(
            "payloads", default: Payloads.hashes, fallback: .hashes)
            ?? .hashes
    }

    private func network(_ root: FieldReader, parties: [Party]) -> Network {
        let standard = parties.first { $0.role == .active }?.name ?? ""
        guard let fields = root.mapping("network", allowed: ["listener", "connectTimeout", "messageTimeout"]) else {
            return Network(listener: standard, connectTimeout: 300, messageTimeout: 300)
        }
        return Network(
            listener: fields.text("listener", default: standard),
            connectTimeout: fields.integer("connectTimeout", default: 300, in: JobBounds.connectTimeout),
            messageTimeout: fields.integer("messageTimeout", default: 300, in: JobBounds.messageTimeout))
    }
}

extension Limits {
    /// What holds when the job says nothing: OHDSI and DataSHIELD practice (`protocols/job.md`).
    public static let standard = Limits(
        minimumCohort: 50, minimumCell: 11, parametersPerRow: 0.33, maximumSetSize: 1_000_000,
        minimumPassiveColumns: 3)
}
