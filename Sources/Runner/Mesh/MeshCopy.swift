import Foundation
import Jobs
import PrivateSetIntersection
import ProtocolKit
import SecureSums
import Site
import SplitRegression
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
        /// Records of what the mesh computes with their payloads, of both directions; of bulk ones none. Each payload is its record's.
        var records: [(record: Record, payload: [UInt8])] = []
        /// The root of each party's part of a model, by party: at the end of a fit, or before a prediction.
        var models: [String: Bytes32] = [:]
        /// What its outcome counts; nil where it has none.
        var counts: [String: Int64]?
        /// Identity keys, by party.
        var keys: [String: VerifyingKey] = [:]
        /// Keys of both parties' logs, by party.
        var logKeys: [String: Set<VerifyingKey>] = [:]
        /// Roots of each direction at every size that a head may name, by sender.
        var trees: [String: MerkleTree] = [:]
    }

    let folder: String
    let keeper: String
    let job: Job
    let jobHash: Bytes32
    /// What the sessions were for.
    let purpose: SessionPurpose
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

    /// What this user may not read is no fault of the folder, and must not look like something else or like nothing.
    ///
    /// - Throws: `Failure` 77.
    static func demandReadable(_ folder: String) throws {
        let inside = "\(folder)/\(MeshFolder.transcripts)"
        let transcripts = ((try? FileManager.default.contentsOfDirectory(atPath: inside)) ?? []).sorted().map {
            "\(inside)/\($0)"
        }
        // A transcript's other files are demanded where it is verified.
        let files = [TranscriptLayout.parties, TranscriptLayout.job, TranscriptLayout.jobText]
        try PrivateFile.demandReadable(
            [folder, inside, "\(folder)/\(MeshFolder.result)"]
                + transcripts.flatMap { transcript in [transcript] + files.map { "\(transcript)/\($0)" } })
        for transcript in transcripts { try ResultChecks.demandReadable(transcript: transcript, results: folder) }
    }

    /// - Throws: `Failure` 65 for a folder that has no such transcripts, or those of several sites; 77 for one that this user may not read.
    init(_ folder: String) throws {
        try Self.demandReadable(folder)
        guard let transcripts = Self.transcripts(of: folder) else {
            throw Failure(
                .badData, "noTranscript", "\(folder) has no transcripts of sessions with several parties",
                hint: "give the results folder that stands around `\(MeshFolder.transcripts)`")
        }
        var pairs: [String: Pair] = [:]
        var room = Self.mostBytes
        var keepers: Set<String> = []
        var jobs: [Bytes32: (Job, SessionPurpose)] = [:]
        for transcript in transcripts {
            let listing = try TranscriptListing(folder: transcript)
            guard let agreed = listing.agreed(among: .moiety), agreed.job.isMesh else {
                throw Failure(
                    .badData, "otherJob", "\(transcript) is of a job of two parties",
                    hint: "verify that transcript alone")
            }
            let parties = listing.parties
            keepers.insert(parties.keeper.name)
            jobs[parties.jobHash] = (agreed.job, agreed.protocol.purpose)
            let peer = parties.other(than: parties.keeper.name).name
            guard transcript.hasSuffix("/\(peer)"), pairs[peer] == nil else {
                throw Failure(
                    .badData, "strayTranscript",
                    "\(transcript) is of a session with \(peer), which stands in another folder",
                    hint: "put each transcript back under the name of the other party, and nothing else beside them")
            }
            var pair = Pair(peer: peer, transcript: transcript, session: parties.session)
            let outcome = try? PrivateFile.readBytes("\(transcript)/\(TranscriptLayout.outcome)", limit: 1 << 20)
            pair.counts = outcome.flatMap { try? Outcome(encoded: $0) }?.counts
            let heads = listing.signedHeads
            for party in parties.parties {
                pair.keys[party.name] = party.identity
                pair.logKeys[party.name] = [party.logKey, party.witnessKey]
                var tree = MerkleTree()
                try listing.forEachRecord(from: party.name) { item in
                    let place = tree.size
                    tree.append(leaf: item.leaf)
                    // What its sender did not sign is nobody's word: whoever kept the folder may have made it. Of sums over sites, which
                    // go on without a site whose session has no end, statements are signed one by one.
                    guard let payload = item.payload,
                        item.record.type.protocolID == SumDescription.protocolVersion.id
                            || heads.standing(of: item.record, from: party.name, at: place) == .signed
                    else { return true }
                    room -= pair.take(item.record, payload)
                    guard room >= 0 else {
                        throw Failure(
                            .badData, "tooLarge",
                            "\(transcript): the messages that are checked together come to more than "
                                + "\(Self.mostBytes >> 20) MiB",
                            hint: "no session makes so many: who handed this folder over?")
                    }
                    return true
                }
                pair.trees[party.name] = tree
            }
            pairs[peer] = pair
        }
        guard keepers.count == 1, jobs.count == 1, let keeper = keepers.first, let (hash, (job, purpose)) = jobs.first
        else {
            throw Failure(.badData, "mixedTranscripts", "\(folder) mixes transcripts of several sites or jobs")
        }
        self.folder = folder
        self.keeper = keeper
        self.job = job
        jobHash = hash
        self.purpose = purpose
        self.pairs = pairs
    }
}

extension MeshCopy {
    /// What is kept of all sessions of a folder, which somebody else may have made.
    fileprivate static let mostBytes = 1 << 30
}

extension MeshCopy.Pair {
    /// - Returns: how many bytes it keeps.
    @discardableResult mutating func take(_ record: Record, _ payload: [UInt8]) -> Int {
        var kept = 0
        if record.type.protocolID == SumDescription.protocolVersion.id || MultipartyFollower.reads(record)
            || AnnouncedNumbers.areIn(record) || DescribedReading.reads(record), record.matches(payload: payload)
        {
            records.append((record, payload))
            kept = payload.count
        }
        let model: Bytes32? =
            switch record.type {
            case .modelCommitment: (try? ModelCommitment(payload: payload))?.root
            case .commitments:
                (try? InputCommitments(payload: payload))?.items.first { $0.label == ModelBinding.label }?.root
            default: nil
            }
        if let model { models[record.from] = model }
        if record.type == .meshHeads { heads[record.from] = try? MeshHeads(payload: payload) }
        return kept
    }
}

extension MeshCopy {
    /// Two parties under different names of which one key is the same: who holds two places sees what is shared between them.
    var sharingKeys: (String, String)? {
        var holders: [VerifyingKey: String] = [:]
        for pair in pairs.values.sorted(by: { $0.peer < $1.peer }) {
            for (name, identity) in pair.keys.sorted(by: { $0.key < $1.key }) {
                for key in [identity] + (pair.logKeys[name] ?? []) {
                    if let other = holders[key], other != name { return (other, name) }
                    holders[key] = name
                }
            }
        }
        return nil
    }
}
