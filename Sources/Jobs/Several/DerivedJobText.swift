import Records

/// A job that was derived, as a file: every field is written out, in one order, so that every party that is left makes the same bytes.
public struct DerivedJobText {
    private let job: Job

    /// nil for a job that was not derived.
    public init?(_ job: Job) {
        guard job.derivedFrom != nil else { return nil }
        self.job = job
    }

    /// Reads back as the same job.
    public var text: String {
        ([head] + [loss, title].map { $0.joined(separator: "\n") } + ["parties:"] + job.parties.map(party)
            + (job.helper.map { ["helper: \($0)"] } ?? []) + rest).joined(separator: "\n") + "\n"
    }

    private var head: String {
        """
        # What is left of a job whose party \(job.derivedFrom?.names ?? "") was lost. Every party that is left makes these same bytes by `moiety job without`,
        # reads `moiety job explain`, and approves them. A change makes it another job, which `moiety job check --derived-from` refuses.
        moiety: \(Job.refitFormatVersion)
        """
    }

    private var loss: [String] {
        guard let derivedFrom = job.derivedFrom else { return [] }
        let lines = ["derivedFrom: {job: \(Self.quoted(derivedFrom.job)), without: \(Self.list(derivedFrom.without))}"]
        return job.withoutLost == .stop ? lines : lines + ["withoutLost: \(job.withoutLost.rawValue)"]
    }

    private var title: [String] { ["title: \(Self.quoted(job.title))", "purpose: \(Self.quoted(job.purpose))"] }

    private func party(_ party: Party) -> String {
        let parts = party.identifier.parts.map {
            "{column: \(Self.quoted($0.column)), normaliser: \($0.normaliser.rawValue)}"
        }
        var lines = [
            "  - name: \(party.name)", "    role: \(party.role.rawValue)", "    table: \(Self.quoted(party.table))",
            "    identifier: {columns: [\(parts.joined(separator: ", "))], duplicates: \(party.identifier.duplicates.rawValue)}",
        ]
        if let label = party.label { lines.append("    label: \(Self.quoted(label))") }
        lines += party.beside.all.map { "    \($0.word): \(Self.quoted($0.column))" }
        lines.append(party.features.isEmpty ? "    features: []" : "    features:")
        lines += party.features.map { "      - \(Self.entry($0))" }
        return lines.joined(separator: "\n")
    }

    private static func entry(_ feature: Feature) -> String {
        let column = quoted(feature.column)
        switch feature.kind {
        case .numeric: return "{column: \(column), type: numeric}"
        case .binary: return "{column: \(column), type: binary}"
        case .categorical(let levels, let reference):
            return "{column: \(column), type: categorical, levels: \(list(levels)), reference: \(quoted(reference))}"
        }
    }

    private var rest: [String] {
        let limits = job.limits
        return [
            model, "keys: {bits: \(job.keys.bits), nonces: \(job.keys.nonces.rawValue)}",
            "reveal: [\(job.reveal.map(\.rawValue).joined(separator: ", "))]", "holdout: \(job.holdout.rawValue)",
            "crossValidation: \(job.crossValidation == 0 ? "none" : "\(job.crossValidation)")",
            "limits: {minimumCohort: \(limits.minimumCohort), minimumCell: \(limits.minimumCell), "
                + "parametersPerRow: \(limits.parametersPerRow), maximumSetSize: \(limits.maximumSetSize), "
                + "minimumPassiveColumns: \(limits.minimumPassiveColumns)}",
            "loosen: [\(job.loosened.map(\.shortName).joined(separator: ", "))]",
            "transcript: {payloads: \(job.payloads.rawValue)}",
            "network: {connectTimeout: \(job.network.connectTimeout), messageTimeout: \(job.network.messageTimeout)}",
        ]
    }

    private var model: String {
        let model = job.model
        var fields = [
            "family: \(model.family.rawValue)", "l2: \(model.l2)", "tolerance: \(model.tolerance)",
            "maxPasses: \(model.maximumPasses)", "covariance: \(model.covariance.rawValue)",
        ]
        if let theta = model.theta { fields.append("theta: \(theta)") }
        if model.l1 > 0 { fields.append("l1: \(model.l1)") }
        if let ties = model.ties { fields.append("ties: \(ties.rawValue)") }
        if let events = model.mostEvents { fields.append("mostEvents: \(events)") }
        if !model.times.isEmpty { fields.append("times: [\(model.times.map { "\($0)" }.joined(separator: ", "))]") }
        if let strata = model.mostStrata { fields.append("mostStrata: \(strata)") }
        if let groups = model.groups { fields.append("groups: \(Self.quoted(groups))") }
        return "model: {\(fields.joined(separator: ", "))}"
    }

    private static func list(_ texts: [String]) -> String { "[\(texts.map(quoted).joined(separator: ", "))]" }

    /// In double quotes; what a reader of jobs refuses before it parses is written by its number.
    private static func quoted(_ text: String) -> String {
        let escapes: [Unicode.Scalar: String] = [
            "\\": "\\\\", "\"": "\\\"", "\n": "\\n", "&": "\\x26", "*": "\\x2A", "!": "\\x21",
        ]
        return "\"" + text.unicodeScalars.map { escapes[$0] ?? String($0) }.joined() + "\""
    }
}
