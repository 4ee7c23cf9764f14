import Synchronization
import TestSupport
import Wire

@testable import SecureSums

/// Adds up one number of each site, so many times: the k-th sum is of `value + k`.
struct Adding: SumProgram {
    let value: Int
    var rounds = 3
    /// The same for all values: then what was put in is all there is to compare.
    var input = Bytes32(hashing: "rows".utf8)

    func next(after sums: [OpenedSum]) throws -> SumStep<Int>? {
        guard sums.count < rounds else { return nil }
        let name = "sum \(sums.count)"
        return SumStep(name: name, point: Bytes32(hashing: name.utf8), count: 2, request: sums.count)
    }

    func contribution(to request: Int) throws -> [UInt128] { [UInt128(value + request), 7] }
}

/// All sites of a mesh in one process.
enum Mesh {
    static let job = Bytes32(hashing: Array("job".utf8))

    static func settings(
        _ sites: Int, _ coalition: Int, _ onLoss: SumSettings.OnLoss = .wait, patience: Duration = .seconds(20)
    ) throws -> SumSettings {
        try SumSettings(
            parties: (0..<sites).map { "site\($0)" }, coalition: coalition, onLoss: onLoss, patience: patience)
    }

    static func sessions(
        _ settings: SumSettings, keys: [SigningKey]? = nil,
        wrap: @Sendable (Int, Int, any PeerChannel) -> any PeerChannel = { $2 }
    ) async throws -> SiteSessions {
        try await SiteSessions.open(
            settings.parties, keys: keys, job: job, roles: (SumDescription.first, SumDescription.second),
            protocols: [SumDescription.protocolVersion],
            plan: { ProtocolPlan([.init(SumDescription.description, parties: ["first": $0, "second": $1])]) },
            limits: SessionLimits(wait: .seconds(300), handshake: .seconds(300), farewell: .milliseconds(200)),
            inspectors: { _ in [SumInspector(settings: settings)] }, wrap: wrap)
    }

    /// What each site ends with, and what it had saved.
    struct End: Sendable {
        var result: Result<SumState, any Error>
        var saved: SumState

        var sums: [UInt128]? { (try? result.get())?.rounds.map { $0.values[0] } }
        var error: SumError? { if case .failure(let error) = result { error as? SumError } else { nil } }
    }

    static func run(
        _ programs: [Adding], _ settings: SumSettings, _ sessions: SiteSessions, from states: [SumState]? = nil,
        willOpen: @escaping @Sendable (Int, SumNotice) async throws -> Void = { _, _ in }
    ) async -> [End] {
        await withTaskGroup(of: (Int, End).self) { group in
            for (own, program) in programs.enumerated() {
                let (key, peers) = (sessions.keys[own], sessions.all[own])
                let start = states?[own] ?? SumState(job: job, siteCount: settings.parties.count)
                group.addTask {
                    let saved = Mutex(start)
                    let result = await result {
                        let mesh = try await SumMesh.open(peers, settings: settings, own: own) { try key.sign($0) }
                        return try await mesh.run(
                            program, from: start, willOpen: { try await willOpen(own, $0) },
                            save: { state, _ in saved.withLock { $0 = state } })
                    }
                    return (own, End(result: result, saved: saved.withLock { $0 }))
                }
            }
            var ends: [Int: End] = [:]
            for await (own, end) in group { ends[own] = end }
            return ends.keys.sorted().compactMap { ends[$0] }
        }
    }
}

/// Frames of a site's session before its first round: hello, nonce, binding, set-up.
let framesBefore = 4
