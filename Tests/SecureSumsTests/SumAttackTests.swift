import TestSupport
import Testing
import Wire

@testable import SecureSums

/// Attacks that work on a weaker protocol and not on this one (`protocols/row-split.md` 8, 10).
@Suite struct SumAttackTests {
    /// Whether honest sites that were told different things give a coalition both kinds of shares of one of them: `told` of them
    /// release shares of self seeds, the rest those of seeds.
    private func bothKinds(_ n: Int, _ c: Int, threshold: Int) -> Bool {
        (0...n - c).contains { told in told + c >= threshold && n - c - told + c >= threshold }
    }

    @Test func noSplitOfTheSitesGivesBothKinds() throws {
        for n in 3...50 {
            for c in 1...n - 2 {
                let settings = try SumSettings(parties: (0..<n).map { "site\($0)" }, coalition: c)
                let quorum = settings.quorum(of: n)
                #expect(!bothKinds(n, c, threshold: quorum), "\(n), \(c)")
                // Two groups that sign different things have an honest site in common, who signs one.
                #expect(2 * quorum - n > c && quorum <= n, "\(n), \(c)")
            }
        }
        // With half of the sites and one, or where a dealer's own share is not counted: there are splits.
        for (n, c) in [(5, 2), (7, 2), (8, 3)] { #expect(bothKinds(n, c, threshold: n / 2 + 1)) }
        for (n, c) in [(4, 2), (5, 1), (9, 3)] { #expect(bothKinds(n, c, threshold: (n - 1 + c) / 2 + 1)) }
    }

    /// Five sites, the last two together. Two honest ones are told that site 0 is present and release shares of its self seed, the
    /// third is told that it is absent and releases shares of the others. With the weak threshold its vector is open.
    @Test(arguments: [3, 4]) func bothKindsOpenAVector(_ threshold: Int) throws {
        let (n, point) = (5, Bytes32(hashing: "point".utf8))
        let statements = SumStatements(mesh: Bytes32(hashing: "mesh".utf8))
        let deals = (0..<n).map { own in
            RoundDeal(
                [UInt128(1000 + own)], opened: 0, point: point, own: own, sites: Array(0..<n), siteCount: n,
                threshold: threshold, round: 1, statements: statements,
                entropy: Bytes32(hashing: "entropy\(own)".utf8).bytes,
                seeds: Dictionary(
                    uniqueKeysWithValues: (0..<n).filter { $0 != own }.map { ($0, Table.seed(own, $0)) }))
        }
        /// Of the coalition (3 and 4) and of the honest sites that release this kind.
        func secret(_ index: Int, releasedBy honest: [Int]) -> [UInt8] {
            let shares = (honest + [3, 4]).compactMap { site in
                deals[0].shares[site].map { (point: UInt8(site + 1), share: $0[index]) }
            }
            return ByteShares.reconstruct(Array(shares.prefix(threshold)))
        }
        var value = deals[0].publicPart.values[0] &- MaskStream.numbers(secret(0, releasedBy: [0, 1]), count: 1)[0]
        // Seeds with 1 and 2 of the one site that was told that 0 is absent; with 3 and 4 they are the coalition's own.
        for index in 1...2 {
            value = value &- MaskStream.numbers(secret(index, releasedBy: [2]), count: 1)[0]
        }
        for peer in [3, 4] { value = value &- MaskStream.numbers(Table.seed(0, peer), count: 1)[0] }
        #expect((value == 1000) == (threshold == 3))
    }

    /// The difference of a sum with a site and one without it is that site's. Under `wait` there is no such pair.
    @Test func aLossDisclosesUnlessTheOthersWait() async throws {
        for onLoss in SumSettings.OnLoss.allCases {
            let settings = try Mesh.settings(5, 1, onLoss)
            let programs = (0..<5).map { Adding(value: 1000 + 7 * $0) }
            // Gone after its first sum.
            let sessions = try await Mesh.sessions(settings) { own, _, channel in
                own == 4 ? BreakingChannel(channel, after: framesBefore + 6) : channel
            }
            let rounds = await Mesh.run(programs, settings, sessions)[0].saved.rounds
            // Adding's k-th sum has k for each site.
            let pairs = rounds.enumerated().flatMap { k, round in
                rounds.prefix(k).filter { $0.sites != round.sites }.map { earlier in
                    earlier.values[0] + UInt128(4 * k) - round.values[0]
                }
            }
            #expect(pairs.contains(1028) == (onLoss == .continue))
        }
    }

    /// A masked vector is uniform to those who have fewer shares than the threshold: the same whatever the value, up to the mask.
    @Test func masksChangeFromRoundToRound() throws {
        let secret = try PairKey(rawRepresentation: Array(repeating: 3, count: 32)).secret(
            with: PairKey(rawRepresentation: Array(repeating: 4, count: 32)).publicKey, session: .zero, mesh: .zero,
            isFirst: true)
        let seeds = (0..<100).compactMap { secret?.seed(ofRound: $0) }
        #expect(Set(seeds).count == 100)
    }
}
