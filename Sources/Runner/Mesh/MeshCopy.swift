import Foundation
import Jobs
import PrivateSetIntersection
import SecureSums
import Site
import Transcript
import Wire

/// What one party's folder holds of a mesh: its sessions with all others, read without judging them.
struct MeshCopy {
    /// One session, as its two logs have it.
    struct Pair {
        let peer: String
        let transcript: String
        let session: Bytes32
        /// What each side said of all its logs, by sender.
        var heads: [String: MeshHeads] = [:]
        /// Session ids that each side named, by sender.
        var rows: [String: [Bytes32]] = [:]
        /// Records of what the mesh computes with their payloads, of both directions; of bulk ones none.
        var records: [(record: Record, payload: [UInt8])] = []
        /// Identity keys, by party.
        var keys: [String: VerifyingKey] = [:]
        /// Roots of each direction at every size that a head may name, by sender.
        var trees: [String: MerkleTree] = [:]
    }

    let folder: String
    let keeper: String
    let job: Job
    let jobHash: Bytes32
    /// By peer.
    let pairs: [String: Pair]

    /// Folders of transcripts of results of a mesh; nil where there are none.
    static func transcripts(of folder: String) -> [String]? {
        let inside = "\(folder)/\(MeshFolder.transcripts)"
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
                .badData, "noTranscript", "\(folder) has no transcripts of sessions with several parties",
                hint: "give the results folder that stands around `\(MeshFolder.transcripts)`")
        }
        var pairs: [String: Pair] = [:]
        var keepers: Set<String> = []
        var jobs: [Bytes32: Job] = [:]
        for transcript in transcripts {
            let listing = try TranscriptListing(folder: transcript)
            guard let agreed = listing.agreed(among: .moiety), agreed.job.isMesh else {
                throw Failure(
                    .badData, "otherJob", "\(transcript) is of a job of two parties",
                    hint: "verify that transcript alone")
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
        self.keeper = keeper
        self.job = job
        jobHash = hash
        self.pairs = pairs
    }

    /// Identity of the mesh as the set-up messages make it (`protocols/row-split.md` 2, `protocols/multiparty-alignment.md` 1); nil where they contradict each other or a
    /// session's own id, or are not all there.
    var mesh: Bytes32? {
        let names = job.parties.map(\.name)
        guard let own = job.index(of: keeper) else { return nil }
        var rows: [[Bytes32]] = Array(repeating: [], count: names.count)
        for (index, name) in names.enumerated() where index != own {
            guard let pair = pairs[name], let mine = pair.rows[keeper], let theirs = pair.rows[name],
                mine.count == names.count, theirs.count == names.count, rows[own].isEmpty || rows[own] == mine,
                mine[index] == pair.session, theirs[own] == pair.session
            else { return nil }
            rows[own] = mine
            rows[index] = theirs
        }
        // SHA-256("moiety/mesh/v1" || job || u16 sites || ids of all pairs, by the first and then by the second)
        var bytes = Array("moiety/mesh/v1".utf8) + jobHash.bytes
        bytes += [UInt8(names.count >> 8), UInt8(names.count & 255)]
        for first in names.indices {
            for second in names.indices where second > first {
                guard rows[first][second] == rows[second][first] else { return nil }
                bytes += rows[first][second].bytes
            }
        }
        return Bytes32(hashing: bytes)
    }
}

extension MeshCopy.Pair {
    /// Set-up messages of meshes, and the bytes that stand in them before the ids of their sender's sessions.
    private static let setups = [MessageType(rawValue: 0x0600): 7, MessageType(rawValue: 0x0800): 6]

    fileprivate mutating func take(_ record: Record, _ payload: [UInt8]) {
        if Self.kept.contains(record.type.protocolID) { records.append((record, payload)) }
        if let bytes = Self.setups[record.type] { rows[record.from] = Self.sessions(inSetup: payload, after: bytes) }
        if record.type == .meshHeads { heads[record.from] = try? MeshHeads(payload: payload) }
    }

    private static let kept = [
        SumDescription.protocolVersion.id, ProtocolVersion.alignment.id, ProtocolVersion.multipartyAlignment.id,
    ]

    /// Of a set-up message, whose other fields the session's inspectors look at.
    private static func sessions(inSetup payload: [UInt8], after bytes: Int) -> [Bytes32]? {
        var decoder = Decoder(payload)
        guard (try? decoder.readFixed(bytes)) != nil else { return nil }
        return try? decoder.readArray(max: RowTerms.mostSites, minimumBytes: 32) { decoder throws(WireError) in
            try decoder.readBytes32()
        }
    }
}
