import Records
import SecureSums
import TestSupport
import Wire

@testable import PooledRegression

/// Something computed at all sites of a job in one process, each over a mesh of its own.
enum Computation {
    static func secret(_ site: Int) throws -> SiteSecret {
        try require(SiteSecret(bytes: [UInt8](repeating: UInt8(site + 1), count: 32)))
    }

    static func run<Result: Sendable>(
        _ settings: SumSettings, wrap: @Sendable (Int, Int, any PeerChannel) -> any PeerChannel = { $2 },
        _ compute: @escaping @Sendable (Int, SumMesh) async throws -> Result
    ) async throws -> [Swift.Result<Result, any Error>] {
        let sessions = try await Site.sessions(settings, wrap: wrap)
        return await withTaskGroup(of: (Int, Swift.Result<Result, any Error>).self) { group in
            for own in settings.parties.indices {
                let (key, peers) = (sessions.keys[own], sessions.all[own])
                group.addTask {
                    (
                        own,
                        await result {
                            let mesh = try await SumMesh.open(peers, settings: settings, own: own) { try key.sign($0) }
                            return try await compute(own, mesh)
                        }
                    )
                }
            }
            var results: [Int: Swift.Result<Result, any Error>] = [:]
            for await (own, result) in group { results[own] = result }
            return results.keys.sorted().compactMap { results[$0] }
        }
    }

    static func start(_ settings: SumSettings) -> SumState {
        SumState(job: Site.job, siteCount: settings.parties.count)
    }

    /// What a program opens when all sites follow it, without a mesh.
    static func sums<Course: SumCourse>(_ programs: [CourseProgram<Course>]) throws -> [OpenedSum] {
        var sums: [OpenedSum] = []
        while let step = try programs[0].next(after: sums) {
            let parts = try programs.map { try $0.contribution(to: step.request) }
            sums.append(OpenedSum(point: step.point, sites: Array(programs.indices), values: total(parts)))
        }
        return sums
    }

    static func total(_ parts: [[UInt128]]) -> [UInt128] {
        parts.dropFirst().reduce(parts[0]) { zip($0, $1).map { $0 &+ $1 } }
    }
}

struct Missing: Error {}

private func require<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing() }
    return value
}
