import Foundation
import Jobs
import PooledRegression
import SecureSums
import Site
import Transcript
import Wire

/// What a verifier checks of pooled fits beyond their sessions. `protocols/transcript.md` 9.4.
struct PooledFollowing: MeshFollowing {
    /// What stands beside the transcripts.
    enum Result {
        case missing
        /// There, and not what a run writes.
        case unreadable
        case report(PooledReport)

        init(in folder: String) {
            let path = "\(folder)/\(MeshFolder.result)"
            guard FileManager.default.fileExists(atPath: path) else {
                self = .missing
                return
            }
            let report = (try? PrivateFile.readBytes(path, limit: 1 << 26)).flatMap {
                try? ResultFiles.decoder.decode(PooledReport.self, from: Data($0))
            }
            self = report.flatMap { $0.answer == nil ? nil : .report($0) } ?? .unreadable
        }
    }

    func identity(_ copy: MeshCopy) -> Bytes32? {
        try? copy.follower(SumSettings(copy.job)).mesh()
    }

    func lost(_ copy: MeshCopy) -> [String] { Self.report(copy)?.lost ?? [] }

    private static func report(_ copy: MeshCopy) -> PooledReport? {
        if case .report(let report) = Result(in: copy.folder) { report } else { nil }
    }

    func unlike(_ copy: MeshCopy, mesh: Bytes32) -> String? {
        guard let result = Self.report(copy) else { return nil }
        let job = copy.job
        let names = job.parties.map(\.name)
        guard result.job == job.hash.hex, result.mesh == mesh.hex else { return "is of another job or run" }
        guard result.sites == result.answer?.sites, Set(result.sites).isSubset(of: names),
            result.lost == names.filter({ !result.sites.contains($0) }), result.sites.contains(copy.keeper)
        else { return "names other sites than its sums have" }
        guard result.lost.isEmpty || job.rows?.onLoss == .continue else {
            return "leaves out sites that the job waits for"
        }
        return result.sites.count >= job.fewestInRound ? nil : "has fewer sites than the job lets go on"
    }

    /// Needs the sums that were opened before the attempt, which a site keeps to itself.
    func outcome(_ copy: MeshCopy) -> VerificationReport.Finding {
        func skipped(_ reason: String) -> VerificationReport.Finding {
            .init(check: .m05, status: .notEvaluated, sentence: "Not evaluated for \(copy.keeper): \(reason).")
        }
        func failed(_ error: String, _ sentence: String) -> VerificationReport.Finding {
            .init(check: .m05, status: .failed, error: error, sentence: sentence)
        }
        do {
            let settings = try SumSettings(copy.job)
            let state = try copy.follower(settings).sums(from: try copy.start())
            let answer = try PooledTask(copy.job).outcome(of: state.rounds, settings)
            let counts = PooledResult.counts(of: answer)
            guard copy.pairs.values.allSatisfy({ $0.counts == nil || $0.counts == counts }) else {
                return failed("countMismatch", "An outcome of \(copy.keeper)'s counts otherwise than the sums do.")
            }
            let report: PooledReport
            switch Result(in: copy.folder) {
            case .missing: return skipped("\(MeshFolder.result) is not at hand")
            case .unreadable:
                return failed(
                    "resultUnreadable", "\(copy.keeper)'s \(MeshFolder.result) is not what a run of the job writes.")
            case .report(let found): report = found
            }
            guard try answer.json() == report.answer?.json() else {
                return failed(
                    "resultMismatch",
                    "The sums in \(copy.keeper)'s logs come to another result than the one beside them.")
            }
        } catch is MeshCopy.NoStart {
            return skipped("the sums from which the attempt went on stand in private/, which is not at hand")
        } catch {
            return failed(
                Failure(describing: error).code,
                "The sums do not follow from \(copy.keeper)'s logs: \(Failure(describing: error).message).")
        }
        return .init(check: .m05, status: .passed, sentence: "\(Check.m05.sentence) (\(copy.keeper))")
    }
}

extension MeshCopy {
    /// The attempt went on from sums that are not at hand.
    struct NoStart: Error {}

    /// Follows the sums of this site's sessions.
    func follower(_ settings: SumSettings) throws -> SumFollower {
        var keys: [Int: VerifyingKey] = [:]
        var sessions: [Int: Bytes32] = [:]
        for pair in pairs.values {
            for (name, key) in pair.keys { if let index = job.index(of: name) { keys[index] = key } }
            if let index = job.index(of: pair.peer) { sessions[index] = pair.session }
        }
        var follower = SumFollower(
            settings: settings, own: job.index(of: keeper) ?? 0, job: jobHash, keys: keys, sessions: sessions)
        for pair in pairs.values {
            guard let index = job.index(of: pair.peer) else { continue }
            for (record, payload) in pair.records { follower.take(record, payload: payload, with: index) }
        }
        return follower
    }

    /// The sums from which the attempt went on.
    ///
    /// - Throws: ``NoStart`` where `private/` is not at hand.
    func start() throws -> SumState {
        guard let pair = pairs.values.min(by: { $0.peer < $1.peer }) else { throw NoStart() }
        let path = "\(pair.transcript)/\(TranscriptLayout.privateFolder)/\(PooledJob.startFile)"
        guard FileManager.default.fileExists(atPath: path) else { throw NoStart() }
        return try SumState(encoded: PrivateFile.readBytes(path, limit: 1 << 28))
    }
}
