import GRPCTransport
import Wire

/// What all sessions of an attempt end with when it goes well.
struct MeshEnd<Result: Sendable>: Sendable {
    let result: Result
    let files: [ResultFile]
    let heads: MeshHeads
    /// Numbers of the sites that are gone.
    let lost: Set<Int>
}

/// A site that takes part in an attempt is gone: the others are told so, and nothing else.
struct SiteGone: PeerVisibleError {
    var abortReason: AbortReason { AbortReason(.transport, "siteLost") }
}

/// This site's own books refuse what all others agreed to: they are told that, and neither which rule it was nor which peer it is about.
struct SiteRefuses: PeerVisibleError {
    var abortReason: AbortReason { AbortReason(.refusal, "siteRefuses") }
}

/// One attempt to have a session with every other site: tasks bring sessions, one gathers and uses them, and each task ends its own.
actor MeshAttempt<Outcome: Sendable> {
    private enum Phase { case gathering, running, over }

    private let peers: [Int]
    private var phase = Phase.gathering
    /// Peers that a task is busy with, from the call to the end.
    private var engaged: Set<Int> = []
    private var sessions: [Int: Session] = [:]
    private var waiting: [Int: CheckedContinuation<MeshEnd<Outcome>, any Error>] = [:]
    private var outcome: Result<MeshEnd<Outcome>, any Error>?
    /// Why the latest try with a peer came to nothing.
    private(set) var obstacles: [Int: String] = [:]
    /// Whom peers said that they had lost when they ended a session that was not used yet.
    private(set) var lostBy: [Int: [String]] = [:]
    /// Sessions that ended as they should.
    private(set) var closed: Set<Int> = []

    init(peers: [Int]) { self.peers = peers }

    var isGathering: Bool { phase == .gathering }
    var isIdle: Bool { engaged.isEmpty }

    /// Peers whose session is not there yet.
    var missing: [Int] { peers.filter { sessions[$0] == nil } }

    /// Whether the caller may call that peer, or answer it.
    func claim(_ peer: Int) -> Bool {
        guard phase == .gathering else { return false }
        return engaged.insert(peer).inserted
    }

    func release(_ peer: Int, obstacle: String? = nil) {
        engaged.remove(peer)
        obstacles[peer] = obstacle
    }

    func close(_ peer: Int) { closed.insert(peer) }

    /// Brings a session and waits until the attempt is over.
    func join(_ peer: Int, _ session: Session) async throws -> MeshEnd<Outcome> {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if let outcome { return continuation.resume(with: outcome) }
                if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
                sessions[peer] = session
                waiting[peer] = continuation
                lostBy[peer] = nil
            }
        } onCancel: {
            Task { await self.leave(peer, CancellationError()) }
        }
    }

    /// A session is gone before it was used.
    ///
    /// - Parameter others: whom the peer said that it had lost itself.
    func lose(_ peer: Int, itself others: [String] = []) {
        guard phase == .gathering else { return }
        lostBy[peer] = others.isEmpty ? nil : others
        leave(peer, SiteGone())
    }

    private func leave(_ peer: Int, _ error: any Error) {
        if phase == .gathering { sessions[peer] = nil }
        waiting.removeValue(forKey: peer)?.resume(throwing: error)
    }

    /// All sessions, once all are there; from then on no other is taken.
    func begin() -> [Int: Session]? {
        guard phase == .gathering, missing.isEmpty else { return nil }
        phase = .running
        return sessions
    }

    /// Ends all sessions: those of lost sites as lost, whatever becomes of the others.
    func end(_ outcome: Result<MeshEnd<Outcome>, any Error>) {
        guard self.outcome == nil else { return }
        self.outcome = outcome
        phase = .over
        let lost = (try? outcome.get())?.lost ?? []
        for (peer, continuation) in waiting {
            if lost.contains(peer) {
                continuation.resume(throwing: SiteGone())
            } else {
                continuation.resume(with: outcome)
            }
        }
        waiting = [:]
    }
}
