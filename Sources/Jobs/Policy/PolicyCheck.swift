/// Why a site's policy refuses a job. The command line ends with exit code 4.
public struct PolicyRefusal: Error, Sendable, Hashable, Codable {
    /// The rule of the policy, for example `policy.minimumCohort`.
    public let rule: String
    /// What the job says and what the policy allows.
    public let message: String
    /// What would make the policy accept.
    public let remedy: String

    package init(rule: String, message: String, remedy: String) {
        self.rule = rule
        self.message = message
        self.remedy = remedy
    }
}

extension PolicyRefusal: CustomStringConvertible {
    public var description: String { "\(rule): \(message) (\(remedy))" }
}

extension Policy {
    /// Whether this site takes part in a job as the party of that name.
    ///
    /// - Throws: the first refusal, in the order of the policy's fields.
    public func check(_ job: Job, as name: String) throws(PolicyRefusal) {
        if let first = refusals(of: job, as: name).first { throw first }
    }

    /// Every rule of this policy that a job breaks.
    public func refusals(of job: Job, as name: String) -> [PolicyRefusal] {
        guard let own = job.party(named: name), job.parties.count > 1 else {
            return [
                PolicyRefusal(
                    rule: "policy.party", message: "this site is '\(name)', which is no party of the job",
                    remedy: "the job names: \(job.parties.map(\.name).joined(separator: ", "))")
            ]
        }
        if job.isSplitByRows {
            let asked = bounds(job).filter { !Self.ofAlignment.contains($0.rule) }
            return asked + job.others(than: name).compactMap(peerRule) + columnRules(own) + openings(job)
        }
        let peers = job.others(than: name).compactMap(peerRule)
        if !job.hasModel {
            return bounds(job).filter { Self.ofSeveral.contains($0.rule) }
                + keyRules(job).filter { $0.rule != "policy.minimumNonces" } + peers + identifierRule(own)
        }
        return bounds(job) + keyRules(job) + peers + identifierRule(own) + columnRules(own) + openings(job)
    }

    /// A job that aligns several parties has nothing of the others.
    private static let ofSeveral = ["policy.minimumCohort", "policy.maximumSetSize"]
    /// A job split by rows has nothing of these.
    private static let ofAlignment = ["policy.maximumSetSize", "policy.minimumPassiveColumns"]

    private func bounds(_ job: Job) -> [PolicyRefusal] {
        let limits = job.limits
        return [
            atLeast(minimumCohort, limits.minimumCohort, "minimumCohort"),
            atLeast(minimumCell, limits.minimumCell, "minimumCell"),
            limits.parametersPerRow <= parametersPerRow
                ? nil
                : PolicyRefusal(
                    rule: "policy.parametersPerRow",
                    message: "the job allows \(limits.parametersPerRow) coefficients a row, this site "
                        + "\(parametersPerRow)",
                    remedy: "set limits.parametersPerRow to \(parametersPerRow) or less"),
            limits.maximumSetSize <= maximumSetSize
                ? nil
                : PolicyRefusal(
                    rule: "policy.maximumSetSize",
                    message: "the job allows \(limits.maximumSetSize) identifiers, this site \(maximumSetSize)",
                    remedy: "set limits.maximumSetSize to \(maximumSetSize) or less"),
            atLeast(minimumPassiveColumns, limits.minimumPassiveColumns, "minimumPassiveColumns"),
        ].compactMap(\.self)
    }

    private func atLeast(_ floor: Int, _ value: Int, _ field: String) -> PolicyRefusal? {
        guard value < floor else { return nil }
        return PolicyRefusal(
            rule: "policy.\(field)", message: "the job's limit is \(value), this site demands at least \(floor)",
            remedy: "set limits.\(field) to \(floor) or more")
    }

    private func keyRules(_ job: Job) -> [PolicyRefusal] {
        var found: [PolicyRefusal] = []
        if job.keys.bits < minimumKeyBits {
            found.append(
                PolicyRefusal(
                    rule: "policy.minimumKeyBits",
                    message: "the job's keys have \(job.keys.bits) bits, this site demands \(minimumKeyBits)",
                    remedy: "set keys.bits to \(minimumKeyBits) or more"))
        }
        if job.keys.nonces < minimumNonces {
            found.append(
                PolicyRefusal(
                    rule: "policy.minimumNonces",
                    message: "the job's nonces are \(job.keys.nonces.rawValue), this site demands "
                        + minimumNonces.rawValue,
                    remedy: "set keys.nonces to \(minimumNonces.rawValue)"))
        }
        return found
    }

    private func peerRule(_ peer: Party) -> PolicyRefusal? {
        guard let peers, !peers.contains(peer.name) else { return nil }
        return PolicyRefusal(
            rule: "policy.peers", message: "'\(peer.name)' is not among the peers that may ask",
            remedy: "add it to peers in this site's policy, if it should be")
    }

    /// Whoever guesses the values of several columns together learns by a match that a person has them.
    private func identifierRule(_ own: Party) -> [PolicyRefusal] {
        let used = own.identifier.columns
        if identifiers == nil, used.count == 1 { return [] }
        let others = used.filter { !(identifiers ?? []).contains($0) }
        guard !others.isEmpty else { return [] }
        return [
            PolicyRefusal(
                rule: "policy.identifiers",
                message: "may not identify people\(used.count == 1 ? "" : " together with others"): "
                    + others.joined(separator: ", "),
                remedy:
                    "a match shows the other side who has just these values; if it may, list them in this site's policy: "
                    + "identifiers: [\(used.joined(separator: ", "))]")
        ]
    }

    private func columnRules(_ own: Party) -> [PolicyRefusal] {
        var found: [PolicyRefusal] = []
        if let features {
            let used =
                own.features.map(\.column) + own.beside.all.map(\.column) + [own.groupAlone?.column].compactMap(\.self)
            let others = used.filter { !features.contains($0) }
            if !others.isEmpty {
                found.append(
                    PolicyRefusal(
                        rule: "policy.features",
                        message: "may not serve as features: \(others.prefix(20).joined(separator: ", "))",
                        remedy: "drop them from the job, or allow them in this site's policy"))
            }
        }
        if let labels, let label = own.label, !labels.contains(label) {
            found.append(
                PolicyRefusal(
                    rule: "policy.labels", message: "'\(label)' may not serve as label",
                    remedy: "allow it in this site's policy, if it should be"))
        }
        return found
    }

    private func openings(_ job: Job) -> [PolicyRefusal] {
        var found: [PolicyRefusal] = []
        if let reveal {
            let others = job.reveal.filter { !reveal.contains($0) && $0 != .coefficients }
            if !others.isEmpty {
                found.append(
                    PolicyRefusal(
                        rule: "policy.reveal",
                        message: "may not be opened: \(others.map(\.rawValue).joined(separator: ", "))",
                        remedy: "drop them from the job's reveal list, or allow them in this site's policy"))
            }
        }
        for item in job.loosened where !loosen.contains(item) {
            found.append(
                PolicyRefusal(
                    rule: "policy.loosen", message: "the job loosens \(item.name), which this site does not allow",
                    remedy: "drop it from the job, or add \(item.shortName) to loosen in this site's policy"))
        }
        return found
    }
}
