import TestSupport
import Testing

@testable import Wire

/// The order of messages as data: the same monitor runs in the session and in the verifier.
@Suite struct ProtocolMonitorTests {
    static let ask = MessageType(rawValue: 0x0101)
    static let tell = MessageType(rawValue: 0x0102)
    static let side = MessageType(rawValue: 0x0103)
    static let end = MessageType(rawValue: 0x0104)

    static func step(
        _ type: MessageType, _ sender: String, _ answers: ProtocolStep.Answer = .nothing, chunked: Bool = false
    )
        -> ProtocolFlow
    {
        .step(
            ProtocolStep(
                "step", sender: sender, type: type, answers: answers, isChunked: chunked, maximumPayload: 100))
    }

    static func plan(_ flow: ProtocolFlow, isOneSided: Bool = false) -> ProtocolPlan {
        ProtocolPlan([
            ProtocolPlan.Part(
                ProtocolDescription(
                    name: "toy", version: alignmentProtocol, flow: flow, hasOneSidedRounds: isOneSided),
                parties: ["x": "a", "y": "b"])
        ])
    }

    /// One record: who, what, round, chunk, how many of the other side's records it had seen.
    struct Event {
        let from: String
        let type: MessageType
        var round: UInt32 = 0
        var chunk = Chunk.whole
        var seen: UInt64 = 0
        var bytes = 4
    }

    /// Index of the first event that the plan refuses; -1 when all pass and the plan may end there.
    static func firstRefused(_ flow: ProtocolFlow, _ events: [Event], isOneSided: Bool = false) -> Int {
        var monitor = ProtocolMonitor(plan: plan(flow, isOneSided: isOneSided), parties: ["a", "b"])
        var sequence: [String: UInt64] = ["a": 0, "b": 0]
        // The bindings come first of all; `seen` does not count them.
        let all = ["a", "b"].map { Event(from: $0, type: .binding) } + events
        for (index, event) in all.enumerated() {
            let record = Record(
                session: .zero, from: event.from, to: event.from == "a" ? "b" : "a",
                sequence: sequence[event.from] ?? 0, protocolVersion: alignmentProtocol, type: event.type,
                round: event.round, attempt: 0, chunk: event.chunk, sentAt: 0,
                seen: TreeHead(size: event.seen + (index < 2 ? 0 : 1), root: .zero),
                payload: [UInt8](repeating: 0, count: event.bytes))
            do { try monitor.advance(record) } catch { return index - 2 }
            sequence[event.from, default: 0] += 1
        }
        return monitor.isComplete("a") && monitor.isComplete("b") ? -1 : events.count
    }

    @Test func sequencesAndAnswers() {
        let flow = ProtocolFlow.sequence([
            Self.step(Self.ask, "x"), Self.step(Self.tell, "y", .message(Self.ask)), Self.step(Self.end, "x"),
        ])
        let ask = Event(from: "a", type: Self.ask)
        let end = Event(from: "a", type: Self.end)
        #expect(Self.firstRefused(flow, [ask, Event(from: "b", type: Self.tell, seen: 1), end]) == -1)
        #expect(Self.firstRefused(flow, [ask, Event(from: "b", type: Self.tell, seen: 0)]) == 1)
        #expect(Self.firstRefused(flow, [Event(from: "b", type: Self.tell)]) == 0)
        #expect(Self.firstRefused(flow, [end]) == 0)
        #expect(Self.firstRefused(flow, [ask, ask]) == 1)
        #expect(Self.firstRefused(flow, [Event(from: "b", type: Self.ask)]) == 0)
        #expect(Self.firstRefused(flow, [ask]) == 1)
        #expect(Self.firstRefused(flow, [Event(from: "a", type: Self.ask, bytes: 101)]) == 0)
        #expect(Self.firstRefused(flow, [Event(from: "c", type: Self.ask)]) == 0)
    }

    @Test func roundsCountUpByOne() {
        let flow = ProtocolFlow.repeated(.sequence([Self.step(Self.ask, "x"), Self.step(Self.side, "x")]))
        func run(_ rounds: [(MessageType, UInt32)]) -> Int {
            Self.firstRefused(flow, rounds.map { Event(from: "a", type: $0.0, round: $0.1) })
        }
        #expect(run([]) == -1)
        #expect(run([(Self.ask, 0), (Self.side, 0), (Self.ask, 1), (Self.side, 1)]) == -1)
        #expect(run([(Self.ask, 1), (Self.side, 1)]) == -1)
        #expect(run([(Self.ask, 0), (Self.side, 0), (Self.ask, 2)]) == 2)
        #expect(run([(Self.ask, 0), (Self.side, 0), (Self.ask, 0)]) == 2)
        #expect(run([(Self.ask, 1), (Self.side, 0)]) == 1)
        #expect(run([(Self.ask, 0), (Self.side, 0), (Self.ask, 1)]) == 3)
        // Long runs do not slow down: the expression stays small.
        #expect(run((0..<2000).flatMap { [(Self.ask, UInt32($0)), (Self.side, UInt32($0))] }) == -1)
    }

    /// Where one side alone has something to send in a round, those of both go up by one: none is left out.
    @Test func oneSidedRoundsCountUpTogether() {
        let flow = ProtocolFlow.repeated(.choice([Self.step(Self.ask, "x"), Self.step(Self.tell, "y")]))
        func run(_ events: [(String, UInt32)], isOneSided: Bool = true) -> Int {
            Self.firstRefused(
                flow, events.map { Event(from: $0.0, type: $0.0 == "a" ? Self.ask : Self.tell, round: $0.1) },
                isOneSided: isOneSided)
        }
        let turns: [(String, UInt32)] = [("a", 1), ("b", 2), ("b", 3), ("a", 4), ("b", 4), ("a", 5)]
        #expect(run(turns) == -1)
        #expect(run(turns, isOneSided: false) == 1)
        // Each message that is left out is seen at the next one, or one that is in the same round is there.
        #expect(run([("b", 2)]) == 0)
        #expect(run([("a", 1), ("b", 3)]) == 1)
        #expect(run([("a", 1), ("b", 2), ("a", 4)]) == 2)
        #expect(run([("a", 1), ("b", 2), ("b", 3), ("a", 4), ("a", 5), ("b", 7)]) == 5)
        // Never back.
        #expect(run([("a", 1), ("b", 2), ("a", 3), ("b", 3), ("b", 2)]) == 4)
    }

    @Test func chunksComeInOrderAndAreComplete() {
        let flow = ProtocolFlow.sequence([
            Self.step(Self.ask, "x", chunked: true), Self.step(Self.tell, "y", .chunk(Self.ask), chunked: true),
        ])
        func ask(_ i: Int, _ n: Int = 2) -> Event { Event(from: "a", type: Self.ask, chunk: Chunk(i, of: n)) }
        func tell(_ i: Int, seen: UInt64) -> Event {
            Event(from: "b", type: Self.tell, chunk: Chunk(i, of: 2), seen: seen)
        }
        #expect(Self.firstRefused(flow, [ask(0), tell(0, seen: 1), ask(1), tell(1, seen: 2)]) == -1)
        #expect(Self.firstRefused(flow, [ask(0), tell(0, seen: 1), ask(1), tell(1, seen: 1)]) == 3)
        #expect(Self.firstRefused(flow, [ask(1)]) == 0)
        #expect(Self.firstRefused(flow, [ask(0), ask(1, 3)]) == 1)
        #expect(Self.firstRefused(flow, [ask(0), tell(0, seen: 1)]) == 2)
    }

    @Test func choicesOptionsAndInterleavings() {
        let either = ProtocolFlow.sequence([
            .choice([Self.step(Self.ask, "x"), .sequence([Self.step(Self.tell, "x"), Self.step(Self.side, "x")])]),
            .optional(Self.step(Self.end, "x")),
        ])
        func run(_ flow: ProtocolFlow, _ types: [MessageType]) -> Int {
            Self.firstRefused(flow, types.map { Event(from: "a", type: $0) })
        }
        #expect(run(either, [Self.ask]) == -1)
        #expect(run(either, [Self.ask, Self.end]) == -1)
        #expect(run(either, [Self.tell, Self.side, Self.end]) == -1)
        #expect(run(either, [Self.tell, Self.end]) == 1)
        #expect(run(either, [Self.ask, Self.side]) == 1)
        let both = ProtocolFlow.interleaved([
            .sequence([Self.step(Self.ask, "x"), Self.step(Self.side, "x")]), Self.step(Self.tell, "x"),
        ])
        #expect(run(both, [Self.ask, Self.tell, Self.side]) == -1)
        #expect(run(both, [Self.tell, Self.ask, Self.side]) == -1)
        #expect(run(both, [Self.side]) == 0)
        #expect(run(both, [Self.ask, Self.side]) == 2)
    }

    @Test func alternativesAreDecidedByTheFirstMessages() {
        let description = ProtocolDescription(
            name: "toy", version: alignmentProtocol,
            flow: .sequence([Self.step(Self.ask, "x"), Self.step(Self.tell, "y")]))
        let plan = ProtocolPlan(alternatives: [
            [ProtocolPlan.Part(description, parties: ["x": "a", "y": "b"])],
            [ProtocolPlan.Part(description, parties: ["x": "b", "y": "a"])],
        ])
        var monitor = ProtocolMonitor(plan: plan, parties: ["a", "b"])
        func record(_ from: String, _ type: MessageType) -> Record {
            Record(
                session: .zero, from: from, to: from == "a" ? "b" : "a", sequence: 0,
                protocolVersion: alignmentProtocol, type: type, round: 0, attempt: 0, chunk: .whole, sentAt: 0,
                seen: .empty, payload: [])
        }
        for party in ["a", "b"] {
            #expect(throws: Never.self) { try monitor.advance(record(party, .binding)) }
        }
        #expect(throws: Never.self) { try monitor.advance(record("b", Self.ask)) }
        #expect(throws: WireError.outOfOrder(peer: "b", message: Self.tell)) {
            try monitor.advance(record("b", Self.tell))
        }
        #expect(throws: Never.self) { try monitor.advance(record("a", Self.tell)) }
        #expect(monitor.isComplete("a") && monitor.isComplete("b"))
    }

    /// A checkpoint as both parties make it: `a` and `b` are how many records of each came before, bindings left out.
    static func checkpoint(_ round: UInt32, a: UInt64, b: UInt64) -> [Event] {
        [
            Event(from: "a", type: .checkpoint, round: round, seen: b),
            Event(from: "b", type: .checkpoint, round: round, seen: a + 1),
            Event(from: "a", type: .cosignature, round: round, seen: b + 1),
            Event(from: "b", type: .cosignature, round: round, seen: a + 2),
        ]
    }

    @Test func checkpointsComeWhereThePlanSaysAndNowhereElse() {
        let flow = ProtocolFlow.sequence([Self.step(Self.ask, "x"), .checkpoint, Self.step(Self.tell, "y")])
        let ask = Event(from: "a", type: Self.ask)
        let tell = Event(from: "b", type: Self.tell, seen: 3)
        let checkpoint = Self.checkpoint(0, a: 1, b: 0)
        #expect(Self.firstRefused(flow, [ask] + checkpoint + [tell]) == -1)
        #expect(Self.firstRefused(flow, Self.checkpoint(0, a: 0, b: 0)) == 0)
        #expect(Self.firstRefused(flow, [ask, tell]) == 1)
        #expect(Self.firstRefused(flow, [ask] + checkpoint + [tell] + Self.checkpoint(1, a: 3, b: 3)) == 6)
        // The cosignature answers the other's note, and what follows it has seen the other's cosignature.
        var early = checkpoint
        early[2].seen = 0
        #expect(Self.firstRefused(flow, [ask] + early) == 3)
        var hasty = tell
        hasty.seen = 2
        #expect(Self.firstRefused(flow, [ask] + checkpoint + [hasty]) == 5)
        // Rounds of the session count by themselves.
        var late = checkpoint
        late[0].round = 2
        #expect(Self.firstRefused(flow, [ask] + late) == 1)
        var other = checkpoint
        other[2].round = 1
        #expect(Self.firstRefused(flow, [ask] + other) == 3)
        let rounds = ProtocolFlow.repeated(.sequence([Self.step(Self.ask, "x"), .checkpoint]))
        var three: [Event] = []
        for n in UInt32(0)..<3 {
            let (a, b) = (UInt64(3 * n + 1), UInt64(2 * n))
            three.append(Event(from: "a", type: Self.ask, round: n, seen: b))
            three += Self.checkpoint(n, a: a, b: b)
        }
        #expect(Self.firstRefused(rounds, three) == -1)
    }

    @Test func longMessagesAreSignedOnTheWay() {
        func long(_ type: MessageType, _ role: String, _ answers: ProtocolStep.Answer) -> ProtocolFlow {
            .step(
                ProtocolStep(
                    "long", sender: role, type: type, answers: answers, isChunked: true, signedEvery: 2))
        }
        let flow = ProtocolFlow.sequence([
            long(Self.ask, "x", .nothing), long(Self.tell, "y", .chunk(Self.ask)), .checkpoint,
        ])
        func pair(_ i: Int, of n: Int, a: UInt64, b: UInt64) -> [Event] {
            [
                Event(from: "a", type: Self.ask, chunk: Chunk(i, of: n), seen: b),
                Event(from: "b", type: Self.tell, chunk: Chunk(i, of: n), seen: a + 1),
            ]
        }
        let start = pair(0, of: 3, a: 0, b: 0) + pair(1, of: 3, a: 1, b: 1)
        let rest = pair(2, of: 3, a: 4, b: 4)
        let between = Self.checkpoint(0, a: 2, b: 2)
        let end = Self.checkpoint(1, a: 5, b: 5)
        #expect(Self.firstRefused(flow, start + between + rest + end) == -1)
        // Left out, too early, at the end of a message in place of its middle, and only one of two.
        #expect(Self.firstRefused(flow, start + pair(2, of: 3, a: 2, b: 2)) == 4)
        #expect(Self.firstRefused(flow, pair(0, of: 3, a: 0, b: 0) + Self.checkpoint(0, a: 1, b: 1)) == 2)
        #expect(Self.firstRefused(flow, start + between + rest) == 10)
        let two = pair(0, of: 2, a: 0, b: 0) + pair(1, of: 2, a: 1, b: 1)
        #expect(Self.firstRefused(flow, two + between) == -1)
        #expect(Self.firstRefused(flow, two + between + Self.checkpoint(1, a: 4, b: 4)) == 8)
    }

    @Test func theEndsOfASession() {
        let flow = ProtocolFlow.sequence([Self.step(Self.ask, "x"), .checkpoint])
        let before = [Event(from: "a", type: Self.ask)] + Self.checkpoint(0, a: 1, b: 0)
        let closings = [
            Event(from: "a", type: .closing, round: 1, seen: 2), Event(from: "b", type: .closing, round: 1, seen: 3),
        ]
        let receipts = [
            Event(from: "a", type: .cosignature, round: 1, seen: 3),
            Event(from: "b", type: .cosignature, round: 1, seen: 4),
        ]
        #expect(Self.firstRefused(flow, before + closings + receipts) == -1)
        // Either receipt may stay away; a third word may not come, nor a receipt of nothing, nor one that saw nothing.
        #expect(Self.firstRefused(flow, before + closings) == -1)
        #expect(Self.firstRefused(flow, before + closings + [receipts[1]]) == -1)
        #expect(Self.firstRefused(flow, before + closings + [receipts[0], receipts[0]]) == 8)
        #expect(Self.firstRefused(flow, before + [closings[0], receipts[0]]) == 6)
        var blind = receipts[0]
        blind.seen = 2
        #expect(Self.firstRefused(flow, before + closings + [blind]) == 7)
        #expect(Self.firstRefused(flow, before + closings + [Event(from: "a", type: Self.ask, round: 1)]) == 7)
        // Not before the flow may end; an abort anywhere, and nothing after it.
        #expect(Self.firstRefused(flow, [closings[0]]) == 0)
        let abort = Event(from: "b", type: .abort)
        #expect(Self.firstRefused(flow, before + closings + [abort]) == -1)
        #expect(Self.firstRefused(flow, [abort] + before) == 3)
        // A plan without parts has a binding and a closing; approvals have their place too.
        #expect(Self.firstRefused(.sequence([]), [Event(from: "a", type: .approval)]) == 0)
        let opening = ProtocolDescription.opening.flow
        let approvals = ["a", "b"].map { Event(from: $0, type: .approval) }
        let commitments = ["a", "b"].map { Event(from: $0, type: .commitments, seen: 1) }
        #expect(Self.firstRefused(opening, approvals + commitments + Self.checkpoint(0, a: 2, b: 2)) == -1)
        #expect(Self.firstRefused(opening, commitments) == 0)
    }

    @Test func theRunningSessionFollowsThePlan() async throws {
        var sides = Sides()
        let flow = ProtocolFlow.sequence([Self.step(Self.ask, "x"), Self.step(Self.tell, "y", .message(Self.ask))])
        let plan = ProtocolPlan([
            ProtocolPlan.Part(
                ProtocolDescription(name: "toy", version: alignmentProtocol, flow: flow),
                parties: ["x": "hospital", "y": "lab"])
        ])
        sides.planA = plan
        sides.planB = plan
        let pair = try await sides.opened()
        // Our own bug: refused before it is logged or sent.
        await #expect(throws: WireError.outOfOrder(peer: "hospital", message: Blob.type)) {
            try await pair.a.send(Blob([1]))
        }
        try await pair.a.send(Number(1))
        #expect(try await pair.b.receive(Number.self) == Number(1))
        // The peer's violation: A's own plan is not followed by a peer without one.
        var loose = Sides()
        loose.planB = plan
        let other = try await loose.opened()
        try await other.a.send(Blob([1]))
        #expect(
            await result { try await other.b.receive(Blob.self) }.wireError
                == .outOfOrder(peer: "hospital", message: Blob.type))
        #expect(await result { try await other.a.receive(Blob.self) }.wireError?.name == "outOfOrder")
    }
}
