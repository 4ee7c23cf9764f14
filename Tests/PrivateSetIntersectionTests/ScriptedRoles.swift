import Bignum
import KeyAgreement
import Wire

@testable import Paillier
@testable import PrivateSetIntersection

/// A sender under a test's control: honest but for what a test replaces. Keys of one slot.
struct ScriptedSender: Sendable {
    let identifiers: [[UInt8]]
    var role = AlignmentRole.sender
    /// Replaces k; what it is encrypted as and proven by follows the honest algorithms.
    var prfKey: BigInt?
    var changeKey: @Sendable (SenderKey) -> SenderKey = { $0 }
    var changeEvaluations: @Sendable (Evaluations) -> Evaluations = { $0 }
    var changeTags: @Sendable ([AlignmentTag]) -> [AlignmentTag] = { $0 }
    var changeOrder: @Sendable (OrderDigest) -> OrderDigest = { $0 }

    /// What the sender saw.
    struct View: Sendable {
        /// The slots modulo q.
        var values: [BigInt] = []
        var matches: [AlignmentTag] = []
    }

    func run(_ session: Session) async throws -> View {
        try await session.send(
            AlignmentOpening(
                role: role, keyBits: UInt16(Small.keyBits), setSize: UInt64(identifiers.count), minimumCohort: 1))
        let opening = try await session.receive(AlignmentOpening.self)
        let conversation = Conversation(
            session: session, identifiers: identifiers, peerCount: Int(opening.setSize), keyBits: Small.keyBits,
            minimumCohort: 1, parameters: try Small.parameters(), progress: { _ in })
        let (key, group, hashes) = (try Small.key(), conversation.group, conversation.hashes)
        let (q, p) = (group.order.value, group.modulus.value)
        var generator = session.randomness("test")

        let prover = try KeyProver(
            try await session.receive(VerifierParameters.self), terms: conversation.keyTerms, session: session)
        try await session.send(changeKey(prover.prove(key, using: &generator)))
        let k = prfKey ?? BigInt.random(below: q - 1, using: &generator) + 1
        let nonce = LimbVector.random(count: 1, below: key.publicKey.n, using: &generator)
        let encryptedKey = try key.publicKey.encrypt(
            key.publicKey.plaintexts([k]), nonces: nonce
        ).serialized
        // The best that a prover of a k out of range can do: openings of the pairs are right, sums are not.
        let proof = try RangeProof.prove(
            k: k.mod(BigInt(1) << BlindingSizes.order), nonce: nonce[0], encryptedKey: encryptedKey,
            publicKey: key.publicKey, hashes: hashes,
            prover: session.localName, using: &generator)
        try await session.send(EncryptedPRFKey(ciphertext: encryptedKey, rangeProof: proof))
        let salt = try await session.receive(HashSalt.self).salt.bytes

        var view = View()
        let blinded = try await session.receive(BlindedIdentifiers.self)
        let ciphertexts = try CiphertextVector(
            serialized: blinded.ciphertexts, count: conversation.peerCount, key: key.publicKey)
        view.values = key.decrypt(ciphertexts).bigInts().map { $0.mod(q) }
        let elements = try view.values.flatMap {
            try group.generator.pow($0.inverse(modulo: q), modulo: p).bigEndianBytes(width: group.modulus.byteWidth)
        }
        try await session.send(
            changeEvaluations(Evaluations(identifiers: UInt32(conversation.peerCount), elements: elements)))
        let tags = try identifiers.map { identifier in
            let exponent = (k + hashes.exponent(of: identifier, salt: salt, order: q)).mod(q)
            let element = try group.generator.pow(exponent.inverse(modulo: q), modulo: p)
            return hashes.tag(of: try element.bigEndianBytes(width: group.modulus.byteWidth))
        }
        try await session.checkpoint()
        try await session.send(SenderTags(tags: changeTags(tags.sorted())))
        try await session.checkpoint()
        _ = try await session.receive(MatchOutcome.self)
        view.matches = try await session.receive(MatchingTags.self).tags
        _ = try await session.receive(MatchProofs.self)
        try await session.send(
            changeOrder(OrderDigest(count: UInt64(view.matches.count), order: hashes.order(of: view.matches))))
        _ = try await session.receive(OrderDigest.self)
        return view
    }
}

/// A receiver under a test's control. Keys of one slot, one chunk.
struct ScriptedReceiver: Sendable {
    let identifiers: [[UInt8]]
    var changeParameters: @Sendable (VerifierParameters) -> VerifierParameters = { $0 }
    var changeBlinded: @Sendable (BlindedIdentifiers) -> BlindedIdentifiers = { $0 }
    var outcome: @Sendable ([AlignmentTag]) -> MatchOutcome = { MatchOutcome(kind: .matched, count: UInt64($0.count)) }
    /// What is announced as matching, given own tags and the sender's, ascending.
    var matches: @Sendable ([AlignmentTag], [AlignmentTag]) -> [AlignmentTag] = { own, theirs in
        theirs.filter { own.contains($0) }
    }
    /// The proof of a tag that is not an own one: the receiver cannot know it.
    var guess = AlignmentTag(high: 1, low: 1)
    var changeProofs: @Sendable ([AlignmentTag]) -> [AlignmentTag] = { $0 }

    func run(_ session: Session) async throws {
        try await session.send(
            AlignmentOpening(
                role: .receiver, keyBits: UInt16(Small.keyBits), setSize: UInt64(identifiers.count), minimumCohort: 1))
        let opening = try await session.receive(AlignmentOpening.self)
        let conversation = Conversation(
            session: session, identifiers: identifiers, peerCount: Int(opening.setSize), keyBits: Small.keyBits,
            minimumCohort: 1, parameters: try Small.parameters(), progress: { _ in })
        let (group, hashes) = (conversation.group, conversation.hashes)
        let q = group.order.value
        var generator = session.randomness("test")
        let verifier = try KeyVerifier(
            AlignmentKeys.self, terms: conversation.keyTerms, session: session, using: &generator)
        try await session.send(changeParameters(verifier.message))
        let publicKey = try verifier.verify(try await session.receive(SenderKey.self))
        let encryptedKey = try await session.receive(EncryptedPRFKey.self).ciphertext
        let salt = Bytes32(hashing: [1])
        try await session.send(HashSalt(salt: salt))

        let blinding = try BlindingKey(
            CiphertextVector(serialized: encryptedKey, count: 1, key: publicKey), using: &generator)
        let c = LimbVector.random(count: identifiers.count, below: q - 1, using: &generator)
        let a = try LimbVector((0..<identifiers.count).map { (c[$0] + 1) << 1 }, bits: BlindingSizes.coefficient)
        let b = try LimbVector(
            identifiers.enumerated().map { index, identifier in
                let t = BigInt.random(bits: BlindingSizes.quotientMask, using: &generator)
                return a[index] * hashes.exponent(of: identifier, salt: salt.bytes, order: q) + t * q
                    + BlindingSizes.quotientShift(order: q)
            }, bits: BlindingSizes.offset)
        let ciphertexts = try blinding.encrypt(a: a, b: b, using: &generator).serialized
        let statement = BlindingStatement(
            sessionID: hashes.sessionID, chunk: 0, identifiers: UInt32(identifiers.count), encryptedKey: encryptedKey,
            salt: salt.bytes, ciphertexts: ciphertexts)
        let proof = try BlindingProof.prove(a: a, b: b, statement: statement, key: blinding, using: &generator)
        try await session.send(
            changeBlinded(
                BlindedIdentifiers(
                    identifiers: UInt32(identifiers.count), ciphertexts: ciphertexts, proof: try proof.serialized())))

        let answer = try await session.receive(Evaluations.self)
        let elements = try ResidueVector(bigEndian: answer.elements, count: identifiers.count, modulus: group.modulus)
        let keys = hashes.keys(of: elements.pow(secret: a).bigEndianBytes(), width: group.modulus.byteWidth)
        let own = keys.map(\.tag)
        try await session.checkpoint()
        let theirs = try await session.receive(SenderTags.self).tags
        try await session.checkpoint()
        let found = matches(own, theirs)
        try await session.send(outcome(found))
        try await session.send(MatchingTags(tags: found))
        let proofs = found.map { tag in keys.first { $0.tag == tag }?.proof ?? guess }
        try await session.send(MatchProofs(tags: changeProofs(proofs)))
        try await session.send(OrderDigest(count: UInt64(found.count), order: hashes.order(of: found)))
        _ = try await session.receive(OrderDigest.self)
    }
}
