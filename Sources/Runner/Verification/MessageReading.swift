import Site
package import Transcript
package import Wire

/// One message alone, as its reader sees it.
package struct MessageReading {
    package let proof: MessageProof

    package init(_ proof: MessageProof) {
        self.proof = proof
    }

    /// - Throws: `Failure` 2 with what does not fit.
    package func checked() throws -> (sender: PartyDescription, receiver: PartyDescription) {
        do throws(TranscriptError) {
            return try proof.verifiedParties()
        } catch {
            guard case .notCanonical(let part) = error else { throw Failure(describing: error) }
            throw Failure(.verificationFailed, "\(part)Invalid", "the message does not hold: its \(part) does not fit")
        }
    }

    package func record(_ names: MessageNames) throws -> LogRecord {
        let record = try proof.verified()
        let payload = proof.payload.flatMap { Hex.decode($0) }
        return LogRecord(
            record, leaf: MerkleHash.leaf(Hex.decode(proof.record) ?? []), payload: payload,
            name: names.name(of: record.type), headline: true)
    }

    package func jobHash() throws -> String {
        let binding = try proof.bindings.first.flatMap { Hex.decode($0) }.map { try BindingMessage(payload: $0) }
        return binding?.hello.jobHash.hex ?? ""
    }
}
