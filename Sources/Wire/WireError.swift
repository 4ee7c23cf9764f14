/// Whose fault an error is, which decides what may be done about it (and the exit code of a program).
public enum FailureKind: UInt8, Sendable, Hashable, CaseIterable {
    /// Ours: a programming error, a full disk.
    case failure = 0
    /// The peer broke the protocol. Never retried.
    case violation = 1
    /// The two sides hold different jobs, versions or roles.
    case disagreement = 2
    /// One side's policy or guards say no.
    case refusal = 3
    /// The connection was lost or never was.
    case transport = 4
    /// The peer did not do its part in time.
    case timeout = 5
    /// A person or a parent task stopped the work.
    case cancelled = 6
}

/// Everything that can go wrong between two parties. Errors name the peer and the thing, never a content.
public indirect enum WireError: Error, Equatable, Sendable {
    // Codec: what a decoder says about bytes, before anybody knows whose they are.
    case truncated(wanted: Int, left: Int)
    case bytesLeftOver(Int)
    case tooLong(count: Int, limit: Int)
    case notCanonical(String)
    case invalidValue(String)

    // Handshake.
    case versionMismatch(peer: String, protocol: UInt16, ours: UInt16, theirs: UInt16)
    case jobMismatch(peer: String)
    case roleMismatch(peer: String, expected: String, found: String)
    case identityMismatch(peer: String)
    case certificateMismatch(peer: String)
    case nonceMismatch(peer: String)
    case bindingMismatch(peer: String)

    // Records and messages.
    case malformedFrame(peer: String)
    case malformedMessage(peer: String, message: String, cause: WireError)
    case frameTooLarge(peer: String, bytes: Int, limit: Int)
    case wrongSession(peer: String)
    case wrongParty(peer: String)
    case wrongSequence(peer: String, expected: UInt64, found: UInt64)
    case wrongVersion(peer: String)
    case unexpectedMessage(peer: String, expected: String, found: MessageType)
    case unexpectedRound(peer: String, message: String, expected: UInt32, found: UInt32)
    case unexpectedChunk(peer: String, message: String, expected: Chunk, found: Chunk)
    case payloadMismatch(peer: String, sequence: UInt64)
    case clockWentBack(peer: String, sequence: UInt64)
    case causalityViolation(peer: String, sequence: UInt64)
    case rewindDetected(peer: String, sequence: UInt64)
    case outOfOrder(peer: String, message: MessageType)
    case checkpointRefused(peer: String, CheckpointFault)
    /// The peer signed another head of `size` records than that of what it sent. Both heads are kept.
    case equivocation(peer: String, size: UInt64)
    /// The same, and the recorder could not keep the proof.
    case equivocationNotKept(peer: String, size: UInt64)
    /// Replay: what this side would send is not what it sent then.
    case replayMismatch(sequence: UInt64)
    /// A protocol's own check failed; `name` is what the peer is told too.
    case violation(peer: String, name: String)
    /// An inspector's check failed on a message of the peer's (`protocols/wire.md` 8.1).
    case refused(peer: String, failure: InspectionFailure)

    // The peer ended the session and said why.
    case peerAborted(peer: String, reason: AbortReason)

    // Transport.
    case timeout(peer: String, waitingFor: String)
    case unreachable(peer: String)
    case connectionLost(peer: String)
    /// A channel's own error: closed by either side. A session turns it into `connectionLost` with the peer's name.
    case channelClosed

    // Ours.
    case messageTooLarge(message: String, bytes: Int, limit: Int)
    /// An inspector's check failed on a message of this side's: it was not sent.
    case ownMessageRefused(InspectionFailure)
    case invalidName(String)
    case recorderNotEmpty
    case recorderFailed(String)
    case sessionEnded
    case cancelled

    public var kind: FailureKind {
        switch self {
        case .versionMismatch, .jobMismatch, .roleMismatch: .disagreement
        case .peerAborted(_, let reason): reason.kind
        case .timeout: .timeout
        case .unreachable, .connectionLost, .channelClosed: .transport
        case .messageTooLarge, .ownMessageRefused, .invalidName, .recorderNotEmpty, .recorderFailed, .sessionEnded:
            .failure
        case .cancelled: .cancelled
        default: .violation
        }
    }
}

/// What is wrong with a note of a checkpoint or a closing, or with what answers it. The names are those of T06 and T07 too
/// (`protocols/transcript.md` 9): what the session refuses, the verifier calls the same.
public enum CheckpointFault: String, Sendable, Hashable, CaseIterable {
    /// Not the sender's signed head at this place of its log.
    case checkpointInvalid
    /// The same of a closing; or it does not say what its sender had received.
    case closingInvalid
    case countersignatureInvalid
}

extension WireError {
    /// Parties that are gone by this error: the peer whose connection broke or that was stopped, or those that it says it lost itself. None
    /// where the peer ended the session in order, or is silent and connected: it may wait for another one itself.
    public var lostParties: [String] {
        switch self {
        case .connectionLost(let peer), .unreachable(let peer): [peer]
        case .peerAborted(let peer, let reason):
            !reason.lostParties.isEmpty ? reason.lostParties : reason.kind == .cancelled ? [peer] : []
        default: []
        }
    }

    /// The same with no other names of lost parties than these: a peer may name anybody, itself and this side too.
    package func naming(only parties: [String]) -> WireError {
        guard case .peerAborted(let peer, let reason) = self, !reason.lostParties.isEmpty else { return self }
        let known = reason.lostParties.filter { parties.contains($0) && $0 != peer }
        return .peerAborted(peer: peer, reason: known.isEmpty ? AbortReason(.transport, "endedByParty") : .lost(known))
    }
}

/// Why a side ended a session: a kind and an error's name, never a content. `name` is 1 to 64 of `A-Z a-z 0-9 . -`.
public struct AbortReason: Sendable, Hashable {
    public let kind: FailureKind
    public let name: String

    public init(_ kind: FailureKind, _ name: String) {
        self.kind = kind
        let kept = name.unicodeScalars.filter { Self.isAllowed($0) }.prefix(Self.longest)
        self.name = kept.isEmpty ? "unnamed" : String(String.UnicodeScalarView(kept))
    }

    public init(_ error: WireError) {
        self.init(error.kind, error.name)
    }

    /// The reason that a thrown error gives to the peer: its own if it has one, else only that something failed.
    public init(describing error: any Error) {
        switch error {
        case let error as WireError: self.init(error)
        case let error as any PeerVisibleError: self = error.abortReason
        case is CancellationError: self.init(.cancelled, "cancelled")
        default: self.init(.failure, "failed")
        }
    }

    /// Of a session between two of several parties: others are gone, who are named, as many as there is room for.
    public static func lost(_ parties: [String]) -> AbortReason {
        var name = lostPrefix
        for party in parties where name.utf8.count + party.utf8.count < longest {
            name += (name == lostPrefix ? "" : ".") + party
        }
        return AbortReason(.transport, name)
    }

    /// Whom such a reason names; none in others. They are the peer's words: it may name anybody.
    public var lostParties: [String] {
        guard name.hasPrefix(Self.lostPrefix) else { return [] }
        return name.dropFirst(Self.lostPrefix.count).split(separator: ".").map(String.init).reduce(into: []) {
            if !$0.contains($1) { $0.append($1) }
        }
    }

    private static let lostPrefix = "partyLost."
    private static let longest = 64

    static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "-": true
        default: false
        }
    }
}

/// An error whose name (and nothing else) may be told to the peer. Errors of protocols conform to it.
public protocol PeerVisibleError: Error {
    var abortReason: AbortReason { get }
}
