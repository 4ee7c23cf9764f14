import Records

/// Turns a YAML tree into a job of several parties. One method a mapping of the file.
struct SeveralJobReader {
    let problems: ProblemCollector

    private var common: JobReader { JobReader(problems: problems) }

    /// Whether the file is of one of these formats.
    static func reads(_ root: YAMLValue) -> Bool { version(root) == Job.severalFormatVersion || isOfRefitFormat(root) }

    private static func isOfRefitFormat(_ root: YAMLValue) -> Bool { version(root) == Job.refitFormatVersion }

    private static func version(_ root: YAMLValue) -> UInt16? {
        guard case .mapping(let pairs, _) = root, let version = pairs.first(where: { $0.key == "moiety" }),
            case .scalar(let word, _, _) = version.value
        else { return nil }
        return [Job.severalFormatVersion, Job.refitFormatVersion].first { FieldReader.clean(word) == "\($0)" }
    }

    func job(_ root: YAMLValue) -> Job {
        if Self.fits(root) || Self.isOfRefitFormat(root) { return fit(root) }
        let fields = FieldReader(root, path: "", allowed: Self.ofAlignment, problems: problems)
        split(fields)
        let parties = fields.list("parties").map { party($0.value, at: $0.path) }
        check(parties, fields)
        let active = parties.first { $0.role == .active }?.name ?? ""
        return Job(
            severalOf: parties, title: fields.text("title"), purpose: fields.text("purpose", default: ""),
            keys: keys(fields), limits: limits(fields), payloads: common.payloads(fields),
            network: network(fields, listener: active))
    }

    private static let ofAlignment = [
        "moiety", "split", "title", "purpose", "parties", "keys", "limits", "transcript", "network",
    ]
    private static let ofFit = ["helper", "model", "reveal", "holdout", "crossValidation", "loosen"]
    private static let ofRefit = ["withoutLost", "derivedFrom"]

    /// Whether the file says anything that belongs to a model.
    private static func fits(_ root: YAMLValue) -> Bool {
        guard case .mapping(let pairs, _) = root else { return false }
        return pairs.contains { ofFit.contains($0.key) }
    }

    /// With a model: what a job of two parties says, the helper, and no choice of the alignment.
    private func fit(_ root: YAMLValue) -> Job {
        let fields = FieldReader(
            root, path: "", allowed: Self.ofAlignment + Self.ofFit + Self.ofRefit, problems: problems)
        split(fields)
        let parties = fields.list("parties").map { common.party($0.value, at: $0.path, role: .passive) }
        let loss = RefitReader(fields, isOfRefitFormat: Self.isOfRefitFormat(root))
        // Two parties may be what is left of more, and share with each other.
        let isPair = loss.derivedFrom != nil && parties.count == 2
        if !isPair { check(parties, fields) }
        if fields.value("helper") == nil, !isPair {
            problems.add(
                "helper", "is missing",
                hint:
                    "name the passive party that computes with the active one; these two must not put their data together"
            )
        }
        let active = parties.first { $0.role == .active }?.name ?? ""
        var job = Job(
            title: fields.text("title"), purpose: fields.text("purpose", default: ""), parties: parties,
            alignment: AlignmentTerms(method: .paillierOPRF, sender: nil), model: common.model(fields),
            keys: common.keys(fields), reveal: common.reveal(fields),
            holdout: fields.choice("holdout", default: HoldOut.none, fallback: .none),
            crossValidation: common.crossValidation(fields), limits: common.limits(fields),
            loosened: common.loosened(fields), payloads: common.payloads(fields),
            network: network(fields, listener: active))
        job.helper = isPair ? fields.optionalText("helper") : fields.text("helper", default: "")
        (job.withoutLost, job.derivedFrom) = (loss.withoutLost, loss.derivedFrom)
        return job
    }

    private func split(_ fields: FieldReader) {
        guard fields.value("split") != nil, fields.text("split") != "columns" else { return }
        problems.add(
            "split", "'\(fields.text("split").prefix(40))' is not of format \(Job.severalFormatVersion)",
            hint: "drop it: the parties of such a job hold different columns")
    }

    private func check(_ parties: [Party], _ fields: FieldReader) {
        if fields.value("parties") == nil { problems.add("parties", "is missing") }
        guard !parties.isEmpty, parties.count < Job.several.lowerBound else { return }
        problems.add(
            "parties", "has \(parties.count) \(parties.count == 1 ? "entry" : "entries")",
            hint: "format \(Job.severalFormatVersion) is for \(Job.several.lowerBound) to "
                + "\(Job.several.upperBound) parties; two have 'moiety: \(Job.formatVersion)'")
    }

    private func party(_ value: YAMLValue, at path: String) -> Party {
        let fields = FieldReader(
            value, path: path, allowed: ["name", "role", "table", "identifier"], problems: problems)
        let name = fields.text("name")
        return Party(
            name: name, role: fields.choice("role", default: Party.Role.passive, fallback: .passive),
            table: fields.text("table", default: name), identifier: common.identifier(fields), label: nil,
            beside: .none, group: nil, features: [])
    }

    private func keys(_ root: FieldReader) -> Keys {
        guard let fields = root.mapping("keys", allowed: ["bits"]) else { return .standard }
        return Keys(
            bits: fields.integer("bits", default: Keys.standard.bits, in: 1...65_536), nonces: Keys.standard.nonces)
    }

    private func limits(_ root: FieldReader) -> Limits {
        var limits = Limits.standard
        guard let fields = root.mapping("limits", allowed: ["minimumCohort", "maximumSetSize"]) else { return limits }
        limits.minimumCohort = fields.integer("minimumCohort", default: limits.minimumCohort, in: JobBounds.cohort)
        limits.maximumSetSize = fields.integer("maximumSetSize", default: limits.maximumSetSize, in: JobBounds.setSize)
        return limits
    }

    private func network(_ root: FieldReader, listener: String) -> Network {
        let fields = root.mapping("network", allowed: ["connectTimeout", "messageTimeout"])
        return Network(
            listener: listener,
            connectTimeout: fields?.integer("connectTimeout", default: 300, in: JobBounds.connectTimeout) ?? 300,
            messageTimeout: fields?.integer("messageTimeout", default: 300, in: JobBounds.messageTimeout) ?? 300)
    }
}
