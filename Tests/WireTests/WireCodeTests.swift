import Testing

@testable import Wire

/// Every name that a peer may be told, as it goes over the wire: another name for a case must not change it.
@Suite struct WireCodeTests {
    private static let peer = "lab"
    private static let failure = InspectionFailure(check: "T20", name: "ciphertextRepeated", sentence: "Twice.")

    static let codes: [(WireError, String)] = [
        (.truncated(wanted: 1, left: 0), "truncated"), (.bytesLeftOver(1), "bytesLeftOver"),
        (.tooLong(count: 2, limit: 1), "tooLong"), (.notCanonical("x"), "notCanonical"),
        (.invalidValue("x"), "invalidValue"),
        (.versionMismatch(peer: peer, protocol: 1, ours: 1, theirs: 2), "versionMismatch"),
        (.jobMismatch(peer: peer), "jobMismatch"),
        (.roleMismatch(peer: peer, expected: "a", found: "b"), "roleMismatch"),
        (.identityMismatch(peer: peer), "identityMismatch"), (.certificateMismatch(peer: peer), "certificateMismatch"),
        (.nonceMismatch(peer: peer), "nonceMismatch"), (.bindingMismatch(peer: peer), "bindingMismatch"),
        (.malformedFrame(peer: peer), "malformedFrame"),
        (.malformedMessage(peer: peer, message: "x", cause: .invalidValue("y")), "malformedMessage"),
        (.frameTooLarge(peer: peer, bytes: 2, limit: 1), "frameTooLarge"), (.wrongSession(peer: peer), "wrongSession"),
        (.wrongParty(peer: peer), "wrongParty"),
        (.wrongSequence(peer: peer, expected: 1, found: 2), "wrongSequence"),
        (.wrongVersion(peer: peer), "wrongVersion"),
        (.unexpectedMessage(peer: peer, expected: "x", found: .abort), "unexpectedMessage"),
        (.unexpectedRound(peer: peer, message: "x", expected: 1, found: 2), "unexpectedRound"),
        (.unexpectedChunk(peer: peer, message: "x", expected: .whole, found: .whole), "unexpectedChunk"),
        (.payloadMismatch(peer: peer, sequence: 1), "payloadMismatch"),
        (.clockWentBack(peer: peer, sequence: 1), "clockWentBack"),
        (.causalityViolation(peer: peer, sequence: 1), "causalityViolation"),
        (.rewindDetected(peer: peer, sequence: 1), "rewindDetected"),
        (.outOfOrder(peer: peer, message: .abort), "outOfOrder"),
        (.checkpointRefused(peer: peer, .checkpointInvalid), "checkpointInvalid"),
        (.checkpointRefused(peer: peer, .closingInvalid), "closingInvalid"),
        (.checkpointRefused(peer: peer, .countersignatureInvalid), "countersignatureInvalid"),
        (.equivocation(peer: peer, size: 1), "equivocation"),
        (.equivocationNotKept(peer: peer, size: 1), "equivocation"), (.replayMismatch(sequence: 1), "replayMismatch"),
        (.violation(peer: peer, name: "anything"), "anything"),
        (.refused(peer: peer, failure: failure), "ciphertextRepeated"),
        (.ownMessageRefused(failure), "ciphertextRepeated"),
        (.peerAborted(peer: peer, reason: AbortReason(.refusal, "theirs")), "theirs"),
        (.timeout(peer: peer, waitingFor: "x"), "timeout"), (.unreachable(peer: peer), "unreachable"),
        (.connectionLost(peer: peer), "connectionLost"), (.channelClosed, "channelClosed"),
        (.messageTooLarge(message: "x", bytes: 2, limit: 1), "messageTooLarge"), (.invalidName("x"), "invalidName"),
        (.recorderNotEmpty, "recorderNotEmpty"), (.recorderFailed("x"), "recorderFailed"),
        (.sessionEnded, "sessionEnded"), (.cancelled, "cancelled"),
    ]

    @Test func namesAreWrittenOut() {
        for (error, name) in Self.codes {
            #expect(error.name == name)
            #expect(AbortReason(error).name == name)
        }
        #expect(WireError.refused(peer: "lab", failure: Self.failure).kind == .violation)
        #expect(WireError.ownMessageRefused(Self.failure).kind == .failure)
    }
}
