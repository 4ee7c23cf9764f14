import Foundation
public import Jobs
import Wire

/// What a registry knows, as data: for programs in other languages, and for the second verifier, which follows the same stages.
/// `protocols/purposes.json` is the one of this program; `protocols/transcript.md` 9 says how to read it.
public struct RegistryDocument: Sendable {
    private let registry: SessionRegistry
    private let jobs: [(name: String, job: Job)]

    /// - Parameter jobs: one for each kind of job that plans differ in, by the name that the document has for it.
    public init(_ registry: SessionRegistry, jobs: [(name: String, job: Job)]) {
        self.registry = registry
        self.jobs = jobs
    }

    /// JSON with sorted keys; always the same bytes for the same registry.
    ///
    /// - Throws: `RegistryDocumentError` where the document could not tell two protocols apart.
    public func encoded() throws -> [UInt8] {
        var flows: [String: ProtocolFlow] = [:]
        let purposes = try registry.protocols.map { session -> [String: Any] in
            var plans: [String: Any] = [:]
            for (name, job) in jobs where Self.isFor(job, session) {
                for (suffix, pair) in Self.pairs(job) {
                    plans[name + suffix] = try session.plan(for: job, between: pair).alternatives.map { parts in
                        try parts.map { part in
                            let (name, flow) = (part.description.name, part.description.flow)
                            guard flows.updateValue(flow, forKey: name) ?? flow == flow else {
                                throw RegistryDocumentError.oneNameTwice(name)
                            }
                            return ["protocol": name, "roles": Self.roles(part, job, pair)] as [String: Any]
                        }
                    }
                }
            }
            return [
                "purpose": session.purpose.rawValue, "commitments": session.commitments.sorted(),
                "counts": session.counts.sorted(), "metrics": session.hasMetrics, "plans": plans,
                "versions": session.versions.map { [Int($0.id), Int($0.version)] },
            ]
        }
        let document: [String: Any] = ["format": 1, "purposes": purposes, "protocols": flows.mapValues(Self.data)]
        let json = try JSONSerialization.data(
            withJSONObject: document, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return Array(json) + [0x0A]
    }

    /// Of several parties a job with a model stands for fits, and one without for all else, which no model changes.
    private static func isFor(_ job: Job, _ session: any SessionProtocol) -> Bool {
        job.kind == session.jobKind && (job.kind != .several || job.hasModel == session.hasMetrics)
    }

    /// Parties that have a session of their own, with what tells it from others: of several parties two passive ones have another than the
    /// active one has with each, and in a fit also the helper with each party but the active one, by who of them stands first.
    private static func pairs(_ job: Job) -> [(suffix: String, names: [String])] {
        let names = job.parties.map(\.name)
        guard job.kind == .several else { return [("", Array(names.prefix(2)))] }
        guard let helper = job.helper else { return [("", Array(names.prefix(2))), (" passive", Array(names[1...2]))] }
        let further = job.furtherParties.map(\.name)
        let place = names.firstIndex(of: helper) ?? 0
        let before = further.first { names[..<place].contains($0) }
        let after = further.first { names[place...].contains($0) }
        return [("", [names[0], helper])] + further.prefix(1).map { (" further", [names[0], $0]) }
            + (after.map { [(" helper first", [helper, $0])] } ?? [])
            + (before.map { [(" helper second", [$0, helper])] } ?? [])
            + (further.count > 1 ? [(" passive", Array(further.prefix(2)))] : [])
    }

    /// Which of the job's parties has which role of the description; `each` where both have the same.
    private static func roles(_ part: ProtocolPlan.Part, _ job: Job, _ pair: [String]) -> [String: String] {
        let words = [
            pair[0]: job.sessionRole(of: pair[0], with: pair[1]), pair[1]: job.sessionRole(of: pair[1], with: pair[0]),
        ]
        var roles: [String: String] = [:]
        for (role, party) in part.parties { roles[words[role] ?? role] = words[party] ?? party }
        return roles
    }

    private static func data(_ flow: ProtocolFlow) -> Any {
        switch flow {
        case .step(let step):
            var item: [String: Any] = ["step": number(step.type), "name": step.name, "from": step.sender]
            if step.isChunked { item["chunked"] = true }
            if step.isBulk { item["bulk"] = true }
            if let every = step.signedEvery { item["signedEvery"] = Int(every) }
            return item.merging(data(step.answers)) { $1 }
        case .each(let type, let answers):
            return ["each": number(type)].merging(data(answers)) { $1 }
        case .sequence(let flows): return ["sequence": flows.map(data)]
        case .choice(let flows): return ["choice": flows.map(data)]
        case .optional(let flow): return ["optional": data(flow)]
        case .repeated(let flow): return ["repeated": data(flow)]
        case .interleaved(let flows): return ["interleaved": flows.map(data)]
        }
    }

    private static func data(_ answer: ProtocolStep.Answer) -> [String: Any] {
        switch answer {
        case .nothing: [:]
        case .message(let type): ["answers": number(type)]
        case .chunk(let type): ["answersChunk": number(type)]
        }
    }

    private static func number(_ type: MessageType) -> Int { Int(type.rawValue) }
}

public enum RegistryDocumentError: Error, Sendable, Hashable {
    /// Two protocols of that name have different flows.
    case oneNameTwice(String)
}
