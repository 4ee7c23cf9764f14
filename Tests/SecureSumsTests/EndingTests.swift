import TestSupport
import Testing
import Wire

@testable import SecureSums

/// A site that ends the job itself is not left out: with the sum of before, the sum without it would be its numbers.
@Suite struct EndingTests {
    private struct Refusal: PeerVisibleError {
        var abortReason: AbortReason { AbortReason(.refusal, "pointTooSharp") }
    }

    /// One site deviates to another one alone, after a sum of all. Where that one counted as lost, its numbers were the difference.
    @Test(arguments: [Deviating.Way.otherMeshTo(0), .otherHeadsTo(0)]) func oneSiteDoesNotHaveAnotherOneLeftOut(
        _ way: Deviating.Way
    ) async throws {
        let settings = try Mesh.settings(4, 1, .continue)
        let sessions = try await Mesh.sessions(settings)
        let deviating = Deviating(way: way, value: [300], own: 3, settings: settings)
        let (key, peers) = (sessions.keys[3], sessions.all[3])
        let task = Task { try? await deviating.run(peers, key: key, rounds: 2) }
        let ends = await Mesh.run((0..<3).map { Adding(value: 100 * $0, rounds: 2) }, settings, sessions)
        task.cancel()
        for end in ends { #expect(end.saved.rounds.map(\.sites) == [[0, 1, 2, 3]]) }
        // Who met the deviation names who deviates.
        let name = way == .otherMeshTo(0) ? "meshMismatch" : "stateMismatch"
        switch ends[0].error {
        case .otherMesh("site3", "site0"), .violation("site3", "stateMismatch"): #expect(ends[0].error?.name == name)
        default: Issue.record("\(ends[0].result)")
        }
        for end in ends.dropFirst() {
            guard case .ended? = end.error else {
                Issue.record("\(end.result)")
                continue
            }
        }
    }

    /// As a ledger says it, in words that are for this site alone.
    private struct Spent: Error {}

    /// Nobody deviates: one site's own refusal, at a point, of counts or of its ledger, ends the job at all.
    @Test(arguments: [true, false]) func whoRefusesIsNotLeftOut(_ isVisible: Bool) async throws {
        let settings = try Mesh.settings(4, 1, .continue)
        let sessions = try await Mesh.sessions(settings)
        let programs = (0..<4).map { Adding(value: 100 * $0, rounds: 2) }
        let ends = await Mesh.run(programs, settings, sessions) { own, notice in
            if own == 0 && notice.number == 1 { throw isVisible ? Refusal() as any Error : Spent() }
        }
        for end in ends { #expect(end.saved.rounds.map(\.sites) == [[0, 1, 2, 3]]) }
        // Its own error is what it was.
        let own = result(ofFailed: ends[0])
        #expect(isVisible ? own is Refusal : own is Spent)
        #expect(ends[0].error == nil && (try? ends[0].result.get()) == nil)
        let named = ends.dropFirst().compactMap { end in
            if case .ended(let loss)? = end.error { loss.site } else { nil }
        }
        #expect(named.count == 3 && named.contains("site0"))
    }

    private func result(ofFailed end: Mesh.End) -> (any Error)? {
        if case .failure(let error) = end.result { error } else { nil }
    }

    /// That another connection breaks at the same time changes nothing: who says that a site has ended the job is believed.
    @Test func whatAnotherSiteWasToldIsNotHiddenByALoss() async throws {
        let settings = try Mesh.settings(5, 1, .continue)
        // The refusing site's word does not reach site 4, which hears of it by the others.
        let sessions = try await Mesh.sessions(settings) { own, peer, channel in
            own == 0 && peer == 4 ? BreakingChannel(channel, after: framesBefore + 6) : channel
        }
        let programs = (0..<5).map { Adding(value: 100 * $0, rounds: 2) }
        let ends = await Mesh.run(programs, settings, sessions) { own, notice in
            if own == 0 && notice.number == 1 { throw Refusal() }
        }
        for end in ends { #expect(end.saved.rounds.allSatisfy { $0.sites == [0, 1, 2, 3, 4] }) }
    }

    /// One site stalls two rounds, the second with another one alone, which gives up. It is there, and not lost.
    @Test func whoGivesUpIsNotLeftOut() async throws {
        let settings = try Mesh.settings(5, 1, .continue)
        let sessions = try await Mesh.sessions(settings)
        let deviating = Deviating(way: .stalls(0), value: [400], own: 4, settings: settings)
        let (key, peers) = (sessions.keys[4], sessions.all[4])
        let task = Task { try? await deviating.run(peers, key: key, rounds: 3) }
        let ends = await Mesh.run((0..<4).map { Adding(value: 100 * $0, rounds: 2) }, settings, sessions)
        task.cancel()
        for end in ends { #expect(end.saved.rounds.map(\.sites) == [[0, 1, 2, 3, 4]], "\(end.result)") }
        #expect(ends[0].error == .noAccord)
    }
}
