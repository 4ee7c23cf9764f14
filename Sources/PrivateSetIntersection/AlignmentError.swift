/// Why an alignment ended without a result. Carries sizes and positions, never an identifier, a tag or a key.
public enum AlignmentError: Error, Equatable, Sendable {
    // This party's own input or settings.
    case noIdentifiers
    /// Two rows, as positions in the input, hold the same identifier.
    case duplicateIdentifier(first: Int, second: Int)
    case ownSetTooLarge(count: Int, maximum: Int)
    /// Fewer than the smallest cohort: no result could come of it.
    case ownSetTooSmall(count: Int, minimum: Int)
    case unsupportedKeySize(bits: Int)

    // The two sides do not fit together.
    case protocolVersionDiffers(own: Int, peer: Int)
    case keySizesDiffer(own: Int, peer: Int)
    case rolesConflict
    case peerSetEmpty
    case peerSetTooLarge(count: Int, maximum: Int)
    case peerSetTooSmall(count: Int, minimum: Int)

    // The peer broke the protocol.
    case verifierParametersRejected
    case keyProofRejected
    case encryptedKeyRejected
    case rangeProofRejected
    case wrongCount(message: String, expected: Int, found: Int)
    case ciphertextRejected(chunk: Int)
    case blindingProofRejected(chunk: Int)
    /// A returned element is 0, 1, -1 or not below P, or no x-coordinate of the curve; the position is among the elements
    /// of its chunk.
    case elementOutOfGroup(chunk: Int, index: Int)
    /// An element of the curve came before, from the peer or from this party.
    case elementRepeated(chunk: Int, index: Int)
    /// A value that must be invertible is zero, or no try brings an identifier onto the curve: probability 2^-256, or an
    /// aimed key.
    case degenerateValue
    /// Tags that must ascend strictly, so that none is there twice, do not.
    case tagsNotAscending
    /// The evaluations of two different identifiers are the same.
    case evaluationsRepeat
    /// The peer announced as matching a tag that is not among one's own.
    case unknownTag
    /// It announced one that is, and has not computed it: a person of whom it knows no more than the tag.
    case matchUnproven
    case ordersDiffer

    // A lawful end without a cohort.
    case emptyIntersection
    case cohortTooSmall(minimum: Int)
}
