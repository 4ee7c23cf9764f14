public import Paillier
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

extension PaillierError: PeerVisibleError {
    /// A key, proof or ciphertext that is not what it must be came from the peer; the rest is this side's.
    public var abortReason: AbortReason {
        let name = String(String(describing: self).prefix { $0.isLetter })
        switch self {
        case .unsupportedKeySize, .openingMismatch, .scalarOutOfRange, .shapeMismatch, .wouldOverflow, .notFinite:
            return AbortReason(.failure, name)
        default: return AbortReason(.violation, name)
        }
    }
}
