import Foundation
import Synchronization
public import Wire

/// Writes a transcript folder while a session runs: one append-only log file a direction, cosigned checkpoints,
/// approvals, the outcome. `protocols/transcript.md`.
public final class TranscriptWriter: Recorder {
    private struct State {
        var parties: PartiesFile?
        var logs: [Direction: LogWriter] = [:]
        var files: Set<String> = []
        var equivocations = 0
    }

    public let layout: TranscriptLayout
    private let storage: PayloadStorage
    private let state = Mutex(State())

    /// - Parameters:
    ///   - folder: made if it is not there; must not already hold a transcript.
    ///   - storage: which payloads are kept; of the others the records hold the hashes.
    public init(folder: String, storage: PayloadStorage) throws(TranscriptError) {
        layout = TranscriptLayout(folder: folder)
        self.storage = storage
        guard !layout.exists(TranscriptLayout.parties) else { throw .alreadyThere(TranscriptLayout.parties) }
        for name in ["", TranscriptLayout.logs, TranscriptLayout.checkpoints, TranscriptLayout.approvals] {
            try Self.makeFolder(layout.path(name), mode: 0o755)
        }
        try Self.makeFolder(layout.path(TranscriptLayout.privateFolder), mode: 0o700)
    }

    // MARK: Recorder

    public func begin(_ session: SessionDescription) throws {
        try state.withLock { state in
            guard state.parties == nil else { throw WireError.recorderNotEmpty }
            let parties = PartiesFile(session)
            let (mine, theirs) = (session.local.name, session.peer.name)
            for (direction, from, to) in [(Direction.outgoing, mine, theirs), (.incoming, theirs, mine)] {
                let name = TranscriptLayout.log(from: from, to: to)
                state.logs[direction] = try LogWriter(creating: layout.path(name), name: name)
            }
            try write(try parties.encoded, to: TranscriptLayout.parties, &state)
            state.parties = parties
        }
    }

    public func append(_ record: [UInt8], payload: [UInt8], to direction: Direction) throws -> TreeHead {
        let keeps = storage.keeps(try Record(encoded: record))
        return try state.withLock { state in
            guard state.logs[direction] != nil else { throw TranscriptError.cannotWrite("log") }
            return try state.logs[direction]?.append(record, payload: keeps ? payload : nil) ?? .empty
        }
    }

    public func head(of direction: Direction) -> TreeHead {
        state.withLock { $0.logs[direction]?.tree.head ?? .empty }
    }

    public func root(of direction: Direction, at size: UInt64) -> Bytes32? {
        state.withLock { state in
            guard let log = state.logs[direction] else { return size == 0 ? MerkleHash.empty : nil }
            return log.tree.root(at: size)
        }
    }

    public func leaf(of direction: Direction, at sequence: UInt64) -> Bytes32? {
        state.withLock { state in
            guard let tree = state.logs[direction]?.tree, sequence < tree.size else { return nil }
            return tree.leaves[Int(sequence)]
        }
    }

    public func keep(checkpoint note: String, of direction: Direction) throws {
        try state.withLock { state in
            guard let parties = state.parties else { throw TranscriptError.cannotWrite("checkpoint") }
            let sender = direction == .outgoing ? parties.keeper.name : parties.other(than: parties.keeper.name).name
            let name = TranscriptLayout.checkpoint(from: sender, to: parties.other(than: sender).name)
            for log in state.logs.values { try log.synchronize() }
            try write(Array(note.utf8), to: name, &state)
        }
    }

    public func keep(equivocation notes: [String]) throws {
        try state.withLock { state in
            try Self.makeFolder(layout.path(TranscriptLayout.equivocations), mode: 0o755)
            state.equivocations += 1
            for (index, note) in notes.enumerated() {
                let name = "\(TranscriptLayout.equivocations)/\(state.equivocations)-\(index + 1).txt"
                try write(Array(note.utf8), to: name, &state)
            }
        }
    }

    // MARK: Files beside the logs

    /// The job as people wrote it, and its canonical encoding, whose SHA-256 is the job's identity.
    public func addJob(yaml: String, canonical: [UInt8]) throws {
        try state.withLock { state in
            try write(Array(yaml.utf8), to: TranscriptLayout.jobText, &state)
            try write(canonical, to: TranscriptLayout.job, &state)
        }
    }

    /// A party's approval, as a signed note.
    public func addApproval(of party: String, note: String) throws {
        guard PartyName.isValid(party) else { throw TranscriptError.invalidApproval(party: party) }
        try state.withLock { state in
            try write(Array(note.utf8), to: TranscriptLayout.approval(of: party), &state)
        }
    }

    /// Which program runs here, in this party's own words; the outcome signs it with the other files.
    public func add(_ build: BuildNote) throws {
        try state.withLock { state in
            try write(Array(build.text.utf8), to: TranscriptLayout.build, &state)
        }
    }

    /// Which results stand beside the transcript; the outcome signs it with the other files.
    public func add(_ results: ResultList) throws {
        try state.withLock { state in
            try write(Array(results.text.utf8), to: TranscriptLayout.results, &state)
        }
    }

    /// A secret of this site (seed, openings): mode 0600, never part of what is handed out.
    public func addPrivate(_ name: String, _ bytes: [UInt8]) throws {
        guard PartyName.isValid(name) else { throw TranscriptError.cannotWrite("private file") }
        let path = layout.path("\(TranscriptLayout.privateFolder)/\(name)")
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(bytes), attributes: [.posixPermissions: NSNumber(value: 0o600)])
        else { throw TranscriptError.cannotWrite(name) }
    }

    /// Writes and signs the outcome and makes everything durable. Call it after `session.close()`, which is the last
    /// record of each log.
    ///
    /// - Parameters:
    ///   - resultCommitment: salted hash of this party's coefficients.
    ///   - counts: names of at most 64 bytes.
    ///   - second: signs the outcome too, for a time when Ed25519 can be forged.
    public func finish(
        _ session: Session, resultCommitment: Bytes32, counts: [String: Int64], metrics: [String: Double] = [:],
        second: SecondSigningKey? = nil
    ) throws {
        try state.withLock { state in
            guard let parties = state.parties, parties.session == session.id else {
                throw TranscriptError.cannotWrite(TranscriptLayout.outcome)
            }
            let files = try state.files.sorted().map { name in
                Outcome.File(name: name, hash: Bytes32(hashing: try layout.read(name, limit: 1 << 24)))
            }
            let outcome = try Outcome(
                session: session.id, party: parties.keeper.name, resultCommitment: resultCommitment, counts: counts,
                metrics: metrics, sent: state.logs[.outgoing]?.tree.head ?? .empty,
                received: state.logs[.incoming]?.tree.head ?? .empty, files: files, signature: []
            ).signed { try session.sign(statement: $0) }
            for log in state.logs.values {
                try log.synchronize()
                log.close()
            }
            let bytes = try outcome.encoded
            if let second {
                let signature = try SecondSignature(of: bytes, by: second).encoded
                try write(signature, to: TranscriptLayout.secondSignature, &state)
            }
            try write(bytes, to: TranscriptLayout.outcome, &state)
        }
    }

    /// Replaces the file as a whole: a reader sees the old or the new, never half of it.
    private func write(_ bytes: [UInt8], to name: String, _ state: inout State) throws {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: layout.path(name)), options: .atomic)
        } catch { throw TranscriptError.cannotWrite(name) }
        state.files.insert(name)
    }

    private static func makeFolder(_ path: String, mode: Int) throws(TranscriptError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: NSNumber(value: mode)])
        } catch { throw .cannotWrite(path.split(separator: "/").last.map(String.init) ?? "folder") }
    }
}
