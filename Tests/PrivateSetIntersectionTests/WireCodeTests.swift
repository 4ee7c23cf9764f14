import Testing
import Wire

@testable import PrivateSetIntersection

@Suite struct WireCodeTests {
    /// What a peer is told, as it goes over the wire.
    static let codes: [(AlignmentError, FailureKind, String)] = [
        (.noIdentifiers, .failure, "noIdentifiers"),
        (.duplicateIdentifier(first: 0, second: 1), .failure, "duplicateIdentifier"),
        (.ownSetTooLarge(count: 2, maximum: 1), .refusal, "ownSetTooLarge"),
        (.unsupportedKeySize(bits: 1), .failure, "unsupportedKeySize"),
        (.protocolVersionDiffers(own: 1, peer: 2), .disagreement, "protocolVersionDiffers"),
        (.keySizesDiffer(own: 1, peer: 2), .disagreement, "keySizesDiffer"),
        (.rolesConflict, .disagreement, "rolesConflict"), (.peerSetEmpty, .refusal, "peerSetEmpty"),
        (.peerSetTooLarge(count: 2, maximum: 1), .refusal, "peerSetTooLarge"),
        (.verifierParametersRejected, .violation, "verifierParametersRejected"),
        (.keyProofRejected, .violation, "keyProofRejected"),
        (.encryptedKeyRejected, .violation, "encryptedKeyRejected"),
        (.rangeProofRejected, .violation, "rangeProofRejected"),
        (.wrongCount(message: "x", expected: 1, found: 2), .violation, "wrongCount"),
        (.ciphertextRejected(chunk: 0), .violation, "ciphertextRejected"),
        (.blindingProofRejected(chunk: 0), .violation, "blindingProofRejected"),
        (.elementOutOfGroup(chunk: 0, index: 0), .violation, "elementOutOfGroup"),
        (.elementRepeated(chunk: 0, index: 0), .violation, "elementRepeated"),
        (.degenerateValue, .violation, "degenerateValue"), (.tagsNotAscending, .violation, "tagsNotAscending"),
        (.evaluationsRepeat, .violation, "evaluationsRepeat"), (.unknownTag, .violation, "unknownTag"),
        (.matchUnproven, .violation, "matchUnproven"),
        (.ordersDiffer, .violation, "ordersDiffer"), (.emptyIntersection, .refusal, "emptyIntersection"),
        (.cohortTooSmall(minimum: 5), .refusal, "cohortTooSmall"),
    ]

    @Test func namesAreWrittenOut() {
        for (error, kind, name) in Self.codes { #expect(error.abortReason == AbortReason(kind, name)) }
    }
}
