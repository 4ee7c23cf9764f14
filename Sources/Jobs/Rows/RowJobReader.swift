import Records

/// Turns a YAML tree into a job that is split by rows. One method a mapping of the file.
struct RowJobReader {
    let problems: ProblemCollector

    private var common: JobReader { JobReader(problems: problems) }

    /// Whether the file says `split: rows`, or has columns for all parties and says nothing, or nothing known, of a split.
    static func reads(_ root: YAMLValue) -> Bool {
        guard case .mapping(let pairs, _) = root else { return false }
        let hasColumns = pairs.contains { $0.key == "columns" }
        guard let split = pairs.first(where: { $0.key == "split" }) else { return hasColumns }
        guard case .scalar(let word, _, _) = split.value else { return false }
        return FieldReader.clean(word) == "rows" || hasColumns && FieldReader.clean(word) != "columns"
    }

    func job(_ root: YAMLValue) -> Job {
        let fields = FieldReader(
            root, path: "",
            allowed: [
                "moiety", "split", "title", "purpose", "parties", "columns", "model", "coalition", "onLoss", "reveal",
                "limits", "loosen", "transcript", "network",
            ], problems: problems)
        if fields.value("split") == nil {
            problems.add(
                "split", "is missing", hint: "write 'split: rows': 'columns' for all parties are of such a job")
        } else if fields.text("split") != "rows" {
            problems.add("split", "'\(fields.text("split").prefix(40))' is not known", hint: "one of: columns, rows")
        }
        version(fields)
        let shared = columns(fields)
        let parties = fields.list("parties").map { party($0.value, at: $0.path, shared) }
        if fields.value("parties") == nil { problems.add("parties", "is missing") }
        let model = fields.mapping("model", allowed: ["family", "theta", "maxPasses", "covariance", "ties"])
        let network = fields.mapping("network", allowed: ["connectTimeout", "messageTimeout", "lossTimeout"])
        var job = Job(
            title: fields.text("title"), purpose: fields.text("purpose", default: ""), parties: parties,
            alignment: AlignmentTerms(method: .paillierOPRF, sender: nil), model: self.model(model), keys: .standard,
            reveal: reveal(fields), holdout: .none, crossValidation: 0, limits: limits(fields),
            loosened: common.loosened(fields), payloads: common.payloads(fields),
            network: Network(
                listener: parties.first?.name ?? "",
                connectTimeout: network?.integer("connectTimeout", default: 300, in: JobBounds.connectTimeout) ?? 300,
                messageTimeout: network?.integer("messageTimeout", default: 300, in: JobBounds.messageTimeout) ?? 300))
        job.rows = RowTerms(
            coalition: fields.integer("coalition", default: 1, in: JobBounds.coalition),
            onLoss: fields.choice("onLoss", default: RowTerms.LossRule.wait, fallback: .wait),
            covariance: model?.choice("covariance", default: RowTerms.Errors.classical, fallback: .classical)
                ?? .classical,
            lossTimeout: network?.integer("lossTimeout", default: 3600, in: JobBounds.connectTimeout) ?? 3600)
        return job
    }

    private func version(_ fields: FieldReader) {
        let hint = "write 'moiety: \(Job.rowsFormatVersion)': the version of the format with 'split: rows'"
        guard fields.value("moiety") != nil else { return problems.add("moiety", "is missing", hint: hint) }
        let written = fields.text("moiety")
        guard written != "\(Job.rowsFormatVersion)" else { return }
        problems.add("moiety", "format '\(written.prefix(20))' has no 'split: rows'", hint: hint)
    }

    /// What every party has, as one of them without a name.
    private func columns(_ root: FieldReader) -> Party {
        let allowed = [
            "identifier", "label", "offset", "exposure", "weights", "time", "entry", "strata", "features",
        ]
        guard let fields = root.mapping("columns", allowed: allowed) else {
            problems.add("columns", "is missing", hint: "name label and features below it: all sites have the same")
            return Party(
                name: "", role: .site, table: "", identifier: Identifier(parts: [], duplicates: .error), label: nil,
                beside: .none, group: nil, features: [])
        }
        return Party(
            name: "", role: .site, table: "",
            identifier: fields.value("identifier") == nil
                ? Identifier(parts: [], duplicates: .error) : common.identifier(fields),
            label: fields.text("label"),
            beside: OutcomeColumns(
                offset: fields.optionalText("offset"), exposure: fields.optionalText("exposure"),
                weights: fields.optionalText("weights"), time: fields.optionalText("time"),
                entry: fields.optionalText("entry"), strata: fields.optionalText("strata")),
            group: nil, features: fields.list("features").map { common.feature($0.value, at: $0.path) })
    }

    /// A name alone is a party whose table has its name and the shared identifier.
    private func party(_ value: YAMLValue, at path: String, _ shared: Party) -> Party {
        var party = shared
        if case .scalar(let text, _, _) = value {
            party.name = FieldReader.clean(text)
            party.table = party.name
            return party
        }
        let fields = FieldReader(value, path: path, allowed: ["name", "table", "identifier"], problems: problems)
        party.name = fields.text("name")
        party.table = fields.text("table", default: party.name)
        if fields.value("identifier") != nil { party.identifier = common.identifier(fields) }
        return party
    }

    private func model(_ fields: FieldReader?) -> Model {
        guard let fields else {
            problems.add("model", "is missing", hint: "write 'family: linear' or 'family: logistic' below it")
            return .standard(.linear)
        }
        let family = fields.choice("family", default: nil, fallback: ModelFamily.linear)
        var model = Model.standard(family)
        model.theta = common.theta(fields)
        model.maximumPasses = fields.integer("maxPasses", default: RowTerms.passes, in: JobBounds.pooledPasses)
        if family == .cox || fields.value("ties") != nil {
            model.ties = fields.choice("ties", default: Ties.efron, fallback: .efron)
        }
        return model
    }

    /// Both words hold whether they stand there or not: the sums of the last round tell both.
    private func reveal(_ root: FieldReader) -> [Reveal] {
        let written = common.reveal(root)
        return Reveal.allCases.filter { written.contains($0) || $0 == .coefficients || $0 == .standardErrors }
    }

    private func limits(_ root: FieldReader) -> Limits {
        let standard = Limits.standard
        let allowed = ["minimumCohort", "minimumCell", "parametersPerRow"]
        guard let fields = root.mapping("limits", allowed: allowed) else { return standard }
        var limits = standard
        limits.minimumCohort = fields.integer("minimumCohort", default: standard.minimumCohort, in: JobBounds.cohort)
        limits.minimumCell = fields.integer("minimumCell", default: standard.minimumCell, in: JobBounds.cell)
        limits.parametersPerRow = fields.number(
            "parametersPerRow", default: standard.parametersPerRow, in: JobBounds.parametersPerRow)
        return limits
    }
}

extension Keys {
    /// What a job has that says nothing of keys, or uses none.
    static let standard = Keys(bits: 3072, nonces: .short)
}

extension Model {
    /// Without a penalty, with what holds where a job says nothing.
    static func standard(_ family: ModelFamily) -> Model {
        Model(
            family: family, theta: nil, l2: 0, l1: 0, tolerance: 1e-6, maximumPasses: RowTerms.passes,
            covariance: .classical,
            ties: nil, mostEvents: nil, times: [], mostStrata: nil, groups: nil)
    }
}
