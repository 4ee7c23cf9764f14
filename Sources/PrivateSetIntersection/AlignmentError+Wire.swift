public import Wire

extension AlignmentError: PeerVisibleError {
    /// The kind and the name that the peer is told, written out: another name for a case changes nothing that it sees.
    public var abortReason: AbortReason {
        switch self {
        case .noIdentifiers: AbortReason(.failure, "noIdentifiers")
        case .duplicateIdentifier: AbortReason(.failure, "duplicateIdentifier")
        case .ownSetTooLarge: AbortReason(.refusal, "ownSetTooLarge")
        case .ownSetTooSmall: AbortReason(.refusal, "ownSetTooSmall")
        case .unsupportedKeySize: AbortReason(.failure, "unsupportedKeySize")
        case .protocolVersionDiffers: AbortReason(.disagreement, "protocolVersionDiffers")
        case .keySizesDiffer: AbortReason(.disagreement, "keySizesDiffer")
        case .rolesConflict: AbortReason(.disagreement, "rolesConflict")
        case .peerSetEmpty: AbortReason(.refusal, "peerSetEmpty")
        case .peerSetTooLarge: AbortReason(.refusal, "peerSetTooLarge")
        case .peerSetTooSmall: AbortReason(.refusal, "peerSetTooSmall")
        case .verifierParametersRejected: AbortReason(.violation, "verifierParametersRejected")
        case .keyProofRejected: AbortReason(.violation, "keyProofRejected")
        case .encryptedKeyRejected: AbortReason(.violation, "encryptedKeyRejected")
        case .rangeProofRejected: AbortReason(.violation, "rangeProofRejected")
        case .wrongCount: AbortReason(.violation, "wrongCount")
        case .ciphertextRejected: AbortReason(.violation, "ciphertextRejected")
        case .blindingProofRejected: AbortReason(.violation, "blindingProofRejected")
        case .elementOutOfGroup: AbortReason(.violation, "elementOutOfGroup")
        case .elementRepeated: AbortReason(.violation, "elementRepeated")
        case .degenerateValue: AbortReason(.violation, "degenerateValue")
        case .tagsNotAscending: AbortReason(.violation, "tagsNotAscending")
        case .evaluationsRepeat: AbortReason(.violation, "evaluationsRepeat")
        case .unknownTag: AbortReason(.violation, "unknownTag")
        case .matchUnproven: AbortReason(.violation, "matchUnproven")
        case .ordersDiffer: AbortReason(.violation, "ordersDiffer")
        case .emptyIntersection: AbortReason(.refusal, "emptyIntersection")
        case .cohortTooSmall: AbortReason(.refusal, "cohortTooSmall")
        }
    }
}
