import Crypto
import Foundation
import Synchronization

/// An authenticated, recorded conversation with one peer under one job. The only way to a channel: every message is
/// bound to the session, appended to this side's log, and only then sent, or, when received, checked, appended, and
/// only then used. `protocols/wire.md`.
///
/// One task may send while another receives. Each direction keeps its order. After the first failure every call
/// throws that failure.
public final class Session: Sendable {
    /// SHA-256 over job, parties and both nonces.
    public let id: Bytes32
    public let localName: String
    public let peerName: String
    public let terms: SessionTerms
    public let description: SessionDescription
    public let limits: SessionLimits

    let channel: any PeerChannel
    let recorder: any Recorder
    let hellos: (own: Hello, peer: Hello)
    let nonces: (own: Bytes32, peer: Bytes32)
    let logKey: SigningKey
    let witnessKey: SigningKey
    let inspection: LiveInspection
    private let effectiveSeed: SymmetricKey

    let sending = AsyncLock()
    let receiving = AsyncLock()
    let state = Mutex(State())

    struct State {
        /// The first failure: final.
        var failure: WireError?
        /// Head of the incoming log after the last message that `receive` returned.
        var consumed = TreeHead.empty
        /// A frame that is in the log but perhaps not with the peer.
        var unsent: [UInt8]?
        var lastSentAt: UInt64 = 0
        var lastReceivedAt: UInt64 = 0
        var lastSeen = TreeHead.empty
        var checkpoints: UInt32 = 0
        var isClosed = false
        var monitor: ProtocolMonitor?
    }

    init(
        description: SessionDescription, terms: SessionTerms, limits: SessionLimits, channel: any PeerChannel,
        recorder: any Recorder, hellos: (own: Hello, peer: Hello), nonces: (own: Bytes32, peer: Bytes32),
        logKey: SigningKey, witnessKey: SigningKey, inspectors: [any PayloadInspector]?, effectiveSeed: SymmetricKey
    ) {
        self.id = description.id
        self.localName = description.local.name
        self.peerName = description.peer.name
        self.terms = terms
        self.description = description
        self.limits = limits
        self.channel = channel
        self.recorder = recorder
        self.hellos = hellos
        self.nonces = nonces
        self.logKey = logKey
        self.witnessKey = witnessKey
        inspection = LiveInspection(inspectors)
        self.effectiveSeed = effectiveSeed
    }

    /// Head of the log of what the peer sent, after the last message that `receive` returned.
    public var receivedHead: TreeHead { state.withLock { $0.consumed } }

    /// The generator for one message: AES-256-CTR keyed by HKDF(effective seed, label || round || attempt || chunk ||
    /// head), where head is the log of what the peer sent up to and including the message being answered.
    ///
    /// - Parameters:
    ///   - label: names the protocol step; a label, round, chunk and head name one stream, so no two steps share them.
    ///   - after: that head, as `receiveWithHead` returned it. `nil` means `receivedHead`, which is right only where
    ///     no other task is receiving.
    public func randomness(
        _ label: String, round: UInt32 = 0, chunk: UInt32 = 0, after: TreeHead? = nil
    ) -> ProtocolRandomness {
        ProtocolRandomness(
            effectiveSeed: effectiveSeed, label: label, round: round, attempt: terms.attempt, chunk: chunk,
            after: after ?? receivedHead)
    }

    /// An error for a check that only a protocol can make; `name` is told to the peer when the session ends by it.
    public func violation(_ name: String) -> WireError { .violation(peer: peerName, name: name) }

    /// Runs a role's function to its end. Whatever it throws, the peer is told the error's name, the channel is closed,
    /// and the most telling error is thrown on.
    public func run<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: (Session) async throws -> sending Result
    ) async throws -> sending Result {
        do {
            return try await body(self)
        } catch {
            throw await conclude(error)
        }
    }

    /// Ends the session because of `error`: returns the error to report.
    private func conclude(_ error: any Error) async -> any Error {
        let earlier = state.withLock { $0.failure }
        if case .peerAborted? = earlier {
            state.withLock { $0.isClosed = true }
            await channel.close()
        } else {
            await abort(AbortReason(describing: earlier ?? error))
        }
        guard let earlier else { return error is CancellationError ? WireError.cancelled : error }
        // A task that was cancelled, or lost the connection, because another found the real failure.
        if error is CancellationError { return earlier }
        if let error = error as? WireError, error.kind == .transport || error == .sessionEnded { return earlier }
        return error
    }

    /// Milliseconds of Unix time, never less than the last record's.
    func stamp() -> UInt64 {
        let now = UInt64(max(0, Date().timeIntervalSince1970 * 1000))
        return state.withLock { state in
            state.lastSentAt = max(state.lastSentAt, now)
            return state.lastSentAt
        }
    }

    /// Makes `error` the session's failure if it is the first; returns the first.
    @discardableResult
    func settle(_ error: WireError) -> WireError {
        state.withLock { state in
            if let failure = state.failure { return failure }
            state.failure = error
            return error
        }
    }

    func checkOpen() throws {
        let (failure, isClosed) = state.withLock { ($0.failure, $0.isClosed) }
        if let failure { throw failure }
        if isClosed { throw WireError.sessionEnded }
    }
}
