extension WireError {
    /// All that the peer is told, written out: another name for a case in this program changes nothing that a peer sees.
    public var name: String {
        switch self {
        case .violation(_, let name): name
        case .refused(_, let failure), .ownMessageRefused(let failure): failure.name
        case .peerAborted(_, let reason): reason.name
        case .truncated: "truncated"
        case .bytesLeftOver: "bytesLeftOver"
        case .tooLong: "tooLong"
        case .notCanonical: "notCanonical"
        case .invalidValue: "invalidValue"
        case .versionMismatch: "versionMismatch"
        case .jobMismatch: "jobMismatch"
        case .roleMismatch: "roleMismatch"
        case .identityMismatch: "identityMismatch"
        case .certificateMismatch: "certificateMismatch"
        case .nonceMismatch: "nonceMismatch"
        case .bindingMismatch: "bindingMismatch"
        case .malformedFrame: "malformedFrame"
        case .malformedMessage: "malformedMessage"
        case .frameTooLarge: "frameTooLarge"
        case .wrongSession: "wrongSession"
        case .wrongParty: "wrongParty"
        case .wrongSequence: "wrongSequence"
        case .wrongVersion: "wrongVersion"
        case .unexpectedMessage: "unexpectedMessage"
        case .unexpectedRound: "unexpectedRound"
        case .unexpectedChunk: "unexpectedChunk"
        case .payloadMismatch: "payloadMismatch"
        case .clockWentBack: "clockWentBack"
        case .causalityViolation: "causalityViolation"
        case .rewindDetected: "rewindDetected"
        case .outOfOrder: "outOfOrder"
        case .checkpointRefused(_, let fault): fault.rawValue
        // Whether its proof could be kept is not for the peer to know.
        case .equivocation, .equivocationNotKept: "equivocation"
        case .replayMismatch: "replayMismatch"
        case .timeout: "timeout"
        case .unreachable: "unreachable"
        case .connectionLost: "connectionLost"
        case .channelClosed: "channelClosed"
        case .messageTooLarge: "messageTooLarge"
        case .invalidName: "invalidName"
        case .recorderNotEmpty: "recorderNotEmpty"
        case .recorderFailed: "recorderFailed"
        case .sessionEnded: "sessionEnded"
        case .cancelled: "cancelled"
        }
    }
}
