/// What every proof is bound to, so that it convinces nobody in another session, direction or for another purpose
/// (`protocols/paillier.md` 7).
public struct ProofContext: Sendable, Equatable {
    /// `lp(session id) || lp(prover) || lp(verifier) || lp(purpose)`
    public let bytes: [UInt8]

    public init(sessionID: [UInt8], prover: String, verifier: String, purpose: String) {
        bytes = [sessionID, Array(prover.utf8), Array(verifier.utf8), Array(purpose.utf8)].flatMap(lengthPrefixed)
    }
}

/// `u32(length) || bytes`
func lengthPrefixed(_ bytes: [UInt8]) -> [UInt8] { withUnsignedBytes(of: UInt32(bytes.count)) + bytes }
