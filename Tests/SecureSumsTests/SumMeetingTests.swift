import TestSupport
import Testing
import Wire

@testable import SecureSums

/// What sites say of how far they are, where some of them lie.
@Suite struct SumMeetingTests {
    private func state(_ sums: Int) -> SumState {
        var state = SumState(job: Mesh.job, siteCount: 4)
        for k in 0..<sums {
            state.append(
                OpenedSum(point: Bytes32(hashing: "sum \(k)".utf8), sites: [0, 1, 2, 3], values: [UInt128(k)]),
                own: .zero)
        }
        return state
    }

    private func presence(_ state: SumState, more: Int = 0) -> PresenceMessage {
        PresenceMessage(
            mesh: .zero, heads: state.heads + (0..<more).map { Bytes32(hashing: "invented \($0)".utf8) },
            present: [true, true, true, true], isFinished: false, last: state.rounds.last)
    }

    private func meet(_ messages: [PresenceMessage], own: Int, _ state: SumState, coalition: Int = 1) throws
        -> SumMeeting
    {
        try SumMeeting(
            Dictionary(uniqueKeysWithValues: messages.enumerated().map { ($0, $1) }), own: own, state: state,
            settings: Mesh.settings(4, coalition), losses: [])
    }

    @Test func whoClaimsTooManySumsIsNamed() throws {
        let two = state(2)
        let messages = [presence(two), presence(two), presence(two, more: 5), presence(two)]
        for own in [0, 1, 3] {
            #expect(throws: SumError.violation(site: "site2", name: "stateMismatch")) {
                try meet(messages, own: own, two)
            }
        }
    }

    /// One says one more than this site has, another one less.
    @Test func nobodyIsNamedWhereItIsNotKnown() throws {
        let messages = [presence(state(2)), presence(state(1)), presence(state(3)), presence(state(2))]
        #expect(throws: SumError.noAccord) { try meet(messages, own: 0, state(2)) }
    }

    /// Invented heads do not count together with one that is right.
    @Test func holdersAreCountedByHead() throws {
        let (two, three) = (state(2), state(3))
        let messages = [presence(two), presence(two), presence(two, more: 1), presence(three)]
        let meeting = try meet(messages, own: 0, two)
        #expect(meeting.opened == 2 && meeting.missed == nil)
        let honest = try meet([presence(two), presence(three), presence(three), presence(three)], own: 0, two)
        #expect(honest.opened == 3 && honest.missed == three.rounds[2])
    }

    /// Flags of sites that the job does not have are not part of the chain: they would name a site beyond the last.
    @Test func sumsOfOtherSitesAreMalformed() throws {
        let message = presence(state(1))
        let flags: [UInt8] = [0, 0, 0, 4, 1, 1, 1, 1]
        var bytes = try message.encoded()
        let place = try #require(bytes.indices.last { Array(bytes[$0...].prefix(8)) == flags })
        bytes.replaceSubrange(place..<place + 8, with: [0, 0, 0, 6, 1, 1, 1, 1, 0, 1])
        #expect(throws: WireError.self) { try PresenceMessage(payload: bytes) }
        // In a state of a site's own disk.
        var wide = SumState(job: Mesh.job, siteCount: 4)
        wide.append(state(1).rounds[0], own: .zero)
        let whole = try wide.encoded()
        var body = Array(whole.dropLast(32))
        let start = try #require(body.indices.last { Array(body[$0...].prefix(8)) == flags })
        body.replaceSubrange(start..<start + 8, with: [0, 0, 0, 6, 1, 1, 1, 1, 0, 1])
        #expect(throws: SumError.self) { try SumState(encoded: body + Bytes32(hashing: body).bytes) }
        #expect(try SumState(encoded: whole) == wide)
    }

    /// Four sites of which two collude: the others are never more than a coalition, so it can claim one sum less again and again.
    @Test func nobodyIsTakenBackFurtherThanOneSum() throws {
        var history = SumHistory(opened: 5)
        try history.goBack(to: 4)
        #expect(throws: SumHistory.Refusal.tooFar) { try history.goBack(to: 3) }
        // Opened again as before: no new ground.
        history.reached(5)
        for _ in 1..<SumHistory.mostReopenings { try history.goBack(to: 4) }
        #expect(throws: SumHistory.Refusal.tooOften) { try history.goBack(to: 4) }
        history.reached(6)
        try history.goBack(to: 5)
    }

    @Test func theOthersGoOnWithoutASiteOnlyBesideACoalitionOfOne() throws {
        #expect(throws: SumError.self) { try Mesh.settings(5, 2, .continue) }
        #expect(try Mesh.settings(5, 1, .continue).coalition == 1 && Mesh.settings(5, 2).coalition == 2)
    }
}
