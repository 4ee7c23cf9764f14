public import Wire

/// Derives a party's messages again from its seed, its inputs and what it had received (R02), and compares them, bit
/// for bit, with those that it sent. The caller runs the very functions that ran then, over `session`.
///
///     let replay = try Replay(folder: folder, seed: seed)
///     try await run(over: replay.session)          // as the job did, checkpoints and exchanges included
///     let finding = replay.finding()
public final class Replay: Sendable {
    /// Receives from the log and compares what it is given to send; every difference throws `replayMismatch`.
    public let session: Session
    /// What the keeper of the folder signed in the end; `nil` when the job did not end well, or another party is replayed.
    public let outcome: Outcome?
    private let recorder: ReplayRecorder
    private let layout: TranscriptLayout
    private let received: ReplayLog

    /// - Parameter party: whose messages are derived; the keeper of the folder unless given.
    /// - Throws: `TranscriptError` when the folder is not one of a session (verify it first), or the
    ///   seed is not the one that the party committed to (`otherSeed`).
    public init(folder: String, seed: SessionSeed, party: String? = nil) throws {
        layout = TranscriptLayout(folder: folder)
        let parties = try PartiesFile(reading: layout)
        guard let local = parties.party(named: party ?? parties.keeper.name) else {
            throw TranscriptError.missingFile(party ?? "")
        }
        let remote = parties.other(than: local.name)
        let (mine, theirs) = (local.name, remote.name)
        let sent = try ReplayLog(layout, from: mine, to: theirs)
        received = try ReplayLog(layout, from: theirs, to: mine)
        guard let own = sent.binding, let peer = received.binding else {
            throw TranscriptError.notCanonical(file: TranscriptLayout.log(from: mine, to: theirs))
        }
        guard own.hello.seedCommitment == seed.commitment else { throw TranscriptError.otherSeed(party: mine) }
        outcome =
            local == parties.keeper
            ? (try? layout.read(TranscriptLayout.outcome, limit: Outcome.maximumLength)).flatMap {
                try? Outcome(encoded: $0)
            } : nil
        recorder = ReplayRecorder(sent: sent, received: received)
        let channel = try ReplayChannel(layout, name: TranscriptLayout.log(from: theirs, to: mine))
        session = Session.replaying(
            SessionDescription(id: parties.session, jobHash: parties.jobHash, local: local, peer: remote),
            own: own, peer: peer, seed: seed, over: channel, recorder: recorder)
    }

    /// Head of the peer's log after its message of this kind, the whole of round 0.
    public func head(afterReceiving type: MessageType) -> TreeHead? {
        guard let sequence = received.hashes[ReplayLog.Key(type: type, round: 0, chunk: .whole)]?.sequence,
            let root = received.tree.root(at: sequence + 1)
        else { return nil }
        return TreeHead(size: sequence + 1, root: root)
    }

    /// Payload of this party's message of this kind; `nil` if it was not sent or not kept.
    public func payload(ofSent type: MessageType) throws -> [UInt8]? {
        var reader = try LogReader(layout, TranscriptLayout.log(from: session.localName, to: session.peerName))
        defer { reader.close() }
        while case .entry(let entry) = try reader.next() {
            if (try? Record(encoded: entry.record))?.type == type { return entry.payload }
        }
        return nil
    }

    /// Messages of protocols derived again so far, and how many the log holds.
    public var progress: (compared: Int, total: Int) { recorder.progress }

    /// Why nothing can be derived again, if so: messages are made from what was received, whole.
    public var hindrance: String? {
        guard received.missingPayloads > 0 else { return nil }
        return
            "of \(received.missingPayloads) messages that \(session.localName) received only the hash is kept, and a replay needs "
            + "them whole; `transcript: {payloads: full}`, in the job or in site.yaml, keeps them when a job runs"
    }

    /// R02, after the run: passed if every message was derived again and none differed.
    ///
    /// - Parameter error: what the run threw, if it did.
    public func finding(after error: (any Error)? = nil) -> VerificationReport.Finding {
        let (compared, total) = progress
        if let hindrance {
            return VerificationReport.Finding(
                check: .r02, status: .notEvaluated, sentence: "Not evaluated: \(hindrance).")
        }
        if let sequence = recorder.mismatch {
            return VerificationReport.Finding(
                check: .r02, status: .failed, error: "replayMismatch",
                record: VerificationReport.RecordReference(
                    from: session.localName, to: session.peerName, sequence: sequence),
                sentence: "With these inputs and this seed another message would have been sent.")
        }
        guard compared == total else {
            return VerificationReport.Finding(
                check: .r02, status: .failed, error: "replayIncomplete",
                sentence: "Only \(compared) of \(total) messages could be derived again.")
        }
        // A log may end where the connection did, or where a rule ended the job: what was sent until then is all there is.
        let end = error == nil ? "" : " The job came to no result."
        return VerificationReport.Finding(
            check: .r02, status: .passed, sentence: "\(Check.r02.sentence) (\(total) messages)\(end)")
    }

    /// Names what differs.
    private static func difference(_ logged: [InputCommitments.Item], _ items: [InputCommitments.Item]) -> String {
        let names = items.filter { !logged.contains($0) }.map(\.label)
        guard !logged.isEmpty, !names.isEmpty else { return "The inputs at hand are not those that were committed to." }
        return "The inputs at hand are not those that were committed to: another \(names.joined(separator: ", "))."
    }

    /// R01: whether commitments made again from the files at hand are those that went out.
    public func finding(commitments items: [InputCommitments.Item]) -> VerificationReport.Finding {
        let logged = recorder.commitments
        if logged == InputCommitments(items: items) {
            return VerificationReport.Finding(check: .r01, status: .passed, sentence: Check.r01.sentence)
        }
        return VerificationReport.Finding(
            check: .r01, status: .failed, error: logged == nil ? "commitmentsMissing" : "commitmentMismatch",
            sentence: Self.difference(logged?.items ?? [], items))
    }
}
