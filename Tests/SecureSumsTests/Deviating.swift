import TestSupport
import Wire

@testable import SecureSums

/// A site that follows the protocol but for one thing.
struct Deviating: Sendable {
    enum Way: Sendable, Equatable {
        /// Another vector to the site with that index.
        case twoVectors(to: Int)
        case noShares
        case alteredShares
        /// Says that it lacks that site's vector, and that it does not have that site.
        case denies(Int)
        /// Signs no accord.
        case noAccord
        /// Never says that it has reached the end.
        case neverFinishes
        /// Signs another accord for all but the first.
        case twoAccords
        /// Says that it is in another mesh.
        case otherMesh
        /// Says so from the second round on, to that site alone.
        case otherMeshTo(Int)
        /// Says from the second round on, to that site alone, that it has other sums.
        case otherHeadsTo(Int)
        /// Says from the second round on that it does not have itself, and has other sums.
        case lacksItself
        /// Is out of step with all in the second round, and in the third with that site alone: it drops the others.
        case stalls(Int)
    }

    let way: Way
    let value: [UInt128]
    let own: Int
    let settings: SumSettings

    /// Runs until the others have enough of it.
    func run(_ sessions: [Int: Session], key: SigningKey, rounds: UInt32) async throws {
        let mesh = try await SumMesh.open(sessions, settings: settings, own: own) { try key.sign($0) }
        let (secrets, statements, keys) = (await mesh.secrets, await mesh.statements, await mesh.keys)
        var state = SumState(job: Mesh.job, siteCount: settings.parties.count)
        let sites = Array(settings.parties.indices)
        for number in 1...rounds {
            _ = try await exchange(sessions, number, by: presences(number, state, statements.mesh))
            let name = "sum \(state.rounds.count)"
            let point = Bytes32(hashing: name.utf8)
            let terms = SumRound.Terms(
                settings: settings, statements: statements, keys: keys, own: own, number: number, sites: sites,
                opened: state.rounds.count, point: point, count: 2)
            let isOutOfStep = if case .stalls = way { number >= 2 } else { false }
            let opened = state.rounds.count + (isOutOfStep ? 9 : 0)
            func vector(_ values: [UInt128]) throws -> (RoundDeal, [UInt8], [UInt8]) {
                let seeds = sites.compactMap { site in secrets[site].map { (site, $0.seed(ofRound: number)) } }
                let deal = RoundDeal(
                    values, opened: opened, point: point, own: own, sites: sites, siteCount: sites.count,
                    threshold: terms.threshold, round: number, statements: statements,
                    entropy: Bytes32.random().bytes, seeds: Dictionary(uniqueKeysWithValues: seeds))
                let bytes = try deal.publicPart.encoded()
                let text = try statements.vector(Bytes32(hashing: bytes), round: number, sender: own)
                return (deal, bytes, try key.sign(text))
            }
            let honest = try vector([value[0] + UInt128(state.rounds.count), 7])
            let other = try vector([value[0] + 1000, 7])
            var outgoing: [Int: VectorMessage] = [:]
            for site in sites {
                let made = way == .twoVectors(to: site) ? other : honest
                outgoing[site] = VectorMessage(
                    publicPart: made.1, signature: made.2, shares: made.0.shares[site] ?? [])
            }
            if case .stalls(let site) = way, number >= 3 {
                for (other, session) in sessions where other != site {
                    await session.abort(AbortReason(.transport, "gone"))
                }
            }
            var round = SumRound(terms)
            if !isOutOfStep, let message = outgoing[own] { try round.take(message, from: own) }
            for (site, message) in try await exchange(sessions, number, by: outgoing) {
                try round.take(message, from: site)
            }
            var receipt = round.receipt
            if case .denies(let site) = way { receipt.vectors[site] = nil }
            for (site, message) in try await exchange(sessions, number, receipt) { try round.take(message, from: site) }
            let digest = round.agree()
            var accords: [Int: AccordMessage] = [:]
            for site in sites {
                let told = way == .twoAccords && site > 0 ? Bytes32(hashing: "other".utf8) : digest
                let signed = try (way == .noAccord ? nil : told).map { told in
                    let text = try statements.agreed(told, round: number, sender: own)
                    return SignedDigest(digest: told, signature: try key.sign(text))
                }
                accords[site] = AccordMessage(accord: signed, forwarded: [])
            }
            for (site, message) in try await exchange(sessions, number, by: accords) {
                try round.take(message, from: site)
            }
            var release = round.release
            if way == .noShares { release = ReleaseMessage(shares: []) }
            if way == .alteredShares { release.shares[0]?[0] ^= 1 }
            for (site, message) in try await exchange(sessions, number, release) { try round.take(message, from: site) }
            if let sum = try round.sum() { state.append(sum, own: .zero) }
        }
    }

    private func presences(_ number: UInt32, _ state: SumState, _ mesh: Bytes32) -> [Int: PresenceMessage] {
        let sites = settings.parties.indices
        let common = PresenceMessage(
            mesh: way == .otherMesh ? .zero : mesh, heads: state.heads, present: sites.map { way != .denies($0) },
            isFinished: way != .neverFinishes && state.rounds.count >= Adding(value: 0).rounds,
            last: state.rounds.last)
        var all = Dictionary(uniqueKeysWithValues: sites.map { ($0, common) })
        guard number >= 2 else { return all }
        switch way {
        case .otherMeshTo(let site): all[site]?.mesh = .zero
        case .otherHeadsTo(let site): all[site]?.heads = [.zero]
        case .lacksItself:
            for site in sites {
                all[site]?.heads = [.zero]
                all[site]?.present[own] = false
            }
        default: break
        }
        return all
    }

    private func exchange<M: Message>(
        _ sessions: [Int: Session], _ round: UInt32, _ message: M
    ) async throws -> [(Int, M)] {
        try await exchange(sessions, round, by: sessions.mapValues { _ in message })
    }

    private func exchange<M: Message>(
        _ sessions: [Int: Session], _ round: UInt32, by outgoing: [Int: M]
    ) async throws -> [(Int, M)] {
        let (received, _) = await Flight.exchange(outgoing, over: sessions, round: round, within: .seconds(60))
        guard !received.isEmpty else { throw WireError.sessionEnded }
        return received.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
