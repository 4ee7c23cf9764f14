import Records

/// Turns a YAML tree into a job of several parties. One method a mapping of the file.
struct SeveralJobReader {
    let problems: ProblemCollector

    private var common: JobReader { JobReader(problems: problems) }

    /// Whether the file is of that format.
    static func reads(_ root: YAMLValue) -> Bool {
        guard case .mapping(let pairs, _) = root, let version = pairs.first(where: { $0.key == "moiety" }),
            case .scalar(let word, _, _) = version.value
        else { return false }
        return FieldReader.clean(word) == "\(Job.severalFormatVersion)"
    }

    func job(_ root: YAMLValue) -> Job {
        let fields = FieldReader(
            root, path: "",
            allowed: [
                "moiety", "split", "title", "purpose", "parties", "keys", "limits", "transcript", "network",
            ], problems: problems)
        if fields.value("split") != nil, fields.text("split") != "columns" {
            problems.add(
                "split", "'\(fields.text("split").prefix(40))' is not of format \(Job.severalFormatVersion)",
                hint: "drop it: the parties of such a job hold different columns")
        }
        let parties = fields.list("parties").map { party($0.value, at: $0.path) }
        if fields.value("parties") == nil { problems.add("parties", "is missing") }
        if !parties.isEmpty, parties.count < Job.several.lowerBound {
            problems.add(
                "parties", "has \(parties.count) \(parties.count == 1 ? "entry" : "entries")",
                hint: "format \(Job.severalFormatVersion) is for \(Job.several.lowerBound) to "
                    + "\(Job.several.upperBound) parties; two have 'moiety: \(Job.formatVersion)'")
        }
        let active = parties.first { $0.role == .active }?.name ?? ""
        return Job(
            severalOf: parties, title: fields.text("title"), purpose: fields.text("purpose", default: ""),
            keys: keys(fields), limits: limits(fields), payloads: common.payloads(fields),
            network: network(fields, listener: active))
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
