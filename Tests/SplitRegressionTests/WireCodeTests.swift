import Paillier
import Records
import Testing
import Wire

@testable import SplitRegression

@Suite struct WireCodeTests {
    /// What a peer is told, as it goes over the wire.
    static let training: [(TrainingError, FailureKind, String)] = [
        (.separation(), .failure, "separation"), (.notConverged(passes: 1, norm: 1), .failure, "notConverged"),
        (.predictorOutOfRange(radius: 1), .failure, "predictorOutOfRange"),
        (.aliasedAcrossParties(), .failure, "aliasedAcrossParties"),
        (.aliasedColumn("x"), .failure, "aliasedColumn"), (.keyTooSmall(bits: 1), .failure, "keyTooSmall"),
        (.coefficientOutOfRange, .failure, "coefficientOutOfRange"),
        (.labelOutOfDomain(row: 0), .failure, "labelOutOfDomain"), (.notOverdispersed, .failure, "notOverdispersed"),
        (.constantLabel, .failure, "constantLabel"),
        (.rowCountMismatch(own: 1, peer: 2), .failure, "rowCountMismatch"),
        (.tooFewRows(rows: 1, parameters: 2), .refusal, "tooFewRows"),
        (.tooManyRows(rows: 2, most: 1), .refusal, "tooManyRows"),
        (.scoresRefused(columns: 1, minimum: 2), .refusal, "scoresRefused"),
        (.invalidPlan("x"), .failure, "invalidPlan"), (.protocolViolation("x"), .violation, "protocolViolation"),
    ]

    static let paillier: [(PaillierError, FailureKind, String)] = [
        (.malformedKey, .violation, "malformedKey"), (.keyTooSmall(bits: 1, minimum: 2), .violation, "keyTooSmall"),
        (.unsupportedKeySize(bits: 1), .failure, "unsupportedKeySize"),
        (.keySizeMismatch(bits: 1, expected: 2), .violation, "keySizeMismatch"),
        (.evenModulus, .violation, "evenModulus"), (.smallFactor, .violation, "smallFactor"),
        (.squareModulus, .violation, "squareModulus"), (.primeModulus, .violation, "primeModulus"),
        (.sharedFactor(first: 0, second: 1), .violation, "sharedFactor"),
        (.malformedCiphertexts(expectedBytes: 1, foundBytes: 2), .violation, "malformedCiphertexts"),
        (.ciphertextOutOfRange(index: 0), .violation, "ciphertextOutOfRange"),
        (.ciphertextNotUnit(index: 0), .violation, "ciphertextNotUnit"),
        (.ciphertextUnencrypted(index: 0), .violation, "ciphertextUnencrypted"),
        (.openingMismatch(index: 0), .failure, "openingMismatch"),
        (.scalarOutOfRange(column: 0), .failure, "scalarOutOfRange"), (.shapeMismatch, .failure, "shapeMismatch"),
        (.wouldOverflow(neededBits: 2, availableBits: 1), .failure, "wouldOverflow"),
        (.malformedProof(.modulus), .violation, "malformedProof"),
        (.proofFailed(.modulus), .violation, "proofFailed"),
    ]

    @Test func namesAreWrittenOut() {
        for (error, kind, name) in Self.training { #expect(error.abortReason == AbortReason(kind, name)) }
        for (error, kind, name) in Self.paillier { #expect(error.abortReason == AbortReason(kind, name)) }
    }

    /// Results that a commitment is made to name the family.
    @Test func familiesAreWrittenOut() {
        #expect(ModelFamily.linear.rawValue == "linear")
        #expect(ModelFamily.logistic.rawValue == "logistic")
    }
}
