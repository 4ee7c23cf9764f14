import Foundation
import GRPCTransport
import Jobs
import PooledRegression
import ProtocolKit
import SecureSums
import Site
import Synchronization
import Transcript
import Wire

/// Where a site meets all others of its job: it listens for those that come later in the job, dials those before it, and starts again when
/// one is lost, until an attempt comes to its end or the deadline does.
struct MeshStation: Sendable {
    let execution: MeshExecution
    /// Folder of this attempt's transcripts.
    let transcripts: String
    let firstAttempt: UInt32
    private let current = LatestAttempt()

    /// In a transcript's private folder: from which sums the attempt went on.
    static let startFile = "start"

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

    init(execution: MeshExecution, transcripts: String, firstAttempt: UInt32) {
        self.execution = execution
        self.transcripts = transcripts
        self.firstAttempt = firstAttempt
    }

    func run(from saved: PooledState) async throws -> MeshEnd {
        let callers = mesh.peers.filter { !mesh.dials($0) }
        return try await withThrowingTaskGroup(of: MeshEnd?.self) { group in
            if !callers.isEmpty {
                let address = try NetworkAddress(mesh.site.settings.listen)
                let listener = GRPCListener(
                    host: address.host, port: address.port, identity: try certificate,
                    pinned: Dictionary(
                        callers.map { ($0.invitation.certificate.fingerprint, $0.name) },
                        uniquingKeysWith: { first, _ in first }), limits: transport)
                group.addTask {
                    try await listener.serve(
                        onListening: { port in execution.onListening(NetworkAddress(host: address.host, port: port)) },
                        onRefusal: { observer.warning("refused a connection: \($0)") }
                    ) { channel in
                        guard let peer = callers.first(where: { $0.name == channel.peerName }) else { return }
                        await answer(peer, channel)
                    }
                    return nil
                }
            }
            group.addTask { try await attempts(from: saved) }
            defer { group.cancelAll() }
            while let end = try await group.next() {
                if let end { return end }
            }
            throw CancellationError()
        }
    }

    /// One attempt after the other.
    private func attempts(from saved: PooledState) async throws -> MeshEnd {
        let state = Shared(saved)
        let connect = min(job.network.connectTimeout, mesh.site.settings.timeouts.connect)
        var (number, patience) = (firstAttempt, connect)
        var bound = MismatchBound(within: .seconds(lossTimeout))
        while true {
            let attempt = MeshAttempt(peers: mesh.peers.map(\.index))
            do {
                let end = try await self.attempt(attempt, number, patience: .seconds(patience), state)
                for peer in mesh.peers where !end.lost.contains(peer.index) {
                    guard await attempt.closed.contains(peer.index) else {
                        observer.warning("the session with \(peer.name) was not closed in order; the result stands")
                        continue
                    }
                }
                return end
            } catch {
                guard let gone = MeshLoss(error),
                    bound.allows(another: gone, opened: state.value.rounds.count, at: .now)
                else { throw error }
                observer.warning("\(gone.sentence); waits up to \(lossTimeout) s until all sites are there again")
                execution.keepEvidence((transcripts as NSString).deletingLastPathComponent)
            }
            number += 1
            patience = lossTimeout
            // So that all notice before the first calls.
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    private var lossTimeout: Int { job.rows?.lossTimeout ?? 3600 }

    private func attempt(
        _ attempt: MeshAttempt, _ number: UInt32, patience: Duration, _ state: Shared<PooledState>
    ) async throws -> MeshEnd {
        current.set(attempt, number)
        let deadline = ContinuousClock.now + patience
        let outcome: Result<MeshEnd, any Error> = await withTaskGroup(of: Void.self) { group in
            for peer in mesh.peers where mesh.dials(peer) {
                group.addTask { await dial(peer, attempt, number, until: deadline) }
            }
            let outcome: Result<MeshEnd, any Error>
            do {
                outcome = .success(try await use(try await gather(attempt, until: deadline, state), state))
            } catch {
                outcome = .failure(error)
            }
            await attempt.end(outcome.mapError { $0 is CancellationError ? WireError.cancelled : $0 })
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
        _ attempt: MeshAttempt, until deadline: ContinuousClock.Instant, _ state: Shared<PooledState>
    ) async throws -> [Int: Session] {
        var said: (missing: [Int], time: ContinuousClock.Instant)?
        while true {
            if let sessions = await attempt.begin() {
                execution.progress.say("all \(job.parties.count) sites are here")
                return sessions
            }
            let missing = await attempt.missing
            let names = missing.map { job.parties[$0].name }.joined(separator: ", ")
            let now = ContinuousClock.now
            let reasons = await attempt.obstacles
            guard now < deadline else { throw inVain(missing, reasons, state) }
            if said.map({ $0.missing != missing || now - $0.time > .seconds(10) }) ?? true {
                let details = missing.compactMap { index in reasons[index].map { "\(job.parties[index].name): \($0)" } }
                observer.progress(
                    "waiting for \(names)" + (details.isEmpty ? "" : " (\(details.joined(separator: "; ")))"))
                said = (missing, now)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// The deadline is over.
    private func inVain(_ missing: [Int], _ reasons: [Int: String], _ state: Shared<PooledState>) -> Failure {
        let names = missing.map { job.parties[$0].name }.joined(separator: ", ")
        let details = missing.compactMap { index in reasons[index].map { "\(job.parties[index].name): \($0)" } }
        // Who was lost after the last sum is not waited for by anybody.
        let hasEnded = (try? execution.pooledRun(from: state).outcomeOfStart()) != nil
        return Failure(
            .peerUnreachable, "sitesMissing",
            "waited in vain for \(names)" + (details.isEmpty ? "" : "; \(details.joined(separator: "; "))"),
            hint: hasEnded
                ? "all sums of the fit were opened before this site stopped: the others have the result, the same for all; ask one "
                    + "of them for its folder"
                : "every site of the job runs `moiety job run` at the same time; see network.connectTimeout and lossTimeout"
        )
    }

    /// Runs the fit, and says what each session ends with.
    private func use(_ sessions: [Int: Session], _ state: Shared<PooledState>) async throws -> MeshEnd {
        let result = try await execution.pooledRun(from: state).run(over: sessions)
        let kept = result.outcome.summary.sites
        return MeshEnd(
            result: result, files: try PooledFiles(mesh.file, result).all(),
            heads: PooledRun.heads(result.mesh, job, own: mesh.own, sessions),
            lost: Set(mesh.peers.filter { !kept.contains($0.name) }.map(\.index)))
    }
}

// MARK: One peer

extension MeshStation {
    /// Calls until there is a session, and again if that is lost before it was used.
    private func dial(
        _ peer: MeshPeer, _ attempt: MeshAttempt, _ number: UInt32, until deadline: ContinuousClock.Instant
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
        _ peer: MeshPeer, _ channel: GRPCPeerChannel, _ attempt: MeshAttempt, _ number: UInt32
    ) async throws {
        let folder = "\(transcripts)/\(peer.name)"
        // Of a try that came to nothing. Who dials again does not have removed what it did before.
        try FailedSessions(at: mesh.site).clear(folder, of: mesh.file.hash)
        let evidence = try SessionEvidence(peer.prepared, folder: folder)
        try evidence.writer.addPrivate(Self.startFile, execution.stateFile.load().encoded())
        let link = try PeerLink(job, with: peer.name, site: mesh.site, observer: observer, over: channel)
        let kind = PooledProtocol()
        _ = try await link.withSession(
            SessionTerms(peer.prepared.inputs, attempt: number),
            plan: kind.plan(for: job, between: [mesh.site.name, peer.name]),
            inspectors: { [job] in try kind.liveInspectors(for: job, in: $0) }, seed: evidence.seed,
            recorder: evidence.writer,
            finish: { session, end in
                try evidence.finish(session, files: end.files) { try end.result.facts(salt: $0) }
            }
        ) { session in
            try peer.book.attempt()
            try await open(session, peer, evidence)
            let end = try await wait(session, peer, channel, attempt)
            try await PooledRun.finish(session, end.heads)
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
        guard let table = committed.first(where: { $0.label == PooledProtocol.commitment }) else {
            throw session.violation("commitmentMissing")
        }
        try mesh.book.admit(table.root, of: mesh.site.peerEntry(peer.invitation))
        try evidence.writer.addApproval(of: peer.name, note: note)
        try await session.checkpoint()
    }

    /// Until the attempt is over, or the peer is gone before it began.
    private func wait(
        _ session: Session, _ peer: MeshPeer, _ channel: GRPCPeerChannel, _ attempt: MeshAttempt
    ) async throws -> MeshEnd {
        let watch = Task {
            await channel.untilPeerEnds()
            if !Task.isCancelled { await attempt.lose(peer.index) }
        }
        defer { watch.cancel() }
        return try await attempt.join(peer.index, session)
    }
}

/// The attempt that gathers now, with its number.
private final class LatestAttempt: Sendable {
    private let stored = Mutex<(MeshAttempt, UInt32)?>(nil)

    var value: (MeshAttempt, UInt32)? { stored.withLock { $0 } }

    func set(_ attempt: MeshAttempt?, _ number: UInt32) {
        stored.withLock { $0 = attempt.map { ($0, number) } }
    }
}

/// A value that several tasks read and write.
final class Shared<Value: Sendable>: Sendable {
    private let stored: Mutex<Value>

    init(_ value: Value) { stored = Mutex(value) }

    var value: Value {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}
