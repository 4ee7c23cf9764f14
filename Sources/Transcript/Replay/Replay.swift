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
    private let recorder: ReplayRecorder

    /// - Throws: `TranscriptError` when the folder is not one of a session with kept payloads. Verify it first.
    public init(folder: String, seed: SessionSeed) throws {
        let layout = TranscriptLayout(folder: folder)
        let parties = try Self.parties(layout)
        let (mine, theirs) = (parties.local.name, parties.peer.name)
        let sent = try ReplayLog(layout, from: mine, to: theirs)
        let received = try ReplayLog(layout, from: theirs, to: mine)
        guard let own = sent.binding, let peer = received.binding, own.hello.seedCommitment == seed.commitment else {
            throw TranscriptError.notCanonical(file: TranscriptLayout.log(from: mine, to: theirs))
        }
        recorder = ReplayRecorder(sent: sent, received: received)
        let channel = try ReplayChannel(layout, name: TranscriptLayout.log(from: theirs, to: mine))
        session = Session.replaying(
            SessionDescription(id: parties.session, jobHash: parties.jobHash, local: parties.local, peer: parties.peer),
            own: own, peer: peer, seed: seed, over: channel, recorder: recorder)
    }

    /// Messages of protocols derived again so far, and how many the log holds.
    public var progress: (compared: Int, total: Int) { recorder.progress }

    /// R02, after the run: passed if every message was derived again and none differed.
    ///
    /// - Parameter error: what the run threw, if it did.
    public func finding(after error: (any Error)? = nil) -> VerificationReport.Finding {
        let (compared, total) = progress
        if let sequence = recorder.mismatch {
            return VerificationReport.Finding(
                check: .r02, status: .failed, error: "replayMismatch",
                record: VerificationReport.RecordReference(
                    from: session.localName, to: session.peerName, sequence: sequence),
                sentence: "With these inputs and this seed another message would have been sent.")
        }
        guard error == nil, compared == total else {
            return VerificationReport.Finding(
                check: .r02, status: .failed, error: "replayIncomplete",
                sentence: "Only \(compared) of \(total) messages could be derived again.")
        }
        return VerificationReport.Finding(
            check: .r02, status: .passed, sentence: "\(Check.r02.sentence) (\(total) messages)")
    }

    /// R01: whether commitments made again from the files at hand are those that went out.
    public func finding(commitments items: [InputCommitments.Item]) -> VerificationReport.Finding {
        let logged = recorder.commitments
        if logged == InputCommitments(items: items) {
            return VerificationReport.Finding(check: .r01, status: .passed, sentence: Check.r01.sentence)
        }
        return VerificationReport.Finding(
            check: .r01, status: .failed, error: logged == nil ? "commitmentsMissing" : "commitmentMismatch",
            sentence: "The inputs at hand are not those that were committed to.")
    }

    private static func parties(_ layout: TranscriptLayout) throws(TranscriptError) -> PartiesFile {
        let bytes = try layout.read(TranscriptLayout.parties, limit: PartiesFile.maximumLength)
        guard let parties = try? PartiesFile(encoded: bytes) else {
            throw .notCanonical(file: TranscriptLayout.parties)
        }
        return parties
    }
}
