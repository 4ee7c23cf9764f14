import SecureSums
import TestSupport
import Wire

@testable import PooledRegression

/// Runs of all sites of a job in one process.
enum Site {
    static let job = Bytes32(hashing: Array("job".utf8))

    static func names(_ count: Int) -> [String] { (0..<count).map { "site\($0)" } }

    static func settings(
        _ sites: Int, coalition: Int, onLoss: SumSettings.OnLoss = .wait, patience: Duration = .seconds(30)
    ) throws -> SumSettings {
        try SumSettings(parties: names(sites), coalition: coalition, onLoss: onLoss, patience: patience)
    }

    static func sessions(
        _ settings: SumSettings, wrap: @Sendable (Int, Int, any PeerChannel) -> any PeerChannel = { $2 }
    ) async throws -> SiteSessions {
        try await SiteSessions.open(
            settings.parties, job: job, roles: (SumDescription.first, SumDescription.second),
            protocols: [SumDescription.protocolVersion],
            plan: { ProtocolPlan([.init(SumDescription.description, parties: ["first": $0, "second": $1])]) },
            wrap: wrap)
    }

    /// What each site has at the end.
    static func fit(
        _ model: PooledModel, coalition: Int, sites: Int = 3, rows: (Int) throws -> PooledRows
    ) async throws -> [PooledOutcome] {
        let settings = try settings(sites, coalition: coalition)
        let fits = try (0..<sites).map { try PooledFit(model, rows: rows($0)) }
        let results = await run(fits, settings, sessions: try await sessions(settings))
        return try results.map { try $0.get() }
    }

    static func run(
        _ fits: [PooledFit], _ settings: SumSettings, sessions: SiteSessions, states: [PooledState]? = nil
    ) async -> [Result<PooledOutcome, any Error>] {
        await withTaskGroup(of: (Int, Result<PooledOutcome, any Error>).self) { group in
            for (own, fit) in fits.enumerated() {
                let (own, key) = (own, sessions.keys[own])
                let peers = sessions.all[own]
                let state = states?[own] ?? PooledState(job: job, siteCount: fits.count)
                group.addTask {
                    (
                        own,
                        await result {
                            let mesh = try await SumMesh.open(peers, settings: settings, own: own) { try key.sign($0) }
                            return try await fit.run(over: mesh, from: state)
                        }
                    )
                }
            }
            var results: [Int: Result<PooledOutcome, any Error>] = [:]
            for await (own, result) in group { results[own] = result }
            return results.keys.sorted().compactMap { results[$0] }
        }
    }
}
