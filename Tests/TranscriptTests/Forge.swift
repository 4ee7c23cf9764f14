import Foundation
import Jobs
import Testing

@testable import Transcript
@testable import Wire

/// Makes transcripts of toy sessions by hand, with all keys of both parties at hand: what a cheating party (or two)
/// could leave, every hash and signature consistent, and one thing wrong.
struct Forge {
    /// A record before it is hashed.
    struct Draft {
        var session: Bytes32
        var from: String
        var to: String
        var sequence: UInt64
        var version = ProtocolVersion(id: 9, version: 1)
        var type: MessageType
        var round: UInt32 = 0
        var attempt: UInt32 = 0
        var chunk = Chunk.whole
        var sentAt: UInt64
        var seen: TreeHead
        var payload: [UInt8]
        var isPruned = false
    }

    struct Party {
        let local: LocalParty
        /// Whoever forges for a party without its keys puts others here, after the hello.
        var log = SigningKey()
        var witness = SigningKey()
        let nonce: Bytes32
        var hello: Hello
        var tree = MerkleTree()
        var entries: [LogEntry] = []
        var clock: UInt64 = 1_800_000_000_000
        var checkpointFile = ""
        /// Of its last checkpoint, with its signature alone.
        var lastNote = ""

        init(_ name: String, role: String, peerRole: String, jobHash: Bytes32) throws {
            let local = try LocalParty(name: name, identity: SigningKey())
            let terms = SessionTerms(
                jobHash: jobHash, role: role, peerRole: peerRole, protocols: [ProtocolVersion(id: 9, version: 1)])
            self.init(local, terms, nonce: .random(), seed: SessionSeed())
        }

        init(_ local: LocalParty, _ terms: SessionTerms, nonce: Bytes32, seed: SessionSeed) {
            self.local = local
            self.nonce = nonce
            hello = Hello(
                party: local, terms: terms, nonce: nonce, seed: seed, logKey: log.publicKey,
                witnessKey: witness.publicKey)
        }
    }

    var a: Party
    var b: Party
    let job: Job
    let yaml: String
    var session: Bytes32
    /// Changes the draft number n (over both directions, in the order of sending).
    var alter: (Int, inout Draft) -> Void = { _, _ in }
    var approvalTime = "2020-01-01T00:00:00Z"
    /// Of single parties.
    var approvalTimes: [String: String] = [:]
    var approvedJob: Bytes32?
    var storage = PayloadStorage.full
    var commitsLate = false
    /// Labels that both parties commit to: by default what the purpose asks for.
    var committed: Set<String>
    var count = 0

    /// What the hellos name: the job's hash, or that of another purpose under it.
    var agreed: Bytes32 { a.hello.jobHash }

    init(for purpose: SessionPurpose = .fit) throws {
        yaml = JobTemplate.text()
        job = try Job(yaml: yaml)
        committed = purpose.toy.commitments
        a = try Party("hospital", role: "active", peerRole: "passive", jobHash: purpose.hash(of: job.hash))
        b = try Party("lab", role: "passive", peerRole: "active", jobHash: purpose.hash(of: job.hash))
        session = try SessionBinding.sessionID(jobHash: a.hello.jobHash, (a.hello, a.nonce), (b.hello, b.nonce))
    }

    /// A forge of another job's two parties.
    init(yaml: String, a: Party, b: Party) throws {
        self.yaml = yaml
        job = try Job(yaml: yaml)
        committed = SessionPurpose.fit.toy.commitments
        (self.a, self.b) = (a, b)
        session = try SessionBinding.sessionID(jobHash: a.hello.jobHash, (a.hello, a.nonce), (b.hello, b.nonce))
    }

    mutating func send(
        _ from: WritableKeyPath<Forge, Party>, _ type: MessageType, _ payload: [UInt8], round: UInt32 = 0,
        chunk: Chunk = .whole
    ) throws {
        let other = from == \Forge.a ? \Forge.b : \Forge.a
        self[keyPath: from].clock += 10
        var draft = Draft(
            session: session, from: self[keyPath: from].local.name, to: self[keyPath: other].local.name,
            sequence: self[keyPath: from].tree.size, type: type, round: round, chunk: chunk,
            sentAt: self[keyPath: from].clock, seen: self[keyPath: other].tree.head, payload: payload)
        draft.version = type.protocolID == 0 ? .session : ProtocolVersion(id: type.protocolID, version: 1)
        alter(count, &draft)
        count += 1
        let record = Record(
            session: draft.session, from: draft.from, to: draft.to, sequence: draft.sequence,
            protocolVersion: draft.version, type: draft.type, round: draft.round, attempt: draft.attempt,
            chunk: draft.chunk, sentAt: draft.sentAt, seen: draft.seen, payload: draft.payload)
        let bytes = try record.encoded
        self[keyPath: from].tree.append(leaf: MerkleHash.leaf(bytes))
        let keeps = storage.keeps(record) && !draft.isPruned
        self[keyPath: from].entries.append(
            LogEntry(record: bytes, leaf: MerkleHash.leaf(bytes), payload: keeps ? draft.payload : nil))
    }

    /// - Parameter forged: what B sends in place of a note of its own.
    mutating func checkpoint(_ round: UInt32, note forged: String? = nil) throws {
        var notes: [String: SignedNote] = [:]
        for side in [\Forge.a, \Forge.b] {
            let (name, peer) = (self[keyPath: side].local.name, name(opposite: side))
            var note = try SignedNote(
                text: Checkpoint(
                    origin: Checkpoint.origin(session: session, from: name, to: peer),
                    head: self[keyPath: side].tree.head
                ).text)
            try note.sign(as: Checkpoint.logKeyName(name), with: self[keyPath: side].log)
            notes[name] = note
            self[keyPath: side].lastNote = note.encoded
            let sent = side == \Forge.b ? forged ?? note.encoded : note.encoded
            if let other = try? SignedNote(encoded: sent) { notes[name] = other }
            try send(side, .checkpoint, try CheckpointMessage(note: sent).encoded(), round: round)
        }
        for side in [\Forge.a, \Forge.b] {
            let peer = name(opposite: side)
            guard var note = notes[peer] else { continue }
            let signature = try cosignature(of: note, by: side)
            try send(side, .cosignature, try CosignatureMessage(signature: signature).encoded(), round: round)
            note.add(signature)
            try keep(note, of: opposite(side))
        }
    }

    /// Each side's closing, then each side's receipt.
    ///
    /// - Parameters:
    ///   - receipts: who sends one.
    ///   - forged: what B sends in place of a note of its own.
    mutating func close(
        _ round: UInt32, receipts: [WritableKeyPath<Forge, Party>] = [\Forge.a, \Forge.b], note forged: String? = nil
    ) throws {
        var notes: [String: SignedNote] = [:]
        for side in [\Forge.a, \Forge.b] {
            let name = self[keyPath: side].local.name
            let note = try closingNote(of: side)
            notes[name] = note
            let sent = side == \Forge.b ? forged ?? note.encoded : note.encoded
            if let other = try? SignedNote(encoded: sent) { notes[name] = other }
            try send(side, .closing, try ClosingMessage(note: sent).encoded(), round: round)
        }
        for side in [\Forge.a, \Forge.b] {
            guard var note = notes[name(opposite: side)] else { continue }
            guard receipts.contains(side) else { continue }
            let signature = try cosignature(of: note, by: side)
            try send(side, .cosignature, try CosignatureMessage(signature: signature).encoded(), round: round)
            note.add(signature)
            try keep(note, of: opposite(side))
        }
    }

    /// As the file of that log, unless a key in it is not the one that its party's hello names.
    private mutating func keep(_ note: SignedNote, of side: WritableKeyPath<Forge, Party>) throws {
        let other = side == \Forge.a ? b : a
        let (sender, witness) = (try self[keyPath: side].hello.party, try other.hello.party)
        guard note.isSigned(as: Checkpoint.logKeyName(sender.name), by: sender.logKey),
            note.cosignatureTime(as: Checkpoint.witnessKeyName(witness.name), by: witness.witnessKey) != nil
        else { return }
        self[keyPath: side].checkpointFile = note.encoded
    }

    func closingNote(of side: WritableKeyPath<Forge, Party>) throws -> SignedNote {
        let (name, peer) = (self[keyPath: side].local.name, name(opposite: side))
        let other = side == \Forge.a ? b : a
        var note = try SignedNote(
            text: ClosingNote(
                origin: Checkpoint.origin(session: session, from: name, to: peer), head: self[keyPath: side].tree.head,
                received: other.tree.head
            ).text)
        try note.sign(as: Checkpoint.logKeyName(name), with: self[keyPath: side].log)
        return note
    }

    private func cosignature(
        of note: SignedNote, by side: WritableKeyPath<Forge, Party>
    ) throws -> SignedNote.Signature {
        try note.cosignature(
            as: Checkpoint.witnessKeyName(self[keyPath: side].local.name), with: self[keyPath: side].witness,
            time: 1_800_000_000)
    }

    private func opposite(_ side: WritableKeyPath<Forge, Party>) -> WritableKeyPath<Forge, Party> {
        if side == \Forge.a { \Forge.b } else { \Forge.a }
    }

    private func name(opposite side: WritableKeyPath<Forge, Party>) -> String {
        side == \Forge.a ? b.local.name : a.local.name
    }

    func approval(of side: KeyPath<Forge, Party>) throws -> String {
        try Approval(
            job: (approvedJob ?? job.hash).hex, site: self[keyPath: side].local.name, person: "Ada",
            time: approvalTimes[self[keyPath: side].local.name] ?? approvalTime,
            meaning: "approved"
        ).signed(by: self[keyPath: side].local.identity)
    }

    mutating func bind() throws {
        for side in [\Forge.a, \Forge.b] {
            let party = self[keyPath: side]
            let statement = try SessionBinding.signed(
                session: session, jobHash: agreed, signer: party.local.name, a.hello, b.hello)
            try send(
                side, .binding,
                try BindingMessage(
                    hello: party.hello, nonce: party.nonce, signature: try party.local.identity.sign(statement)
                ).encoded())
        }
    }

    /// The whole toy session.
    ///
    /// - Parameter ending: what comes after the last checkpoint.
    mutating func play(
        rounds: UInt32 = 2, beforeEnd: (inout Forge) throws -> Void = { _ in },
        ending: (inout Forge) throws -> Void = { try $0.close(2) }
    ) throws {
        try bind()
        for side in [\Forge.a, \Forge.b] {
            try send(side, .approval, try ApprovalMessage(note: try approval(of: side)).encoded())
        }
        if !commitsLate { try commit() }
        try checkpoint(0)
        for round in 0..<rounds {
            try send(\.a, Number.type, try Number(round).encoded(), round: round)
            for i in 0..<2 {
                try send(
                    \.b, Answer.type, try Answer([UInt8(truncatingIfNeeded: round), UInt8(i), 5]).encoded(),
                    round: round,
                    chunk: Chunk(i, of: 2))
            }
        }
        if commitsLate { try commit() }
        try beforeEnd(&self)
        try checkpoint(1)
        try ending(&self)
    }

    private mutating func commit() throws {
        for side in [\Forge.a, \Forge.b] {
            let items = committed.map { InputCommitments.Item(label: $0, count: 2, root: Bytes32(hashing: [1])) }
            try send(side, .commitments, try InputCommitments(items: items).encoded())
        }
    }

    /// The folder that `side` would have kept.
    func write(
        _ folder: String, as side: KeyPath<Forge, Party> = \.a, counts: [String: Int64] = ["rounds": 2],
        metrics: [String: Double]? = nil, finishes: Bool = true, unlisted: String? = nil
    ) throws {
        let mine = self[keyPath: side]
        let theirs = side == \Forge.a ? b : a
        let layout = TranscriptLayout(folder: folder)
        for name in ["log", "checkpoint", "approvals", "private"] {
            try FileManager.default.createDirectory(atPath: layout.path(name), withIntermediateDirectories: true)
        }
        var files: [Outcome.File] = []
        func put(_ name: String, _ bytes: [UInt8], isListed: Bool = true) throws {
            try Data(bytes).write(to: URL(fileURLWithPath: layout.path(name)))
            if isListed && name != unlisted { files.append(Outcome.File(name: name, hash: Bytes32(hashing: bytes))) }
        }
        try put("job.yaml", Array(yaml.utf8))
        try put("job.bin", job.canonical)
        try put("approvals/hospital.txt", Array(try approval(of: \.a).utf8))
        try put("approvals/lab.txt", Array(try approval(of: \.b).utf8))
        try put("checkpoint/hospital~lab.txt", Array(a.checkpointFile.utf8))
        try put("checkpoint/lab~hospital.txt", Array(b.checkpointFile.utf8))
        let description = SessionDescription(
            id: session, jobHash: agreed, local: try mine.hello.party, peer: try theirs.hello.party)
        try put("parties.bin", try PartiesFile(description).encoded)
        for (party, name) in [(a, "log/hospital~lab.log"), (b, "log/lab~hospital.log")] {
            try put(name, LogEntry.magic + (try party.entries.flatMap { try $0.encoded }), isListed: false)
        }
        guard finishes else { return }
        let outcome = try Outcome(
            session: session, party: mine.local.name, resultCommitment: Bytes32(hashing: [7]), counts: counts,
            metrics: metrics ?? (agreed == job.hash ? ["auc": 0.75] : [:]), sent: mine.tree.head,
            received: theirs.tree.head, files: files, signature: []
        ).signed { try mine.log.sign($0) }
        try put("outcome.bin", try outcome.encoded, isListed: false)
    }
}

func verify(_ folder: String, _ options: Verifier.Options = .toy) -> VerificationReport {
    Verifier(folder: folder, options: options).verify()
}

/// "T05 leafHashMismatch", or the verdict when nothing failed.
func outcomeName(_ report: VerificationReport) -> String {
    report.failure.map { "\($0.check.rawValue) \($0.error ?? "")" } ?? report.verdict.rawValue
}
