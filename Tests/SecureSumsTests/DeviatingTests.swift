import TestSupport
import Testing
import Wire

@testable import SecureSums

/// One site that deviates among sites that do not, over sessions.
@Suite struct DeviatingTests {
    /// - Returns: what the honest sites end with; the last one deviates.
    private func run(
        _ way: Deviating.Way, sites: Int, coalition: Int, _ onLoss: SumSettings.OnLoss
    ) async throws -> [Mesh.End] {
        let settings = try Mesh.settings(sites, coalition, onLoss)
        let sessions = try await Mesh.sessions(settings)
        let last = sites - 1
        let deviating = Deviating(way: way, value: [UInt128(100 * last)], own: last, settings: settings)
        let (key, peers) = (sessions.keys[last], sessions.all[last])
        let task = Task { try? await deviating.run(peers, key: key, rounds: 4) }
        let ends = await Mesh.run((0..<last).map { Adding(value: 100 * $0) }, settings, sessions)
        task.cancel()
        return ends
    }

    @Test(arguments: SumSettings.OnLoss.allCases) func whoSendsTwoVectorsIsProven(
        _ onLoss: SumSettings.OnLoss
    ) async throws {
        let ends = try await run(.twoVectors(to: 1), sites: 5, coalition: 1, onLoss)
        let proofs = ends.compactMap { end -> EquivocationProof? in
            if case .equivocation(let proof)? = end.error { proof } else { nil }
        }
        #expect(!proofs.isEmpty && proofs.allSatisfy { $0.site == "site4" })
        #expect(ends.allSatisfy { $0.saved.rounds.isEmpty })
    }

    @Test func withThreeSitesWhoWithholdsSharesIsNamed() async throws {
        for end in try await run(.noShares, sites: 3, coalition: 1, .wait) {
            #expect(end.saved.rounds.isEmpty)
            guard case .sharesWithheld(let names)? = end.error else {
                // Told by the other one.
                guard case .suspended? = end.error else {
                    Issue.record("\(end.result)")
                    continue
                }
                continue
            }
            #expect(names == ["site2"])
        }
    }

    /// Nobody has a quorum then, and nobody who agreed is accused of withholding shares.
    @Test func withThreeSitesWhoSignsNoAccordIsNamed() async throws {
        for end in try await run(.noAccord, sites: 3, coalition: 1, .wait) {
            #expect(end.saved.rounds.isEmpty)
            switch end.error {
            case .sharesWithheld(let names)?: #expect(names == ["site2"])
            // Told by the other one.
            case .suspended?: break
            default: Issue.record("\(end.result)")
            }
        }
    }

    /// Whether the end is reached follows from the sums.
    @Test func whoHasAllSumsAndSaysOtherwiseIsNamed() async throws {
        let ends = try await run(.neverFinishes, sites: 4, coalition: 1, .wait)
        #expect(ends.allSatisfy { $0.saved.rounds.count == 3 })
        #expect(ends.contains { $0.error == .violation(site: "site3", name: "stateMismatch") })
    }

    @Test func withFiveSitesNobodyNeedsItsShares() async throws {
        for end in try await run(.noShares, sites: 5, coalition: 1, .continue) {
            #expect(end.sums == [1000, 1005, 1010])
        }
    }

    @Test func whoAltersSharesIsLost() async throws {
        let ends = try await run(.alteredShares, sites: 5, coalition: 1, .continue)
        for end in ends {
            // The first sum needs none of its shares; it is gone afterwards.
            let rounds = try end.result.get().rounds
            #expect(rounds.map(\.sites) == [[0, 1, 2, 3, 4], [0, 1, 2, 3], [0, 1, 2, 3]])
            #expect(rounds.map { $0.values[0] } == [1000, 604, 608])
        }
    }

    @Test(arguments: SumSettings.OnLoss.allCases) func whoIsInAnotherMeshIsNamedWithTheOneWhoNoticed(
        _ onLoss: SumSettings.OnLoss
    ) async throws {
        let ends = try await run(.otherMesh, sites: 4, coalition: 1, onLoss)
        #expect(ends.allSatisfy { $0.saved.rounds.isEmpty })
        #expect(ends.contains { $0.error == .otherMesh(site: "site3", other: "site0") })
    }

    /// A coalition alone leaves nobody out, even where the others go on.
    @Test func whoDeniesAnotherSiteChangesNothing() async throws {
        for end in try await run(.denies(0), sites: 5, coalition: 1, .continue) {
            #expect(end.sums == [1000, 1005, 1010])
        }
    }

    @Test func twoAccordsOpenOneSumOnly() async throws {
        for end in try await run(.twoAccords, sites: 5, coalition: 1, .continue) {
            for round in end.saved.rounds { #expect(round.sites == [0, 1, 2, 3, 4]) }
            #expect(end.sums == [1000, 1005, 1010])
        }
    }
}
