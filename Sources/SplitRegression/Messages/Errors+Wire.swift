public import Wire

extension TrainingError: PeerVisibleError {
    /// What the peer is told when this ends the session: the case's name, never a value.
    public var abortReason: AbortReason {
        switch self {
        case .protocolViolation: AbortReason(.violation, name)
        case .scoresRefused, .tooFewRows: AbortReason(.refusal, name)
        default: AbortReason(.failure, name)
        }
    }
}
