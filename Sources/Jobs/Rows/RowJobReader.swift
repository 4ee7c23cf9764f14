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
                "moiety", "split", "title", "purpose", "parties", "columns", "analysis", "times", "group", "model",
                "coalition", "onLoss", "reveal",
                "limits", "loosen", "transcript", "network",
            ], problems: problems)
        if fields.value("split") == nil {
            problems.add(
                "split", "is missing", hint: "write 'split: rows': 'columns' for all parties are of such a job")
        } else if fields.text("split") != "rows" {
            problems.add("split", "'\(fields.text("split").prefix(40))' is not known", hint: "one of: columns, rows")
        }
        version(fields)
        let analysis = fields.choice("analysis", default: RowTerms.Analysis.model, fallback: .model)
        let shared = columns(fields, analysis)
        let parties = fields.list("parties").map { party($0.value, at: $0.path, shared) }
        if fields.value("parties") == nil { problems.add("parties", "is missing") }
        let model = fields.mapping(
            "model", allowed: ["family", "theta", "maxPasses", "covariance", "ties", "baseline", "times", "privacy"])
        let isGrid = model?.choice("baseline", default: RowTerms.Baseline.sites, fallback: .sites) == .grid
        let network = fields.mapping("network", allowed: ["connectTimeout", "messageTimeout", "lossTimeout"])
        var job = Job(
            title: fields.text("title"), purpose: fields.text("purpose", default: ""), parties: parties,
            alignment: AlignmentTerms(method: .paillierOPRF, sender: nil),
            model: self.model(model, analysis, isGrid: isGrid), keys: .standard,
            reveal: [], holdout: .none, crossValidation: 0, limits: limits(fields),
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
            lossTimeout: network?.integer("lossTimeout", default: 3600, in: JobBounds.connectTimeout) ?? 3600,
            analysis: analysis, times: times(fields, model, analysis, isGrid: isGrid),
            group: fields.optionalText("group"),
            privacy: analysis == .model ? privacy(model, shared, job.model) : nil)
        let written = common.reveal(fields)
        // All of them hold whether they stand there or not: the sums tell them.
        job.reveal = Reveal.allCases.filter { written.contains($0) || job.openedByRows.contains($0) }
        return job
    }

    private func version(_ fields: FieldReader) {
        let hint = "write 'moiety: \(Job.rowsFormatVersion)': the version of the format with 'split: rows'"
        guard fields.value("moiety") != nil else { return problems.add("moiety", "is missing", hint: hint) }
        let written = fields.text("moiety")
        guard written != "\(Job.rowsFormatVersion)" else { return }
        problems.add("moiety", "format '\(written.prefix(20))' has no 'split: rows'", hint: hint)
    }

    /// Of curves they stand beside `analysis`, of a grid in the model.
    private func times(
        _ root: FieldReader, _ model: FieldReader?, _ analysis: RowTerms.Analysis, isGrid: Bool
    ) -> [Double] {
        if root.value("times") != nil, analysis != .survival {
            problems.add(
                "times", "belongs to 'analysis: survival'",
                hint: analysis == .model ? "a model's go into model.times, beside 'baseline: grid'" : "drop it")
        }
        if let model, model.value("times") != nil, !isGrid {
            problems.add(
                "model.times", "belongs to 'baseline: grid'",
                hint: "write 'baseline: grid' beside it: one baseline hazard for all sites, or drop the times")
        }
        let place = analysis == .survival ? root : isGrid ? model : nil
        guard let place else { return [] }
        if place.value("times") == nil {
            problems.add(
                place.place("times"), "is missing",
                hint: "name the times that curves are computed at, ascending, in the units of columns.time")
        }
        return place.list("times").map { place.number(of: $0.value, at: $0.path) ?? 1 }
    }

    private func privacy(_ model: FieldReader?, _ shared: Party, _ terms: Model) -> PrivacyTerms? {
        let allowed = ["epsilon", "delta", "clip", "rounds", "bounds"]
        guard let fields = model?.mapping("privacy", allowed: allowed) else { return nil }
        for key in ["epsilon", "delta", "clip", "bounds"] where fields.value(key) == nil {
            let needsNone = key == "bounds" && PrivacyTerms.columns(shared, terms).isEmpty
            if !needsNone { problems.add(fields.place(key), "is missing", hint: "see protocols/job.md 7.1") }
        }
        let columns = PrivacyTerms.columns(shared, terms)
        let bounds = fields.mapping("bounds", allowed: columns)
        return PrivacyTerms(
            epsilon: fields.number("epsilon", default: 1, in: JobBounds.epsilon),
            delta: fields.number("delta", default: 1e-6, in: JobBounds.delta),
            clip: fields.number("clip", default: 1, in: JobBounds.clip),
            rounds: fields.integer("rounds", default: PrivacyTerms.rounds, in: JobBounds.noisyRounds),
            bounds: columns.compactMap { column in
                guard let bounds else { return nil }
                let numbers = bounds.list(column).compactMap { bounds.number(of: $0.value, at: $0.path) }
                guard numbers.count == 2 else {
                    problems.add(bounds.place(column), "has no two numbers", hint: "write '\(column): [low, high]'")
                    return nil
                }
                return PrivacyTerms.Bounds(column: column, low: numbers[0], high: numbers[1])
            })
    }

    /// What every party has, as one of them without a name.
    private func columns(_ root: FieldReader, _ analysis: RowTerms.Analysis) -> Party {
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
            label: analysis == .table ? fields.optionalText("label") : fields.text("label"),
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

    private func model(_ fields: FieldReader?, _ analysis: RowTerms.Analysis, isGrid: Bool) -> Model {
        guard analysis == .model else {
            if fields != nil {
                problems.add(
                    "model", "belongs to 'analysis: model'", hint: "a \(analysis.rawValue) job has none: drop it")
            }
            return .standard(of: analysis)
        }
        guard let fields else {
            problems.add("model", "is missing", hint: "write 'family: linear' or 'family: logistic' below it")
            return .standard(.linear)
        }
        let family = fields.choice("family", default: nil, fallback: ModelFamily.linear)
        var model = Model.standard(family)
        model.theta = common.theta(fields)
        model.maximumPasses = fields.integer("maxPasses", default: RowTerms.passes, in: JobBounds.pooledPasses)
        if family == .cox || fields.value("ties") != nil {
            model.ties = fields.choice("ties", default: isGrid ? Ties.breslow : .efron, fallback: .efron)
        }
        return model
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
    /// What a job split by rows has here that fits no model: how its outcome is read.
    static func standard(of analysis: RowTerms.Analysis) -> Model {
        var model = Model.standard(analysis == .survival ? .cox : .linear)
        if analysis == .survival { model.ties = .breslow }
        return model
    }

    /// Without a penalty, with what holds where a job says nothing.
    static func standard(_ family: ModelFamily) -> Model {
        Model(
            family: family, theta: nil, l2: 0, l1: 0, tolerance: 1e-6, maximumPasses: RowTerms.passes,
            covariance: .classical,
            ties: nil, mostEvents: nil, times: [], mostStrata: nil, groups: nil)
    }
}
