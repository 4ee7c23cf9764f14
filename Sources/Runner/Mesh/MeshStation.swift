import Foundation
import GRPCTransport
import Jobs
import ProtocolKit
import Site
import SplitRegression
import Synchronization
import Transcript
import Wire

/// Where a site meets all others of its job: it listens for those that come later in the job, dials those before it, and starts again when
/// one is lost, until an attempt comes to its end or the deadline does.
struct MeshStation<Work: MeshWork>: Sendable {
    let execution: MeshExecution<Work>
    /// Folder of this attempt's transcripts.
    let transcripts: String
    let firstAttempt: UInt32
    private let current = LatestAttempt<Work.Result>()

    typealias Attempt = MeshAttempt<Work.Result>
    typealias End = MeshEnd<Work.Result>

    private var work: Work { execution.work }
    private var mesh: PreparedMesh { execution.mesh }
    private var job: Job { execution.job }
    private var observer: any RunObserver { execution.observer }
    private var certificate: SiteCertificate {
        get throws {
            try SiteCertificate.load(
                certificatePath: mesh.site.certificateFile, keyPath: mesh.site.certificateKeyFile)
        }
    }
    private var transport: TransportLimits {
        .waiting(.seconds(min(job.network.messageTimeout, mesh.site.settings.timeouts.message)))
    }

    init(execution: MeshExecution<Work>, transcripts: String, firstAttempt: UInt32) {
        self.execution = execution
        self.transcripts = transcripts
        self.firstAttempt = firstAttempt
    }

    func run() async throws -> End {
        let callers = mesh.peers.filter { !mesh.dials($0) }
        return try await withThrowingTaskGroup(of: End?.self) { group in
            if !callers.isEmpty {
                let address = try NetworkAddress(mesh.site.settings.listen)
                let listener = GRPCListener(
                    host: address.host, port: address.port, identity: try certificate,
                    pinned: Dictionary(
                        callers.map { ($0.invitation.certificate.fingerprint, $0.name) },
                        uniquingKeysWith: { first, _ in first }), limits: transport)
                group.addTask {
                    do {
                        try await listener.serve(
                            onListening: { execution.onListening(NetworkAddress(host: address.host, port: $0)) },
                            onRefusal: { observer.warning("refused a connection: \($0)") }
                        ) { channel in
                            guard let peer = callers.first(where: { $0.name == channel.peerName }) else { return }
                            await answer(peer, channel)
                        }
                    } catch {
                        // Whoever is stopped hears it from the attempts: a result may stand.
                        guard Task.isCancelled else { throw error }
                    }
                    return nil
                }
            }
            group.addTask { try await attempts() }
            defer { group.cancelAll() }
            while let end = try await group.next() {
                if let end { return end }
            }
            throw CancellationError()
        }
    }

    /// One attempt after the other.
    private func attempts() async throws -> End {
        let connect = min(job.network.connectTimeout, mesh.site.settings.timeouts.connect)
        var (number, patience) = (firstAttempt, Duration.seconds(connect))
        /// A result that stands, and until when others may fetch it.
        var ended: (end: End, until: ContinuousClock.Instant)?
        var bound = MismatchBound(within: .seconds(work.lossTimeout ?? 0))
        while true {
            let attempt = Attempt(peers: mesh.peers.map(\.index))
            do {
                let end = try await self.attempt(attempt, number, patience: patience)
                for peer in mesh.peers where !end.lost.contains(peer.index) {
                    guard await attempt.closed.contains(peer.index) else {
                        observer.warning("the session with \(peer.name) was not closed in order; the result stands")
                        continue
                    }
                }
                try discardEnded()
                return end
            } catch {
                let loss = MeshLoss(error)
                let gone = loss.flatMap { bound.allows(another: $0, opened: work.progressMade, at: .now) ? $0 : nil }
                // Whoever comes back cannot take it away: not by breaking the protocol, not by being lost again and again.
                if let ended, gone == nil || ContinuousClock.now >= ended.until {
                    try restoreEnded()
                    observer.warning(
                        "\(Failure(describing: error).message); the result stands without a word of theirs")
                    return ended.end
                }
                guard let lossTimeout = work.lossTimeout, let gone else { throw reported(error) }
                let wait = "waits up to \(lossTimeout) s until all are there again"
                if let result = work.standing {
                    // Who was lost may lack the last of it.
                    observer.warning("\(gone.sentence); the result is there, and this site \(wait) and have it too")
                    ended = try ended ?? (end(result), .now + .seconds(lossTimeout))
                } else {
                    observer.warning("\(gone.sentence); \(wait)")
                }
                execution.keepEvidence((transcripts as NSString).deletingLastPathComponent)
                patience = ended.map { max(.seconds(1), $0.until - .now) } ?? .seconds(lossTimeout)
            }
            number += 1
            // So that all notice before the first calls. Whoever is stopped here is stopped in the next attempt.
            try? await Task.sleep(for: .milliseconds(500))
        }
    }

    private func attempt(
        _ attempt: Attempt, _ number: UInt32, patience: Duration
    ) async throws -> End {
        current.set(attempt, number)
        let deadline = ContinuousClock.now + patience
        let outcome: Result<End, any Error> = await withTaskGroup(of: Void.self) { group in
            for peer in mesh.peers where mesh.dials(peer) {
                group.addTask { await dial(peer, attempt, number, until: deadline) }
            }
            let outcome: Result<End, any Error>
            do {
                outcome = .success(try await use(try await gather(attempt, until: deadline)))
            } catch {
                outcome = .failure(error)
            }
            await attempt.end(outcome.mapError(told))
            // Each session ends in its own way, within its own bounds.
            while !(await attempt.isIdle) { try? await Task.sleep(for: .milliseconds(20)) }
            group.cancelAll()
            return outcome
        }
        current.set(nil, number)
        return try outcome.get()
    }

    /// Waits for all, and says for whom.
    private func gather(
        _ attempt: Attempt, until deadline: ContinuousClock.Instant
    ) async throws -> [Int: Session] {
        var said: (missing: [Int], time: ContinuousClock.Instant)?
        while true {
            if let sessions = await attempt.begin() {
                execution.progress.say("all \(job.parties.count) parties are here")
                return sessions
            }
            let missing = await attempt.missing
            let names = missing.map { job.parties[$0].name }.joined(separator: ", ")
            let now = ContinuousClock.now
            let reasons = await attempt.obstacles
            guard now < deadline else { throw inVain(missing, reasons, await attempt.lostBy) }
            if said.map({ $0.missing != missing || now - $0.time > .seconds(10) }) ?? true {
                let details = missing.compactMap { index in reasons[index].map { "\(job.parties[index].name): \($0)" } }
                observer.progress(
                    "waiting for \(names)" + (details.isEmpty ? "" : " (\(details.joined(separator: "; ")))"))
                said = (missing, now)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// The deadline is over. Who was there, and left because it waited in vain itself, is not who is missing.
    private func inVain(_ gone: [Int], _ reasons: [Int: String], _ lostBy: [Int: [String]]) -> any Error {
        let waited = gone.filter { lostBy[$0] != nil }
        let missing = waited.count == gone.count ? gone : gone.filter { lostBy[$0] == nil }
        let names = missing.map { job.parties[$0].name }
        let details =
            missing.compactMap { index in reasons[index].map { "\(job.parties[index].name): \($0)" } }
            + (missing == gone ? [] : waited.map { "\(job.parties[$0].name) says that it did too, and left" })
        let failure = Failure(
            .peerUnreachable, "sitesMissing",
            "waited in vain for \(names.joined(separator: ", "))"
                + (details.isEmpty ? "" : "; \(details.joined(separator: "; "))"),
            hint: work.hintOfEnded
                ?? "all parties of the job run the same command at the same time; see network.connectTimeout"
                + (work.lossTimeout == nil ? "" : " and lossTimeout") + (job.hintWithout(names).map { "; \($0)" } ?? "")
        )
        return job.kind == .several ? PartiesMissing(names: names, failure: failure) : failure
    }

    /// What this site's people are told.
    private func reported(_ error: any Error) -> any Error {
        if let missing = error as? PartiesMissing { return missing.failure }
        return LostParties(error, in: job, at: mesh.site.name)?.failure(in: job) ?? error
    }

    /// What sessions end with.
    private func told(_ error: any Error) -> any Error {
        if let lost = LostParties(error, in: job, at: mesh.site.name) { return lost }
        return switch error {
        case is CancellationError: WireError.cancelled
        case is PolicyRefusal: SiteRefuses()
        // It depends on what was opened to others.
        case let refusal as GuardRefusal where [Guard.budget.name, Guard.scores.name].contains(refusal.name):
            SiteRefuses()
        // How many of its columns have a coefficient is its own to know.
        case TrainingError.scoresRefused: SiteRefuses()
        default: error
        }
    }

    /// Of an attempt that came to a result and not to its end: its transcripts are the evidence if nobody returns.
    private func end(_ result: Work.Result) throws -> End {
        try FileManager.default.moveItem(atPath: transcripts, toPath: endedTranscripts)
        return End(
            result: result, files: try work.files(of: result),
            heads: MeshHeads(mesh: work.identity(of: result), items: []), lost: [])
    }

    private var endedTranscripts: String { "\(transcripts)-ended" }

    private func discardEnded() throws {
        guard FileManager.default.fileExists(atPath: endedTranscripts) else { return }
        try FileManager.default.removeItem(atPath: endedTranscripts)
    }

    private func restoreEnded() throws {
        if FileManager.default.fileExists(atPath: transcripts) {
            try FileManager.default.removeItem(atPath: transcripts)
        }
        try FileManager.default.moveItem(atPath: endedTranscripts, toPath: transcripts)
    }

    /// Computes, and says what each session ends with.
    private func use(_ sessions: [Int: Session]) async throws -> End {
        let result = try await work.run(over: sessions)
        let kept = work.parties(of: result)
        return End(
            result: result, files: try work.files(of: result),
            heads: MeshHeads(work.identity(of: result), job, own: mesh.own, sessions),
            lost: Set(mesh.peers.filter { !kept.contains($0.name) }.map(\.index)))
    }
}

// MARK: One peer

extension MeshStation {
    /// Calls until there is a session, and again if that is lost before it was used.
    private func dial(
        _ peer: MeshPeer, _ attempt: Attempt, _ number: UInt32, until deadline: ContinuousClock.Instant
    ) async {
        guard let address = peer.invitation.address, let certificate = try? certificate else {
            await attempt.release(peer.index, obstacle: "this site does not know where it listens")
            return
        }
        let dialer = GRPCDialer(
            peerName: peer.name, host: address.host, port: address.port, identity: certificate,
            pinned: [peer.invitation.certificate.fingerprint], limits: transport)
        while await attempt.isGathering, !Task.isCancelled {
            guard await attempt.claim(peer.index) else { return }
            do {
                try await dialer.withChannel(timeout: max(.zero, deadline - .now)) { channel in
                    try await pair(peer, channel, attempt, number)
                }
                await attempt.release(peer.index)
            } catch {
                await attempt.release(peer.index, obstacle: "\(Failure(describing: error).message)")
            }
            try? await Task.sleep(for: .milliseconds(300))
        }
    }

    /// Takes a call for the attempt that gathers now, or for the next one.
    private func answer(_ peer: MeshPeer, _ channel: GRPCPeerChannel) async {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline, !Task.isCancelled {
            guard let (attempt, number) = current.value, await attempt.claim(peer.index) else {
                try? await Task.sleep(for: .milliseconds(50))
                continue
            }
            do {
                try await pair(peer, channel, attempt, number)
                await attempt.release(peer.index)
            } catch {
                await attempt.release(peer.index, obstacle: "\(Failure(describing: error).message)")
            }
            return
        }
        await Session.refuse(AbortReason(.transport, "notNow"), over: channel)
    }

    /// One session, from the hellos to the closing.
    private func pair(
        _ peer: MeshPeer, _ channel: GRPCPeerChannel, _ attempt: Attempt, _ number: UInt32
    ) async throws {
        let folder = "\(transcripts)/\(peer.name)"
        // Of a try that came to nothing. Who dials again does not have removed what it did before.
        try FailedSessions(at: mesh.site).clear(folder, of: mesh.file.hash)
        let evidence = try SessionEvidence(peer.prepared, folder: folder, commitments: work.commitments)
        try work.leave(in: evidence.writer)
        let link = try PeerLink(
            job, with: peer.name, site: mesh.site, observer: observer, over: channel, patience: work.patience)
        let (kind, work) = (mesh.session, work)
        _ = try await link.withSession(
            SessionTerms(peer.prepared.inputs, attempt: number),
            plan: kind.plan(for: job, between: [mesh.site.name, peer.name]),
            inspectors: { [job] in try kind.liveInspectors(for: job, in: $0) }, seed: evidence.seed,
            recorder: evidence.writer,
            finish: { session, end in
                try evidence.finish(session, files: end.files) { try work.facts(of: end.result, salt: $0) }
            }
        ) { session in
            try peer.book.attempt()
            try await open(session, peer, evidence)
            let end = try await wait(session, peer, channel, attempt)
            // The salt plays no part in the counts.
            try await session.finishInspection(counts: work.facts(of: end.result, salt: .zero).counts)
            for (check, reason) in session.unfinishedChecks.sorted(by: { $0.key < $1.key }) {
                observer.warning("check \(check) could not be made to the end with \(peer.name): \(reason)")
            }
            try await end.heads.toward(peer.name, from: mesh.site.name, job).exchange(over: session)
            return end
        }
        await attempt.close(peer.index)
    }

    /// Approvals and commitments; the session's inspectors have seen to it that the note is the peer's about this very job.
    private func open(_ session: Session, _ peer: MeshPeer, _ evidence: SessionEvidence) async throws {
        try await session.send(ApprovalMessage(note: peer.prepared.approval))
        try await session.send(InputCommitments(items: evidence.commitments.map(\.item)))
        let note = try await session.receive(ApprovalMessage.self).note
        let committed = try await session.receive(InputCommitments.self).items
        try work.admit(committed, of: peer, in: session)
        try evidence.writer.addApproval(of: peer.name, note: note)
        try await session.checkpoint()
    }

    /// Until the attempt is over, or the peer is gone before it began.
    private func wait(
        _ session: Session, _ peer: MeshPeer, _ channel: GRPCPeerChannel, _ attempt: Attempt
    ) async throws -> End {
        // Its own word, and only of others that the job has.
        let names =
            job.kind == .several ? job.parties.map(\.name).filter { $0 != peer.name && $0 != mesh.site.name } : []
        let watch = Task {
            await channel.untilPeerEnds()
            guard !Task.isCancelled, await attempt.isGathering else { return }
            let named = await session.lastWord()?.lostParties ?? []
            await attempt.lose(peer.index, itself: named.filter(names.contains))
        }
        defer { watch.cancel() }
        return try await attempt.join(peer.index, session)
    }
}

/// The attempt that gathers now, with its number.
private final class LatestAttempt<Outcome: Sendable>: Sendable {
    private let stored = Mutex<(MeshAttempt<Outcome>, UInt32)?>(nil)

    var value: (MeshAttempt<Outcome>, UInt32)? { stored.withLock { $0 } }

    func set(_ attempt: MeshAttempt<Outcome>?, _ number: UInt32) {
        stored.withLock { $0 = attempt.map { ($0, number) } }
    }
}

/// A value that several tasks read and write.
package final class Shared<Value: Sendable>: Sendable {
    private let stored: Mutex<Value>

    package init(_ value: Value) { stored = Mutex(value) }

    package var value: Value {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }

    package func update(_ change: (inout Value) -> Void) { stored.withLock { change(&$0) } }
}
