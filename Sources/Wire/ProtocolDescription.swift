/// A protocol's messages and the order they may come in: one value, which the running session enforces and a verifier
/// checks years later, so that the two cannot drift. `protocols/wire.md` section 8.
public struct ProtocolDescription: Sendable, Hashable {
    /// For people: "alignment".
    public let name: String
    public let version: ProtocolVersion
    public let flow: ProtocolFlow
    /// Whether there are rounds in which only one side sends. Else each sends in every round.
    public let hasOneSidedRounds: Bool

    public init(name: String, version: ProtocolVersion, flow: ProtocolFlow, hasOneSidedRounds: Bool = false) {
        self.name = name
        self.version = version
        self.flow = flow
        self.hasOneSidedRounds = hasOneSidedRounds
    }

    /// Every kind of message that the protocol has. What is not here may not be sent.
    public var steps: [ProtocolStep] { flow.steps }
}

/// One kind of message at one place of a protocol.
public struct ProtocolStep: Sendable, Hashable {
    /// What a step must have seen, by the record's seen size, when it is sent.
    public enum Answer: Sendable, Hashable {
        /// Nothing of the other side's.
        case nothing
        /// All chunks of the message of that type of the same round.
        case message(MessageType)
        /// The chunk of the same number of the message of that type of the same round.
        case chunk(MessageType)
    }

    /// For people: "blinded identifiers".
    public let name: String
    /// The role that sends it.
    public let sender: String
    public let type: MessageType
    public let answers: Answer
    /// Whether it may come in more than one chunk.
    public let isChunked: Bool
    /// After each so many chunks, the message's last left out, comes a checkpoint.
    public let signedEvery: UInt32?
    /// Whether it is bulk: ciphertexts or group elements by the row, of which a transcript keeps the hash and the length
    /// unless the job wants all payloads (`protocols/transcript.md` 3). Nothing that is decided, opened or committed to
    /// stands in such a message.
    public let isBulk: Bool
    /// Largest payload of one chunk, in bytes.
    public let maximumPayload: Int

    public init(
        _ name: String, sender: String, type: MessageType, answers: Answer = .nothing, isChunked: Bool = false,
        signedEvery: UInt32? = nil, isBulk: Bool = false, maximumPayload: Int = 4 << 20
    ) {
        self.name = name
        self.sender = sender
        self.type = type
        self.answers = answers
        self.isChunked = isChunked
        self.signedEvery = signedEvery
        self.isBulk = isBulk
        self.maximumPayload = maximumPayload
    }
}

/// A regular expression over steps. Each direction of a session must match it with the other role's steps left out;
/// the order between directions is what `ProtocolStep.answers` demands.
public indirect enum ProtocolFlow: Sendable, Hashable {
    case step(ProtocolStep)
    /// A message of the session itself, one from each party.
    case each(MessageType, answers: ProtocolStep.Answer = .nothing)
    /// One after the other; `[]` is the empty flow.
    case sequence([ProtocolFlow])
    /// Exactly one of them.
    case choice([ProtocolFlow])
    case optional(ProtocolFlow)
    /// Any number of times, none included.
    case repeated(ProtocolFlow)
    /// All of them, their steps in any interleaving (two tasks send at once).
    case interleaved([ProtocolFlow])

    static let empty = ProtocolFlow.sequence([])

    /// The protocols' own: every session has the session's.
    var steps: [ProtocolStep] {
        switch self {
        case .step(let step): [step]
        case .each: []
        case .sequence(let flows), .choice(let flows), .interleaved(let flows): flows.flatMap(\.steps)
        case .optional(let flow), .repeated(let flow): flow.steps
        }
    }

    /// Only the steps of one sender.
    func projected(on sender: String) -> ProtocolFlow {
        switch self {
        case .step(let step): step.sender == sender ? self : .empty
        case .each(let type, let answers):
            .step(ProtocolStep("session", sender: sender, type: type, answers: answers))
        case .sequence(let flows): Self.joined(flows.map { $0.projected(on: sender) })
        case .choice(let flows): Self.either(flows.map { $0.projected(on: sender) }) ?? .empty
        case .optional(let flow): .optional(flow.projected(on: sender))
        case .repeated(let flow): .repeated(flow.projected(on: sender))
        case .interleaved(let flows): Self.shuffled(flows.map { $0.projected(on: sender) })
        }
    }

    /// Whether nothing more need come.
    var acceptsEmpty: Bool {
        switch self {
        case .step, .each: false
        case .sequence(let flows), .interleaved(let flows): flows.allSatisfy(\.acceptsEmpty)
        case .choice(let flows): flows.contains(where: \.acceptsEmpty)
        case .optional, .repeated: true
        }
    }

    /// Brzozowski's derivative: what may follow a message of that type (and the step that it was), or `nil`.
    func after(_ type: MessageType) -> (rest: ProtocolFlow, step: ProtocolStep)? {
        switch self {
        case .step(let step): return step.type == type ? (.empty, step) : nil
        case .each: return nil
        case .optional(let flow): return flow.after(type)
        case .repeated(let flow):
            guard let (rest, step) = flow.after(type) else { return nil }
            return (Self.joined([rest, self]), step)
        case .choice(let flows):
            let all = flows.compactMap { $0.after(type) }
            guard let rest = Self.either(all.map(\.rest)), let first = all.first else { return nil }
            return (rest, first.step)
        case .sequence(let flows): return Self.derivative(of: flows, by: type)
        case .interleaved(let flows):
            var rests: [ProtocolFlow] = []
            var found: ProtocolStep?
            for (index, flow) in flows.enumerated() {
                guard let (rest, step) = flow.after(type) else { continue }
                var others = flows
                others[index] = rest
                rests.append(Self.shuffled(others))
                found = found ?? step
            }
            guard let rest = Self.either(rests), let found else { return nil }
            return (rest, found)
        }
    }

    private static func derivative(
        of flows: [ProtocolFlow], by type: MessageType
    ) -> (rest: ProtocolFlow, step: ProtocolStep)? {
        var rests: [ProtocolFlow] = []
        var found: ProtocolStep?
        for (index, flow) in flows.enumerated() {
            if let (rest, step) = flow.after(type) {
                rests.append(joined([rest] + flows[(index + 1)...]))
                found = found ?? step
            }
            if !flow.acceptsEmpty { break }
        }
        guard let rest = either(rests), let found else { return nil }
        return (rest, found)
    }

    // The three makers keep derivatives small: without them a long run would grow the expression.

    static func joined(_ flows: [ProtocolFlow]) -> ProtocolFlow {
        let flat = flows.flatMap { flow in
            if case .sequence(let inner) = flow { inner } else { [flow] }
        }
        return flat.count == 1 ? flat[0] : .sequence(flat)
    }

    private static func either(_ flows: [ProtocolFlow]) -> ProtocolFlow? {
        var kept: [ProtocolFlow] = []
        for flow in flows where !kept.contains(flow) { kept.append(flow) }
        guard let first = kept.first else { return nil }
        return kept.count == 1 ? first : .choice(kept)
    }

    private static func shuffled(_ flows: [ProtocolFlow]) -> ProtocolFlow {
        let kept = flows.filter { $0 != .empty }
        guard let first = kept.first else { return .empty }
        return kept.count == 1 ? first : .interleaved(kept)
    }
}

/// The protocols of a job, one after the other, and who has which role in each.
public struct ProtocolPlan: Sendable, Hashable {
    public struct Part: Sendable, Hashable {
        public let description: ProtocolDescription
        /// Party's name by the description's role.
        public let parties: [String: String]

        public init(_ description: ProtocolDescription, parties: [String: String]) {
            self.description = description
            self.parties = parties
        }
    }

    /// Each a complete plan; more than one where roles depend on what is only known once the first messages are there
    /// (who sends in an alignment). A session must follow at least one to its end.
    public let alternatives: [[Part]]

    public init(_ parts: [Part]) {
        alternatives = [parts]
    }

    public init(alternatives: [[Part]]) {
        self.alternatives = alternatives
    }

    /// Every kind of message that a plan has. What is not here may not be sent.
    public var types: Set<MessageType> {
        Set(alternatives.joined().flatMap { $0.description.steps.map(\.type) })
    }

    /// Kinds of messages whose payloads a transcript keeps by hash unless it keeps all.
    public var bulkTypes: Set<MessageType> {
        Set(alternatives.joined().flatMap { $0.description.steps.filter(\.isBulk).map(\.type) })
    }

    /// What people call each kind of message.
    public var names: [MessageType: String] {
        Dictionary(
            alternatives.joined().flatMap { $0.description.steps.map { ($0.type, $0.name) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// What one party may send, by alternative: its binding, the parts, its closing.
    static func flow(of party: String, in parts: [Part]) -> ProtocolFlow {
        let flows = parts.flatMap { part in
            part.parties.filter { $0.value == party }.keys.sorted().map { part.description.flow.projected(on: $0) }
        }
        let ends = [ProtocolFlow.each(.binding), .closing].map { $0.projected(on: party) }
        return .joined([ends[0]] + flows + [ends[1]])
    }
}
