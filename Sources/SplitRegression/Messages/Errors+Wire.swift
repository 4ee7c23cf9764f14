public import Paillier
public import Wire

// Names that a peer is told, written out: another name for a case changes nothing that it sees.

extension TrainingError: PeerVisibleError {
    /// What the peer is told when this ends the session: a name, never a value.
    public var abortReason: AbortReason {
        switch self {
        case .protocolViolation: AbortReason(.violation, name)
        case .scoresRefused, .tooFewRows, .tooManyRows: AbortReason(.refusal, name)
        default: AbortReason(.failure, name)
        }
    }

    public var name: String {
        switch self {
        case .separation: "separation"
        case .notConverged: "notConverged"
        case .predictorOutOfRange: "predictorOutOfRange"
        case .aliasedAcrossParties: "aliasedAcrossParties"
        case .aliasedColumn: "aliasedColumn"
        case .keyTooSmall: "keyTooSmall"
        case .coefficientOutOfRange: "coefficientOutOfRange"
        case .labelOutOfDomain: "labelOutOfDomain"
        case .notOverdispersed: "notOverdispersed"
        case .constantLabel: "constantLabel"
        case .rowCountMismatch: "rowCountMismatch"
        case .tooFewRows: "tooFewRows"
        case .tooManyRows: "tooManyRows"
        case .scoresRefused: "scoresRefused"
        case .invalidPlan: "invalidPlan"
        case .protocolViolation: "protocolViolation"
        }
    }
}

extension PaillierError: PeerVisibleError {
    /// A key, proof or ciphertext that is not what it must be came from the peer; the rest is this side's.
    public var abortReason: AbortReason {
        switch self {
        case .malformedKey: AbortReason(.violation, "malformedKey")
        case .keyTooSmall: AbortReason(.violation, "keyTooSmall")
        case .unsupportedKeySize: AbortReason(.failure, "unsupportedKeySize")
        case .keySizeMismatch: AbortReason(.violation, "keySizeMismatch")
        case .evenModulus: AbortReason(.violation, "evenModulus")
        case .smallFactor: AbortReason(.violation, "smallFactor")
        case .squareModulus: AbortReason(.violation, "squareModulus")
        case .primeModulus: AbortReason(.violation, "primeModulus")
        case .sharedFactor: AbortReason(.violation, "sharedFactor")
        case .malformedCiphertexts: AbortReason(.violation, "malformedCiphertexts")
        case .ciphertextOutOfRange: AbortReason(.violation, "ciphertextOutOfRange")
        case .ciphertextNotUnit: AbortReason(.violation, "ciphertextNotUnit")
        case .ciphertextUnencrypted: AbortReason(.violation, "ciphertextUnencrypted")
        case .openingMismatch: AbortReason(.failure, "openingMismatch")
        case .scalarOutOfRange: AbortReason(.failure, "scalarOutOfRange")
        case .shapeMismatch: AbortReason(.failure, "shapeMismatch")
        case .wouldOverflow: AbortReason(.failure, "wouldOverflow")
        case .malformedProof: AbortReason(.violation, "malformedProof")
        case .proofFailed: AbortReason(.violation, "proofFailed")
        }
    }
}
