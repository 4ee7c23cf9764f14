import Jobs
import ProtocolKit
import Site
package import SplitRegression
package import Transcript
import Wire

/// What holds a part of a model to the fit that it is of (`protocols/transcript.md` 7.2). At the end of a fit both parties commit to
/// their parts; a prediction begins with the same commitments, and each party compares the other's with the one of the fit.
package struct ModelBinding: Sendable, Hashable, Codable {
    /// What the commitment is called among those of a session.
    package static let label = "model"

    /// Identity of the fit's session.
    package let session: String
    /// Opens this party's commitment: secret until an audit.
    package let salt: String
    /// This party's commitment, and the one that the peer sent.
    package let own: String
    package let peer: String

    /// The last messages of a fit.
    static func exchange(_ model: PartialModel, over session: Session) async throws -> ModelBinding {
        let salt = salt(of: session)
        let own = try model.commitment(salt: salt).item.root
        try await session.send(ModelCommitment(root: own))
        return try await receive(over: session, salt: salt, own: own)
    }

    /// The last messages of a fit of several parties before the heads of logs: one commitment, the same to all.
    ///
    /// - Parameter sessions: by the peer's number.
    /// - Returns: by the peer's name.
    static func exchange(
        _ model: PartialModel, over sessions: [Int: Session]
    ) async throws -> [String: ModelBinding] {
        let ordered = sessions.sorted { $0.key < $1.key }.map(\.value)
        guard let first = ordered.first else { return [:] }
        let salt = salt(of: first)
        let own = try model.commitment(salt: salt).item.root
        for session in ordered { try await session.send(ModelCommitment(root: own)) }
        var bindings: [String: ModelBinding] = [:]
        for session in ordered {
            bindings[session.peerName] = try await receive(over: session, salt: salt, own: own)
        }
        return bindings
    }

    private static func salt(of session: Session) -> [UInt8] {
        var random = session.randomness("model/salt")
        return (0..<4).flatMap { _ -> [UInt8] in
            let word = random.next()
            return stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
        }
    }

    private static func receive(over session: Session, salt: [UInt8], own: Bytes32) async throws -> ModelBinding {
        let peer = try await session.receive(ModelCommitment.self).root
        return ModelBinding(session: session.id.hex, salt: Hex.encode(salt), own: own.hex, peer: peer.hex)
    }

    /// - Throws: `Failure` 65 for a file that does not have 32 bytes there.
    func openingSalt() throws -> [UInt8] {
        guard let bytes = Hex.decode(salt), bytes.count == 32 else {
            throw Failure(.badData, "invalidModel", "the salt of the model's commitment is not one")
        }
        return bytes
    }
}

extension PartialModel {
    /// Of one leaf: the model as `model.json` in a fit's `private/` has it.
    package func commitment(salt: [UInt8]) throws -> InputCommitment {
        try InputCommitment(label: ModelBinding.label, values: [ResultFiles.json(self)], masterSalt: salt)
    }
}

extension SavedModel {
    /// Whether the coefficients are those that this party committed to at the end of the fit.
    ///
    /// - Throws: `Failure` 65.
    package func demandBound() throws {
        guard try model.commitment(salt: binding.openingSalt()).item.root.hex == binding.own else {
            throw Failure(
                .badData, "modelChanged",
                "this part of the model is not the one that \(party) committed to at the end of the fit",
                hint: "put back a copy of the model.json that `moiety job run` wrote")
        }
    }
}

extension JobInputs {
    /// Whether the peer brings the part of the model to which it committed in the fit that this site's part is of. Asked before anything
    /// is said about identifiers.
    ///
    /// - Parameter items: the peer's commitments.
    /// - Throws: `Failure` 5.
    func demandPeerModel(_ items: [InputCommitments.Item]) throws {
        guard session.commitments.contains(ModelBinding.label) else { return }
        guard let binding = scoring?.model.binding,
            let item = items.first(where: { $0.label == ModelBinding.label }), item.root.hex == binding.peer
        else {
            throw Failure(
                .peersDisagree, "modelMismatch",
                "\(peer.name) does not bring the part of the model that it committed to in the fit of this site's part",
                hint: "all sites need the model.json of the same run of the job, unchanged; this one is of session "
                    + (scoring.map { String($0.model.binding.session.prefix(16)) } ?? "unknown"))
        }
    }
}
