import Foundation
import GRPCTransport
import Jobs
import ProtocolKit
package import Site
import Synchronization
import Wire

/// Runs approved jobs with whichever pinned peers ask for them: several at a time, one with each peer, each with a deadline.
package struct JobService: Sendable {
    package let site: SiteFolder
    package let out: String
    package let observer: any RunObserver
    private let certificate: SiteCertificate
    private let peers: [Invitation]
    private let calls = RecentCalls()

    package init(site: SiteFolder, out: String, observer: any RunObserver) throws {
        self.site = site
        let folder = URL(fileURLWithPath: out).standardizedFileURL.path
        self.out = folder
        // What will stand in it, so that a folder which is one of a site's own is refused too.
        try OutputPlace.check(out.isEmpty ? out : "\(folder)/results")
        self.observer = observer
        certificate = try SiteCertificate.load(
            certificatePath: site.certificateFile, keyPath: site.certificateKeyFile)
        peers = try site.peers.all()
        guard !peers.isEmpty else {
            throw Failure(.configuration, "noPeers", "this site knows no peer", hint: "moiety peer add FILE")
        }
        _ = try site.policy()
        _ = try site.ledger()
    }

    /// - Returns: hashes of the jobs that finished.
    package func serve(
        once: Bool, onListening: @escaping @Sendable (NetworkAddress) -> Void
    ) async throws -> [String] {
        let address = try NetworkAddress(site.settings.listen)
        let listener = GRPCListener(
            host: address.host, port: address.port, identity: certificate,
            pinned: Dictionary(
                peers.map { ($0.certificate.fingerprint, $0.name) }, uniquingKeysWith: { first, _ in first }),
            // Which job a peer wants is not known yet: the site's longest wait, and the session keeps the job's own.
            limits: .waiting(.seconds(site.settings.timeouts.message)))
        let finished = FinishedJobs()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // A peer beyond the limit is told that the site is busy, and comes again.
                try await listener.serve(
                    maximumSessions: site.settings.sessions,
                    onListening: { port in
                        // Not before: where nobody can be waited for, nothing is left.
                        do {
                            try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
                        } catch {
                            return finished.fail(error)
                        }
                        let bound = NetworkAddress(host: address.host, port: port)
                        observer.progress("waiting for \(peers.map(\.name).joined(separator: ", ")) on \(bound)")
                        onListening(bound)
                    },
                    onRefusal: { observer.warning("refused a connection: \($0)") }
                ) { channel in
                    if let hash = await answer(channel) { finished.append(hash) }
                }
            }
            group.addTask {
                for try await _ in finished.stream where once { return }
            }
            _ = try await group.next()
            group.cancelAll()
            try Task.checkCancellation()
            return finished.hashes
        }
    }

    /// - Returns: the job that finished, if it did.
    private func answer(_ channel: GRPCPeerChannel) async -> String? {
        do {
            let peeked = try await PeekedChannel(peeking: channel)
            guard let hash = peeked.jobHash?.hex else {
                throw Failure(.protocolViolation, "noGreeting", "\(channel.peerName) did not say which job it wants")
            }
            // First of all whether it is this peer's business: of other peers' jobs it must not learn that they exist.
            let session = try site.approvals.session(
                named: hash, among: SessionRegistry.moiety.purposes)
            let file = try site.approvals.job(session?.job.hex ?? hash)
            guard try file.sites(at: site).others.contains(where: { file.job.parties[$0].name == channel.peerName })
            else {
                throw Failure(.permission, "wrongPeer", "\(channel.peerName) is not the peer of job \(hash.prefix(16))")
            }
            _ = try file.parties(at: site)
            let path = "\(out)/\(hash)"
            guard !FileManager.default.fileExists(atPath: path) else {
                throw Failure(.cannotCreate, "outputExists", "job \(hash.prefix(16)) has run already: \(path)")
            }
            if let (job, purpose) = session, purpose != .fit {
                throw Failure(
                    .peersDisagree, "jobMismatch",
                    "\(channel.peerName) asks for \(SessionRegistry.moiety[purpose]?.phrase ?? purpose.rawValue) under job \(job.hex.prefix(16)); a service runs jobs only",
                    hint: "run the same command at this site")
            }
            // Before the table is read and a line stands in the ledger, which keeps lines for ever. A session that begins is counted there.
            try calls.admit(channel.peerName, most: site.policy().budgets[.attemptsPerHour], at: Date())
            let prepared = try PreparedJob(file, at: site)
            try prepared.checkTable()
            observer.progress("\(channel.peerName) asks for job \(hash.prefix(16)): \(prepared.job.title)")
            let link = try PeerLink(prepared.job, site: site, observer: observer, over: peeked)
            let execution = SessionExecution(prepared, over: link, out: path, observer: observer)
            return try await within(.seconds(site.settings.timeouts.session)) {
                try await execution.run(FitProtocol()).finished.inputs.file.hash
            }
        } catch {
            let failure = Failure(describing: error)
            // Whoever stopped the service knows; the command says it once.
            if !(Task.isCancelled && failure.status == .interrupted) { observer.sessionFailed(failure) }
            // Where there was a session, it told the peer and closed the channel; this is for what came before one.
            let reason = failure.code == "wrongPeer" ? AbortReason(.refusal, "notApproved") : failure.abortReason
            await Session.refuse(reason, over: channel)
            return nil
        }
    }
}

/// When each peer called within the last hour: what it costs a site that a peer calls is bounded, whether or not a session comes of it.
final class RecentCalls: Sendable {
    private let times = Mutex<[String: [Date]]>([:])

    /// - Throws: `PolicyRefusal`.
    func admit(_ peer: String, most: Int, at now: Date) throws(PolicyRefusal) {
        let count = times.withLock { times in
            let recent = (times[peer] ?? []).filter { $0 > now.addingTimeInterval(-3600) }
            // No more are kept than are asked for.
            times[peer] = recent.count < most ? recent + [now] : recent
            return recent.count
        }
        guard count >= most else { return }
        throw PolicyRefusal(
            rule: Budget.attemptsPerHour.rule,
            message: "\(peer) called \(count) times within an hour, this site allows \(most)",
            remedy: "it may call again later")
    }
}

/// What has finished, and word of each.
private final class FinishedJobs: Sendable {
    private let state = Mutex<[String]>([])
    let stream: AsyncThrowingStream<Void, any Error>
    private let continuation: AsyncThrowingStream<Void, any Error>.Continuation

    init() {
        (stream, continuation) = AsyncThrowingStream.makeStream()
    }

    var hashes: [String] { state.withLock { $0 } }

    func append(_ hash: String) {
        state.withLock { $0.append(hash) }
        continuation.yield()
    }

    /// Ends the service.
    func fail(_ error: any Error) { continuation.finish(throwing: error) }
}
