import Foundation
import Jobs
import SecureSums
import Site
import Transcript
import Wire

/// What one site's folder of a pooled fit holds of the mesh: its sessions with all others, read without judging them.
struct MeshCopy {
    /// One session, as its two logs have it.
    struct Pair {
        let peer: String
        let transcript: String
        let session: Bytes32
        /// What each side said of all its logs, by sender.
        var heads: [String: MeshHeads] = [:]
        /// Records of sums with their payloads, of both directions.
        var sums: [(record: Record, payload: [UInt8])] = []
        /// Identity keys, by party.
        var keys: [String: VerifyingKey] = [:]
        /// Roots of each direction at every size that a head may name, by sender.
        var trees: [String: MerkleTree] = [:]
    }

    /// What stands beside the transcripts.
    enum Result {
        case missing
        /// There, and not what a run writes.
        case unreadable
        case report(PooledReport)

        init(in folder: String) {
            let path = "\(folder)/\(PooledFiles.result)"
            guard FileManager.default.fileExists(atPath: path) else {
                self = .missing
                return
            }
            let report = (try? PrivateFile.readBytes(path, limit: 1 << 26)).flatMap {
                try? ResultFiles.decoder.decode(PooledReport.self, from: Data($0))
            }
            self = report.map { .report($0) } ?? .unreadable
        }
    }

    let folder: String
    let result: Result
    let keeper: String
    let job: Job
    let jobHash: Bytes32
    /// By peer.
    let pairs: [String: Pair]

    var report: PooledReport? { if case .report(let report) = result { report } else { nil } }

    /// Folders of transcripts of a pooled fit's results; nil where there are none.
    static func transcripts(of folder: String) -> [String]? {
        let inside = "\(folder)/\(MeshExecution.transcripts)"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: inside)) ?? []
        let found = names.sorted().map { "\(inside)/\($0)" }.filter {
            FileManager.default.fileExists(atPath: "\($0)/\(TranscriptLayout.parties)")
        }
        return found.isEmpty ? nil : found
    }

    /// - Throws: `Failure` 65 for a folder that has no such transcripts, or those of several sites.
    init(_ folder: String) throws {
        guard let transcripts = Self.transcripts(of: folder) else {
            throw Failure(
                .badData, "noTranscript", "\(folder) has no transcripts of a pooled fit",
                hint: "give the results folder that `moiety job run` wrote for a job split by rows")
        }
        var pairs: [String: Pair] = [:]
        var keepers: Set<String> = []
        var jobs: [Bytes32: Job] = [:]
        for transcript in transcripts {
            let listing = try TranscriptListing(folder: transcript)
            guard let agreed = listing.agreed(among: .moiety), agreed.job.isSplitByRows else {
                throw Failure(.badData, "otherJob", "\(transcript) is not of a job split by rows")
            }
            let parties = listing.parties
            keepers.insert(parties.keeper.name)
            jobs[parties.jobHash] = agreed.job
            let peer = parties.other(than: parties.keeper.name).name
            var pair = Pair(peer: peer, transcript: transcript, session: parties.session)
            for party in parties.parties {
                pair.keys[party.name] = party.identity
                var tree = MerkleTree()
                try listing.forEachRecord(from: party.name) { item in
                    tree.append(leaf: item.leaf)
                    if let payload = item.payload { pair.take(item.record, payload) }
                    return true
                }
                pair.trees[party.name] = tree
            }
            pairs[peer] = pair
        }
        guard keepers.count == 1, jobs.count == 1, let keeper = keepers.first, let (hash, job) = jobs.first else {
            throw Failure(.badData, "mixedTranscripts", "\(folder) mixes transcripts of several sites or jobs")
        }
        self.folder = folder
        result = Result(in: folder)
        self.keeper = keeper
        self.job = job
        jobHash = hash
        self.pairs = pairs
    }

    /// Identity of the mesh as the set-up messages make it (`protocols/row-split.md` 2); nil where they contradict each other or a
    /// session's own id, or are not all there.
    var mesh: Bytes32? {
        guard let settings = try? SumSettings(job), let follower = try? follower(settings) else { return nil }
        return try? follower.mesh()
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
            for (record, payload) in pair.sums { follower.take(record, payload: payload, with: index) }
        }
        return follower
    }

    /// The sums from which the attempt went on.
    ///
    /// - Throws: ``NoStart`` where `private/` is not at hand.
    func start() throws -> SumState {
        guard let pair = pairs.values.min(by: { $0.peer < $1.peer }) else { throw NoStart() }
        let path = "\(pair.transcript)/\(TranscriptLayout.privateFolder)/\(MeshStation.startFile)"
        guard FileManager.default.fileExists(atPath: path) else { throw NoStart() }
        return try SumState(encoded: PrivateFile.readBytes(path, limit: 1 << 28))
    }
}

extension MeshCopy.Pair {
    fileprivate mutating func take(_ record: Record, _ payload: [UInt8]) {
        if record.type.protocolID == SumDescription.protocolVersion.id { sums.append((record, payload)) }
        if record.type == .meshHeads { heads[record.from] = try? MeshHeads(payload: payload) }
    }
}
