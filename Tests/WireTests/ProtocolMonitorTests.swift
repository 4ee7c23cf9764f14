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

    static func plan(_ flow: ProtocolFlow) -> ProtocolPlan {
        ProtocolPlan([
            ProtocolPlan.Part(
                ProtocolDescription(name: "toy", version: alignmentProtocol, flow: flow), parties: ["x": "a", "y": "b"])
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
    static func firstRefused(_ flow: ProtocolFlow, _ events: [Event]) -> Int {
        var monitor = ProtocolMonitor(plan: plan(flow), parties: ["a", "b"])
        var sequence: [String: UInt64] = ["a": 0, "b": 0]
        for (index, event) in events.enumerated() {
            let record = Record(
                session: .zero, from: event.from, to: event.from == "a" ? "b" : "a",
                sequence: sequence[event.from] ?? 0, protocolVersion: alignmentProtocol, type: event.type,
                round: event.round, attempt: 0, chunk: event.chunk, sentAt: 0,
                seen: TreeHead(size: event.seen, root: .zero), payload: [UInt8](repeating: 0, count: event.bytes))
            do { try monitor.advance(record) } catch { return index }
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
        #expect(throws: Never.self) { try monitor.advance(record("b", Self.ask)) }
        #expect(throws: WireError.outOfOrder(peer: "b", message: Self.tell)) {
            try monitor.advance(record("b", Self.tell))
        }
        #expect(throws: Never.self) { try monitor.advance(record("a", Self.tell)) }
        #expect(monitor.isComplete("a") && monitor.isComplete("b"))
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
