import KeyAgreement
import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// An active party that says of no column that it is hidden (describe.md 8): it has a small count if its peer answers, and nothing of one
/// whose peer looks first.
@Suite struct HidesNothingTests {
    /// Of 60 rows in two groups two of the second one are positive, and twenty of the first.
    private static let group = (0..<60).map { $0 / 30 }
    private static let positive = (0..<60).map { $0 < 20 || (30..<32).contains($0) ? 1.0 : 0 }

    private static func plan(minimumCell: Int) -> DescriptionPlan {
        DescriptionPlan(
            active: [], passive: [.binary("positive")], groups: ["a", "b"], minimumCell: minimumCell, keyBits: 640)
    }

    /// - Returns: counts of the second level by group, as they were opened to it.
    private static func hidingNothing(_ plan: DescriptionPlan, over session: Session) async throws -> [Int64] {
        let grouped = try GroupedRows(group: group, weight: nil, levels: plan.groups, minimum: plan.minimumCell)
        try await session.send(DescriptionSetup(rows: group.count, values: []))
        let peer = try await session.receive(DescriptionSetup.self)
        let shape = try #require(plan.shape(rows: group.count, activeValues: [], passiveValues: peer.values))
        let keys = try await TrainingKeys.exchange(
            DescriptionKeyPurpose.self, terms: KeyTerms(bits: plan.keyBits, floor: plan.keyBits), nonces: plan.nonces,
            session: session)
        try await session.checkpoint()
        let exchange = PaillierShareExchange(keys: keys, session: session, round: 0, report: { _ in })
        try await session.send(GroupsMessage(grouped.sizes))
        let shares = try await exchange.ownPackedSums(
            shape.sumLayout(), rows: group.count, as: GroupVectorsKind.self, GroupSumsKind.self
        ) { grouped.values($0) }
        // It does not care what the tests say.
        _ = try await exchange.smallCells([Array(repeating: .zero, count: shape.passiveCells)], shape)
        try await session.checkpoint()
        try await session.send(HiddenColumns([false]), round: exchange.nextRound())
        let numbers = shape.numbers(shown: [true], grouped.sizes)
        let (bits, own) = (numbers.map(\.bits), numbers.map { $0.window(of: shares[$0.item - 1, $0.group]) })
        try await session.checkpoint()
        try await session.send(DescribedNumbersMessage(own, bits: bits), round: exchange.round)
        let theirs = try await session.receive(DescribedNumbersMessage.self, round: exchange.round).numbers
        return numbers.opened(own, try #require(theirs.words(bits: bits)))
    }

    private static func run(
        minimumCell: Int
    ) async throws -> (learned: Result<[Int64], any Error>, peer: Result<DescriptionTable, any Error>, sent: Int) {
        let plan = plan(minimumCell: minimumCell)
        let order = ProtocolPlan([.init(.describing, parties: ["active": "hospital", "passive": "lab"])])
        let limits = SessionLimits(wait: .seconds(300), handshake: .seconds(300), farewell: .milliseconds(500))
        let pair = try await Sides(
            job: Bytes32(hashing: [9]), protocols: [.description], plan: order, limits: limits
        ).opened()
        let input = CohortDescription.Input(columns: [positive], rows: group.count)
        async let liar = result { try await pair.a.run { try await hidingNothing(plan, over: $0) } }
        async let honest = result {
            try await pair.b.run {
                try await CohortDescription.run(.passive, input, plan: plan, keyFloor: plan.keyBits, over: $0)
            }
        }
        let (learned, peer) = (await liar, await honest)
        let sent = try pair.recorderB.entries(of: .outgoing).count {
            try Record(encoded: $0.record).type == .describedNumbers
        }
        return (learned, peer, sent)
    }

    @Test("Where a count of two is large enough, it is opened: the attack works on a peer that does not mind")
    func learnsWhatItsPeerDoesNotMind() async throws {
        let found = try await Self.run(minimumCell: 2)
        #expect(try found.learned.get() == [20, 2])
    }

    @Test("Below the smallest cell its peer ends the session, and no number of the column leaves it")
    func learnsNothing() async throws {
        let found = try await Self.run(minimumCell: 5)
        #expect(throws: (any Error).self) { try found.learned.get() }
        #expect(throws: DescriptionError.protocolViolation("a column with a small cell, which is not hidden")) {
            try found.peer.get()
        }
        #expect(found.sent == 0)
    }
}
