import Records
import SecureSums
import Synchronization
import TestSupport
import Testing
import Wire

@testable import PooledRegression

/// A site is lost in the middle of a fit.
@Suite struct PooledLossTests {
    /// Frames of a session before the first round.
    private static let before = 4

    @Test(arguments: [1, 7, 13, 18, 24]) func aSiteComesBackAndTheFitIsTheSame(_ messages: Int) async throws {
        let reference = try References.fit("logistic")
        let settings = try Site.settings(3, coalition: 1)
        let saved = (0..<3).map { _ in SavedState(PooledState(job: Site.job, siteCount: 3)) }
        let fits = try (0..<3).map { site in
            var fit = try PooledFit(reference.model, rows: try reference.rows(site, of: 3))
            let book = saved[site]
            // Through its encoding, as on a disk.
            fit.save = { state, _ in book.state = try PooledState(encoded: state.encoded()) }
            return fit
        }
        let sessions = try await Site.sessions(settings) { own, _, channel in
            own == 2 ? BreakingChannel(channel, after: Self.before + messages) : channel
        }
        let first = await Site.run(fits, settings, sessions: sessions)
        for result in first.prefix(2) {
            guard case .failure(let error) = result, case .suspended? = error as? SumError else {
                Issue.record("\(result)")
                continue
            }
        }
        let again = await Site.run(
            fits, settings, sessions: try await Site.sessions(settings), states: saved.map(\.state))
        for (result, site) in zip(again, 0..<3) {
            let outcome = try result.get()
            for (term, estimate) in zip(outcome.terms, reference.estimates) {
                #expect(abs(term.estimate - estimate) < 1e-7)
            }
            #expect(try outcome == fits[site].outcome(of: saved[site].state, settings: settings))
        }
    }

    /// What is left is the fit of the sites that are left, from their own counts on.
    @Test(arguments: [3, 8, 17]) func theOthersFitTheirOwnRows(_ messages: Int) async throws {
        let reference = try References.fit("gamma")
        let settings = try Site.settings(5, coalition: 1, onLoss: .continue)
        let fits = try (0..<5).map { try PooledFit(reference.model, rows: try reference.rows($0, of: 5)) }
        let sessions = try await Site.sessions(settings) { own, _, channel in
            own == 4 ? BreakingChannel(channel, after: Self.before + messages) : channel
        }
        let results = await Site.run(fits, settings, sessions: sessions)
        let outcomes = try results.prefix(4).map { try $0.get() }
        let four = try await Site.fit(reference.model, coalition: 1, sites: 4) { try reference.rows($0, of: 5) }
        for outcome in outcomes {
            #expect(outcome == outcomes[0] && outcome.summary.sites == ["site0", "site1", "site2", "site3"])
            #expect(outcome.terms == four[0].terms && outcome.summary.n == four[0].summary.n)
        }
    }

    @Test func refusedBudgetsOpenNothing() async throws {
        let reference = try References.fit("linear")
        let settings = try Site.settings(3, coalition: 1)
        var fits = try (0..<3).map { try PooledFit(reference.model, rows: try reference.rows($0, of: 3)) }
        fits[1].willOpen = { notice in if notice.number == 1 { throw PooledError.unsupported("the budget") } }
        let opened = SavedState(PooledState(job: Site.job, siteCount: 3))
        fits[0].save = { state, _ in opened.state = state }
        let results = await Site.run(fits, settings, sessions: try await Site.sessions(settings))
        #expect(throws: PooledError.unsupported("the budget")) { try results[1].get() }
        #expect(opened.state.rounds.count == 1)
        guard case .failure(let error) = results[0], case .ended(let loss)? = error as? SumError else {
            Issue.record("\(results[0])")
            return
        }
        #expect(loss.site == "site1" || loss.reason.kind == .refusal)
    }
}

/// What a site has on its disk.
final class SavedState: Sendable {
    private let storage: Mutex<PooledState>

    init(_ state: PooledState) { storage = Mutex(state) }

    var state: PooledState {
        get { storage.withLock { $0 } }
        set { storage.withLock { $0 = newValue } }
    }
}
