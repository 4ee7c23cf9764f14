import Synchronization
import TestSupport
import Testing
import Wire

@testable import SecureSums

@Suite struct SumMeshTests {
    @Test(arguments: [(3, 1), (4, 2), (5, 1), (5, 3), (9, 2)]) func everySiteHasTheSums(
        _ sites: Int, _ coalition: Int
    ) async throws {
        let settings = try Mesh.settings(sites, coalition)
        let programs = (0..<sites).map { Adding(value: 1 << (5 * $0)) }
        let ends = await Mesh.run(programs, settings, try await Mesh.sessions(settings))
        let total = programs.reduce(0) { $0 + $1.value }
        for end in ends {
            #expect(end.sums == (0..<3).map { UInt128(total + sites * $0) })
            #expect(try end.result.get() == end.saved)
        }
    }

    /// A site stops after each possible number of messages. The others wait, nothing of the unfinished sum is theirs, and when it is
    /// back with what it had saved all of them have the sums of all.
    @Test(arguments: 0..<17) func aLostSiteComesBack(_ messages: Int) async throws {
        let settings = try Mesh.settings(4, 1)
        let programs = (0..<4).map { Adding(value: 100 * $0) }
        let sessions = try await Mesh.sessions(settings) { own, _, channel in
            own == 1 ? BreakingChannel(channel, after: framesBefore + messages) : channel
        }
        let ends = await Mesh.run(programs, settings, sessions)
        guard messages < 16 else {
            #expect(ends.allSatisfy { $0.sums == [600, 604, 608] })
            return
        }
        for (site, end) in ends.enumerated() where site != 1 {
            guard case .suspended(let lost)? = end.error else {
                Issue.record("\(site): \(end.result)")
                continue
            }
            // Whoever is told of the loss by another may name that one.
            #expect(!lost.isEmpty)
        }
        let again = await Mesh.run(
            programs, settings, try await Mesh.sessions(settings), from: ends.map(\.saved))
        #expect(again.allSatisfy { $0.sums == [600, 604, 608] })
    }

    /// The same under `continue`: each sum is one of all or one of those that are left, never anything else.
    @Test(arguments: 0..<16) func theOthersGoOn(_ messages: Int) async throws {
        let settings = try Mesh.settings(5, 1, .continue)
        let programs = (0..<5).map { Adding(value: 100 * $0) }
        let sessions = try await Mesh.sessions(settings) { own, _, channel in
            own == 4 ? BreakingChannel(channel, after: framesBefore + messages) : channel
        }
        let ends = await Mesh.run(programs, settings, sessions)
        for end in ends.prefix(4) {
            let rounds = try end.result.get().rounds
            for (k, round) in rounds.enumerated() {
                #expect(round.sites == [0, 1, 2, 3, 4] || round.sites == [0, 1, 2, 3])
                let expected = round.sites.reduce(0) { $0 + 100 * $1 + k }
                #expect(round.values == [UInt128(expected), UInt128(7 * round.sites.count)])
            }
            #expect(try rounds.count == 3 && rounds == ends[0].result.get().rounds)
        }
        // Once its vector is with the others it is in the sum.
        if messages < 2 { #expect(try ends[0].result.get().rounds.allSatisfy { $0.sites.count == 4 }) }
    }

    /// It reaches some of the others and not all.
    @Test(arguments: 0..<15) func aSiteReachesSomeOnly(_ messages: Int) async throws {
        for onLoss in SumSettings.OnLoss.allCases {
            let settings = try Mesh.settings(5, 1, onLoss)
            let programs = (0..<5).map { Adding(value: 100 * $0) }
            let sessions = try await Mesh.sessions(settings) { own, peer, channel in
                own == 4 ? BreakingChannel(channel, after: framesBefore + messages + peer % 2) : channel
            }
            let ends = await Mesh.run(programs, settings, sessions)
            for end in ends.prefix(4) {
                for (k, round) in end.saved.rounds.enumerated() {
                    let expected = round.sites.reduce(0) { $0 + 100 * $1 + k }
                    #expect(round.sites.count >= (onLoss == .wait ? 5 : 4))
                    #expect(round.values == [UInt128(expected), UInt128(7 * round.sites.count)])
                }
                if onLoss == .continue { #expect(try end.result.get().rounds.count == 3) }
            }
            if onLoss == .wait {
                let again = await Mesh.run(
                    programs, settings, try await Mesh.sessions(settings), from: ends.map(\.saved))
                #expect(again.allSatisfy { $0.sums == [1000, 1005, 1010] })
            }
        }
    }

    /// Killed before it had saved anything, it takes the sum from the others.
    @Test func aSiteThatIsBehindCatchesUp() async throws {
        let settings = try Mesh.settings(4, 1)
        let programs = (0..<4).map { Adding(value: 100 * $0, rounds: 1) }
        var states = await Mesh.run(programs, settings, try await Mesh.sessions(settings)).map(\.saved)
        states[3] = SumState(job: Mesh.job, siteCount: 4)
        let again = await Mesh.run(programs, settings, try await Mesh.sessions(settings), from: states)
        #expect(again.allSatisfy { $0.sums == [600] })
        #expect(again[3].saved.rounds == again[0].saved.rounds)
        // It vouches for no vector that it may never have sent, and those that did vouch for theirs.
        #expect(again[3].saved.own == [.zero] && !again[0].saved.own.contains(.zero))
        let third = await Mesh.run(programs, settings, try await Mesh.sessions(settings), from: again.map(\.saved))
        #expect(third.allSatisfy { $0.sums == [600] })
    }

    @Test func oneBrokenLinkCostsNobody() async throws {
        let settings = try Mesh.settings(5, 1, .continue)
        let programs = (0..<5).map { Adding(value: 100 * $0) }
        let sessions = try await Mesh.sessions(settings) { own, peer, channel in
            own == 0 && peer == 1 ? BreakingChannel(channel, after: framesBefore + 3) : channel
        }
        for end in await Mesh.run(programs, settings, sessions) {
            #expect(end.sums == [1000, 1005, 1010])
            #expect(try end.result.get().rounds.allSatisfy { $0.sites == [0, 1, 2, 3, 4] })
        }
    }

    @Test func tooFewAreLeft() async throws {
        let settings = try Mesh.settings(3, 1, .continue)
        let programs = (0..<3).map { Adding(value: $0) }
        let sessions = try await Mesh.sessions(settings) { own, _, channel in
            own == 0 ? BreakingChannel(channel, after: framesBefore + 7) : channel
        }
        for end in await Mesh.run(programs, settings, sessions).dropFirst() {
            guard case .tooFewSites(_, needed: 3, _)? = end.error else {
                Issue.record("\(end.result)")
                continue
            }
        }
    }

    /// Four sites of which three are a quorum: once a vector is out the others may open the sum without its site. So a site whose budget
    /// refuses sends none.
    @Test func whoRefusesASumIsInNone() async throws {
        for onLoss in SumSettings.OnLoss.allCases {
            let settings = try Mesh.settings(4, 1, onLoss)
            let programs = (0..<4).map { Adding(value: 100 * $0, rounds: 1) }
            let ends = await Mesh.run(programs, settings, try await Mesh.sessions(settings)) { own, notice in
                if own == 3 { throw SumError.badSettings("the budget is spent, \(notice.name)") }
            }
            for end in ends { #expect(end.saved.rounds.allSatisfy { !$0.sites.contains(3) }) }
        }
    }

    /// A site that is cut off after its vector left has asked its ledger, and for the point.
    @Test(arguments: [2, 3, 4]) func whoIsCutOffHasAskedBefore(_ messages: Int) async throws {
        let settings = try Mesh.settings(4, 1)
        let programs = (0..<4).map { Adding(value: 100 * $0, rounds: 1) }
        let sessions = try await Mesh.sessions(settings) { own, _, channel in
            own == 3 ? BreakingChannel(channel, after: framesBefore + messages) : channel
        }
        let asked = Mutex<[SumNotice]>([])
        _ = await Mesh.run(programs, settings, sessions) { own, notice in
            if own == 3 { asked.withLock { $0.append(notice) } }
        }
        #expect(asked.withLock { $0.map(\.point) } == [Bytes32(hashing: "sum 0".utf8)])
    }

    @Test func aChangedInputIsRefusedByTheSiteItself() async throws {
        let settings = try Mesh.settings(3, 1)
        var programs = (0..<3).map { Adding(value: 100 * $0) }
        let ends = await Mesh.run(programs, settings, try await Mesh.sessions(settings))
        programs[1] = Adding(value: 101)
        let again = await Mesh.run(programs, settings, try await Mesh.sessions(settings), from: ends.map(\.saved))
        #expect(again[1].error == .inputChanged(round: 0))
        // Also where nothing was opened yet: another may have it.
        programs[1] = Adding(value: 101, input: Bytes32(hashing: "other rows".utf8))
        var states = ends.map { _ in SumState(job: Mesh.job, siteCount: 3) }
        states[1].input = Bytes32(hashing: "rows".utf8)
        let third = await Mesh.run(programs, settings, try await Mesh.sessions(settings), from: states)
        #expect(third[1].error == .inputChanged(round: 0))
    }

    /// A site that comes back without its state and with another input: the others see another sum.
    @Test func aSumThatIsOpenedAgainMustBeTheSame() async throws {
        let settings = try Mesh.settings(3, 1)
        var programs = (0..<3).map { Adding(value: 100 * $0, rounds: 1) }
        var states = await Mesh.run(programs, settings, try await Mesh.sessions(settings)).map(\.saved)
        programs[1] = Adding(value: 101, rounds: 1)
        // Only one site has the sum, so it is no sum yet.
        for site in 1...2 { states[site] = SumState(job: Mesh.job, siteCount: 3) }
        let again = await Mesh.run(programs, settings, try await Mesh.sessions(settings), from: states)
        #expect(again[0].error == .reopenedDiffers(round: 0))
    }

    @Test func statesThatAreTooFarApartAreRefused() async throws {
        let settings = try Mesh.settings(3, 1)
        let programs = (0..<3).map { Adding(value: 100 * $0) }
        var states = await Mesh.run(programs, settings, try await Mesh.sessions(settings)).map(\.saved)
        states[2] = SumState(job: Mesh.job, siteCount: 3)
        let again = await Mesh.run(programs, settings, try await Mesh.sessions(settings), from: states)
        #expect(again[0].error == .violation(site: "site2", name: "stateMismatch"))
    }

    @Test func sitesWithOtherTermsAreNamed() async throws {
        let settings = try Mesh.settings(4, 1)
        let sessions = try await Mesh.sessions(settings)
        let others = try Mesh.settings(4, 2)
        let results = await withTaskGroup(of: (Int, Result<SumMesh, any Error>).self) { group in
            for own in 0..<4 {
                let (key, peers) = (sessions.keys[own], sessions.all[own])
                group.addTask {
                    (
                        own,
                        await result {
                            try await SumMesh.open(peers, settings: own == 3 ? others : settings, own: own) {
                                try key.sign($0)
                            }
                        }
                    )
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for own in 0..<3 {
            guard case .failure(let error)? = results[own] else {
                Issue.record("site \(own) went on")
                continue
            }
            #expect(error as? SumError == .otherMesh(site: "site3", other: "site\(own)"))
        }
    }
}
