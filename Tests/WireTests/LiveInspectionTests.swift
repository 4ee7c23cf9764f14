import Synchronization
import TestSupport
import Testing

@testable import Wire

/// Remembers what it was shown; refuses numbers that it was told to.
private struct Watcher: PayloadInspector {
    final class Memory: Sendable {
        let seen = Mutex<[Record]>([])
    }

    let checks = ["T10"]
    let memory: Memory
    var refused: Set<UInt32> = []
    var check = "T10"
    var name = "numberRefused"
    var expectedCount: Int64?

    mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        memory.seen.withLock { $0.append(record) }
        guard record.type == Number.type, let payload, let number = try? Number(payload: payload) else { return }
        guard !refused.contains(number.value) else {
            throw InspectionFailure(check: check, name: name, sentence: "This number is refused.")
        }
    }

    mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {
        guard let expectedCount, counts?["rows"] != expectedCount else { return }
        throw InspectionFailure(check: "T15", name: "countMismatch", sentence: "Another number of rows.")
    }
}

/// `protocols/wire.md` 8.1.
@Suite struct LiveInspectionTests {
    private static func opened(_ inspectors: [any PayloadInspector], capacity: Int = 16) async throws -> Pair {
        var sides = Sides()
        sides.inspectorsA = inspectors
        return try await sides.opened(capacity: capacity)
    }

    /// What a verifier of A's folder would show its inspectors: A's next record as soon as what it had seen was shown.
    private static func verifiersOrder(_ log: MemoryRecorder) throws -> [Record] {
        let own = try log.entries(of: .outgoing).map { try Record(encoded: $0.record) }
        let peers = try log.entries(of: .incoming).map { try Record(encoded: $0.record) }
        var order: [Record] = []
        var (mine, theirs) = (0, 0)
        while mine < own.count || theirs < peers.count {
            if mine < own.count, own[mine].seen.size <= UInt64(theirs) {
                order.append(own[mine])
                mine += 1
            } else {
                order.append(peers[theirs])
                theirs += 1
            }
        }
        return order
    }

    @Test("Two tasks at once: inspectors see the order that a verifier will", arguments: 0..<5)
    func orderIsThatOfTheLog(_: Int) async throws {
        let memory = Watcher.Memory()
        let pair = try await Self.opened([Watcher(memory: memory)], capacity: 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for session in [pair.a, pair.b] {
                group.addTask { for i in 0..<100 { try await session.send(Number(UInt32(i)), round: UInt32(i)) } }
                group.addTask {
                    for i in 0..<100 { _ = try await session.receive(Number.self, round: UInt32(i)) }
                }
            }
            try await group.waitForAll()
        }
        async let checkA: Void = pair.a.checkpoint()
        try await pair.b.checkpoint()
        try await checkA
        let seen = memory.seen.withLock { $0 }
        #expect(seen.count == 206)
        #expect(seen == (try Self.verifiersOrder(pair.recorderA)))
    }

    @Test func aRefusedMessageIsEvidenceAndNeverUsed() async throws {
        let pair = try await Self.opened([Watcher(memory: .init(), refused: [7])])
        try await pair.b.send(Number(6))
        #expect(try await pair.a.receive(Number.self) == Number(6))
        try await pair.b.send(Number(7), round: 1)
        let refused = await result { try await pair.a.receive(Number.self, round: 1) }
        let failure = InspectionFailure(check: "T10", name: "numberRefused", sentence: "This number is refused.")
        #expect(refused.wireError == .refused(peer: "lab", failure: failure))
        // In the log, and nothing after it; the peer hears the name.
        #expect(pair.recorderA.entries(of: .incoming).count == 3)
        let told = await result { try await pair.b.receive(Number.self) }
        #expect(told.wireError == .peerAborted(peer: "hospital", reason: AbortReason(.violation, "numberRefused")))
        // Every later call throws the same.
        #expect(await result { try await pair.a.send(Number(1), round: 2) }.wireError == refused.wireError)
    }

    @Test func theInspectorNamesItBeforeWhatTheRoleWaitsFor() async throws {
        let pair = try await Self.opened([Watcher(memory: .init(), refused: [7])])
        try await pair.b.send(Number(7))
        let refused = await result { try await pair.a.receive(Blob.self) }
        #expect(refused.wireError?.name == "numberRefused")
    }

    @Test func ofSeveralTheLowestCheckNamesIt() async throws {
        let pair = try await Self.opened([
            Watcher(memory: .init(), refused: [7], check: "T21", name: "later"),
            Watcher(memory: .init(), refused: [7], check: "T11", name: "earlier"),
        ])
        try await pair.b.send(Number(7))
        #expect(await result { try await pair.a.receive(Number.self) }.wireError?.name == "earlier")
    }

    @Test func anOwnMessageThatIsRefusedIsNeitherLoggedNorSent() async throws {
        let pair = try await Self.opened([Watcher(memory: .init(), refused: [7])])
        let refused = await result { try await pair.a.run { try await $0.send(Number(7)) } }
        guard case .ownMessageRefused(let failure)? = refused.wireError else {
            Issue.record("\(refused)")
            return
        }
        #expect(failure.name == "numberRefused")
        // The binding and the farewell.
        #expect(pair.recorderA.entries(of: .outgoing).count == 2)
        let told = await result { try await pair.b.receive(Number.self) }
        #expect(told.wireError == .peerAborted(peer: "hospital", reason: AbortReason(.failure, "numberRefused")))
    }

    @Test func theEndIsInspectedToo() async throws {
        let pair = try await Self.opened([Watcher(memory: .init(), expectedCount: 5)])
        try await pair.a.finishInspection(counts: ["rows": 5])
        #expect(
            await result { try await pair.a.finishInspection(counts: ["rows": 6]) }.wireError?.name == "countMismatch")
        #expect(await result { try await pair.a.close() }.wireError?.name == "countMismatch")
    }

    @Test func sessionsOwnMessagesHaveTheirRules() async throws {
        func refused(_ send: @escaping @Sendable (Session) async throws -> Void) async throws -> String? {
            let pair = try await Self.opened([])
            try await send(pair.b)
            return await result { while true { _ = try await pair.a.receive(ApprovalMessage.self) } }.wireError?.name
        }
        #expect(
            try await refused {
                try await $0.send(
                    payload: [1], type: MessageType(rawValue: 0x00ff), name: "x", round: 0, chunk: .whole)
            } == "undeclaredMessage")
        #expect(
            try await refused {
                try await $0.send(payload: [1], type: .approval, name: "x", round: 0, chunk: .whole)
            } == "malformedMessage")
        #expect(
            try await refused {
                try await $0.send(ApprovalMessage(note: "one"))
                try await $0.send(ApprovalMessage(note: "two"))
            } == "rewindDetected")
        #expect(
            try await refused {
                let (hellos, nonces) = ($0.hellos, $0.nonces)
                try await $0.send(
                    BindingMessage(
                        hello: hellos.own, nonce: nonces.own, signature: [UInt8](repeating: 0, count: 64)))
            } == "malformedMessage")
    }

    /// Without inspectors nothing is refused but what the session itself finds.
    @Test func sessionsWithoutInspectorsAskNobody() async throws {
        let pair = try await Sides().opened()
        try await pair.b.send(Number(7))
        #expect(try await pair.a.receive(Number.self) == Number(7))
        #expect(pair.a.inspected { _ in 1 } == nil)
        try await pair.a.finishInspection(counts: [:])
    }
}
