import Foundation
import Synchronization

extension Session {
    /// Opens a session: hellos, nonces, bindings, each direction of which the peer must answer in time. Versions,
    /// pinned identity, certificate, job and roles must match before anything else is sent.
    ///
    /// - Parameters:
    ///   - party: this side.
    ///   - peer: the other side as pinned.
    ///   - seed: everything random in this side's messages follows from it, the peer's nonce and the session.
    ///   - recorder: two empty logs.
    ///   - plan: when given, records that the plan has no place for end the session (`outOfOrder`).
    ///   - inspectors: when given, makes those that see every record before `receive` returns it; a message of the peer's
    ///     that they refuse ends the session by their name for it (`protocols/wire.md` 8.1).
    /// - Throws: `versionMismatch`, `identityMismatch`, `certificateMismatch`, `jobMismatch`, `roleMismatch`,
    ///   `nonceMismatch`, `bindingMismatch`, `malformedFrame`, `peerAborted`, `timeout`, `connectionLost`.
    public static func open(
        over channel: any PeerChannel, as party: LocalParty, expecting peer: PeerIdentity, terms: SessionTerms,
        seed: SessionSeed, recorder: any Recorder, limits: SessionLimits = SessionLimits(), plan: ProtocolPlan? = nil,
        inspectors: (@Sendable (SessionDescription) throws -> [any PayloadInspector])? = nil
    ) async throws -> Session {
        let opening = Opening(channel: channel, party: party, peer: peer, terms: terms, seed: seed, limits: limits)
        do {
            let session = try await opening.agree(recorder: recorder, plan: plan, inspectors: inspectors)
            return try await session.run { session in
                try await opening.bind(session)
                return session
            }
        } catch let error as WireError where error != .sessionEnded {
            await opening.refuse(error)
            throw error
        } catch is CancellationError {
            await opening.refuse(.cancelled)
            throw WireError.cancelled
        }
    }
}

extension Session {
    /// Tells a peer why there will be no session (a name, never a content), and closes the channel: for a side that finds
    /// before its own hello that it cannot take part. `protocols/wire.md` section 3.
    public static func refuse(
        _ reason: AbortReason, over channel: any PeerChannel, within limit: Duration = .seconds(2)
    ) async {
        // A task of its own: the word must go out even if this one was cancelled.
        await Task {
            _ = try? await withDeadline(
                limit, throwing: .channelClosed, onTimeout: { await channel.close() },
                { try await channel.send(Frame.refusal(try AbortMessage(reason: reason).encoded()).encoded) })
            await channel.close()
        }.value
    }

    /// A session that was held before, for deriving its messages again: what is received comes from a log, what is sent
    /// is compared with one. Signs with throw-away keys, which only checkpoints notice, and they compare no signatures
    /// of this side.
    package static func replaying(
        _ description: SessionDescription, own: BindingMessage, peer: BindingMessage, seed: SessionSeed,
        over channel: any PeerChannel, recorder: any Recorder
    ) -> Session {
        let hello = own.hello
        let terms = SessionTerms(
            jobHash: description.jobHash, role: description.local.role, peerRole: description.peer.role,
            protocols: hello.protocols, attempt: hello.attempt)
        let session = Session(
            description: description, terms: terms,
            limits: SessionLimits(maximumFrame: SessionLimits.largestFrame, wait: .seconds(24 * 3600)),
            channel: channel, recorder: recorder, hellos: (hello, peer.hello), nonces: (own.nonce, peer.nonce),
            logKey: SigningKey(), witnessKey: SigningKey(), inspectors: nil,
            effectiveSeed: seed.effective(peerNonce: peer.nonce, session: description.id))
        session.state.withLock { $0.consumed = recorder.head(of: .incoming) }
        return session
    }

    /// The frame of a record and its payload.
    package static func frame(record: [UInt8], payload: [UInt8]) throws(WireError) -> [UInt8] {
        try Frame.record(record, payload: payload).encoded
    }
}

/// The flights of a handshake. `protocols/wire.md` section 5.
private struct Opening: Sendable {
    let channel: any PeerChannel
    let party: LocalParty
    let peer: PeerIdentity
    let terms: SessionTerms
    let seed: SessionSeed
    let limits: SessionLimits
    let nonce = Bytes32.random()
    let logKey = SigningKey()
    let witnessKey = SigningKey()
    let own: Hello

    init(
        channel: any PeerChannel, party: LocalParty, peer: PeerIdentity, terms: SessionTerms, seed: SessionSeed,
        limits: SessionLimits
    ) {
        self.channel = channel
        self.party = party
        self.peer = peer
        self.terms = terms
        self.seed = seed
        self.limits = limits
        own = Hello(
            party: party, terms: terms, nonce: nonce, seed: seed, logKey: logKey.publicKey,
            witnessKey: witnessKey.publicKey)
    }

    /// Hellos and nonces; the result can send and receive.
    func agree(
        recorder: any Recorder, plan: ProtocolPlan?,
        inspectors: (@Sendable (SessionDescription) throws -> [any PayloadInspector])?
    ) async throws -> Session {
        guard recorder.head(of: .outgoing).size == 0, recorder.head(of: .incoming).size == 0 else {
            throw WireError.recorderNotEmpty
        }
        try await send(.hello(try own.encoded))
        let theirs = try await receiveHello()
        try theirs.check(
            against: own, expecting: peer, role: terms.peerRole, seen: channel.peerCertificateFingerprint)
        try await send(.reveal(nonce.bytes))
        let theirNonce = try await receiveNonce()
        guard Hello.commitment(to: theirNonce) == theirs.nonceCommitment else {
            throw WireError.nonceMismatch(peer: peer.name)
        }
        let id = try SessionBinding.sessionID(jobHash: terms.jobHash, (own, nonce), (theirs, theirNonce))
        let description = SessionDescription(
            id: id, jobHash: terms.jobHash, local: try own.party, peer: try theirs.party)
        let session = Session(
            description: description, terms: terms, limits: limits, channel: channel, recorder: recorder,
            hellos: (own, theirs), nonces: (nonce, theirNonce), logKey: logKey, witnessKey: witnessKey,
            inspectors: try inspectors?(description),
            effectiveSeed: seed.effective(peerNonce: theirNonce, session: id))
        if let plan {
            session.state.withLock { $0.monitor = ProtocolMonitor(plan: plan, parties: [party.name, peer.name]) }
        }
        do {
            try recorder.begin(description)
        } catch let error as WireError {
            throw error
        } catch {
            throw WireError.recorderFailed("begin")
        }
        return session
    }

    /// The first record each way: each identity signs both hellos.
    func bind(_ session: Session) async throws {
        let (own, theirs) = session.hellos
        let (_, theirNonce) = session.nonces
        let message = try SessionBinding.signed(
            session: session.id, jobHash: terms.jobHash, signer: party.name, own, theirs)
        try await session.send(
            BindingMessage(hello: own, nonce: nonce, signature: try party.identity.sign(message)))
        let binding = try await session.receive(BindingMessage.self, within: limits.handshake)
        guard binding.hello == theirs, binding.nonce == theirNonce else {
            throw WireError.bindingMismatch(peer: peer.name)
        }
        _ = try binding.verified(session: session.id, against: own)
    }

    private func receiveHello() async throws -> Hello {
        guard case .hello(let bytes) = try await receive(), let hello = try? Hello(encoded: bytes) else {
            throw WireError.malformedFrame(peer: peer.name)
        }
        return hello
    }

    private func receiveNonce() async throws -> Bytes32 {
        guard case .reveal(let bytes) = try await receive(), let nonce = Bytes32(bytes) else {
            throw WireError.malformedFrame(peer: peer.name)
        }
        return nonce
    }

    private func send(_ frame: Frame) async throws {
        let channel = channel
        let bytes = try frame.encoded
        do {
            try await withDeadline(
                limits.handshake, throwing: .timeout(peer: peer.name, waitingFor: "sending a greeting"),
                onTimeout: { await channel.close() }, { try await channel.send(bytes) })
        } catch {
            throw try named(error)
        }
    }

    private func receive() async throws -> Frame {
        let channel = channel
        let bytes: [UInt8]
        do {
            bytes = try await withDeadline(
                limits.handshake, throwing: .timeout(peer: peer.name, waitingFor: "a greeting"),
                onTimeout: { await channel.close() }, { try await channel.receive() })
        } catch {
            throw try named(error)
        }
        guard bytes.count <= Hello.maximumLength + 1, let frame = try? Frame(encoded: bytes) else {
            throw WireError.malformedFrame(peer: peer.name)
        }
        if case .refusal(let payload) = frame {
            guard let message = try? AbortMessage(payload: payload) else {
                throw WireError.malformedFrame(peer: peer.name)
            }
            throw WireError.peerAborted(peer: peer.name, reason: message.reason)
        }
        return frame
    }

    private func named(_ error: any Error) throws -> WireError {
        switch error {
        case is CancellationError: throw CancellationError()
        case WireError.unreachable: return .unreachable(peer: peer.name)
        case let error as WireError where error.kind == .timeout || error.kind == .violation:
            return error.named(peer.name)
        default: return .connectionLost(peer: peer.name)
        }
    }

    /// Tells the peer why there will be no session, and closes.
    func refuse(_ error: WireError) async {
        guard error.kind != .transport else { return await channel.close() }
        await Session.refuse(AbortReason(error), over: channel, within: limits.farewell)
    }
}
