import Paillier
import TestSupport
import Testing

@testable import KeyAgreement
@testable import Wire

/// A purpose of these tests' own.
private enum Toy: KeyPurpose {
    static let name = "training"
    static let parametersType = MessageType(rawValue: 0x0901)
    static let parametersName = "ToyParameters"
    static let keyType = MessageType(rawValue: 0x0902)
    static let keyName = "ToyKey"
}

/// B owns a key and proves it to A, against A's parameters.
@Suite struct KeyExchangeTests {
    private static let terms = KeyTerms(bits: 512, floor: 512)

    private let pair: Pair
    private let verifier: KeyVerifier<Toy>
    private let key: PrivateKey

    init() async throws {
        pair = try await Sides(protocols: [ProtocolVersion(id: 9, version: 1)]).opened()
        var generator = SplitMix(7)
        verifier = try KeyVerifier(Toy.self, terms: Self.terms, session: pair.a, using: &generator)
        key = try PrivateKey.generateUnchecked(bits: 512, using: &generator)
    }

    private func proof(_ key: PrivateKey, over session: Session) throws -> KeyMessage<Toy> {
        var generator = SplitMix(8)
        return try KeyProver(verifier.message, terms: Self.terms, session: session).prove(key, using: &generator)
    }

    private func record(_ type: MessageType, from: String, to: String) -> Record {
        Record(
            session: pair.a.id, from: from, to: to, sequence: 1, protocolVersion: ProtocolVersion(id: 9, version: 1),
            type: type, round: 0, attempt: 0, chunk: .whole, sentAt: 0, seen: .empty, payload: [])
    }

    private func refused(_ body: () throws(InspectionFailure) -> Void) -> String {
        do {
            try body()
            return "taken"
        } catch {
            return "\(error.check) \(error.name)"
        }
    }

    @Test func aProvenKeyIsTaken() throws {
        let message = try proof(key, over: pair.b)
        #expect(try verifier.verify(message).n == key.publicKey.n)
        // As it goes over the wire.
        #expect(try KeyMessage<Toy>(payload: message.encoded()).proof == message.proof)
    }

    @Test func anotherKeyOrAnotherProverIsNot() throws {
        let message = try proof(key, over: pair.b)
        var generator = SplitMix(9)
        let other = try PrivateKey.generateUnchecked(bits: 512, using: &generator)
        var swapped = message
        swapped.publicKey = other.publicKey.serialized
        #expect(throws: PaillierError.self) { try verifier.verify(swapped) }
        var changed = message
        changed.proof[changed.proof.count / 2] ^= 1
        #expect(throws: PaillierError.self) { try verifier.verify(changed) }
        // Made by A for B: a proof of the other direction.
        let mirrored = KeyProof.prove(
            key, context: Toy.keyContext(session: pair.a.id, prover: "hospital", verifier: "lab"),
            parameters: try Self.terms.parameters(
                verifier.message.parameters,
                context: Toy.verifierContext(session: pair.a.id, prover: "hospital", verifier: "lab")),
            using: &generator)
        let turned = KeyMessage<Toy>(publicKey: key.publicKey.serialized, proof: mirrored.serialized)
        #expect(throws: PaillierError.self) { try verifier.verify(turned) }
    }

    /// The size comes before anything that costs its cube.
    @Test func sizesAreOfTheTerms() throws {
        var generator = SplitMix(10)
        let small = try PrivateKey.generateUnchecked(bits: 320, using: &generator)
        var message = try proof(key, over: pair.b)
        message.publicKey = small.publicKey.serialized
        #expect(throws: PaillierError.keySizeMismatch(bits: 320, expected: 512)) { try verifier.verify(message) }
        let wider = KeyTerms(bits: 768, floor: 512)
        #expect(throws: PaillierError.keySizeMismatch(bits: 512, expected: 768)) {
            _ = try KeyProver<Toy>(verifier.message, terms: wider, session: pair.b)
        }
        #expect(throws: PaillierError.keyTooSmall(bits: 512, minimum: PublicKey.minimumBits)) {
            _ = try KeyVerifier(
                Toy.self, terms: KeyTerms(bits: 512), session: pair.a, using: &generator)
        }
    }

    @Test func theInspectorNamesWhatIsWrong() throws {
        let message = try proof(key, over: pair.b)
        let register = ModulusRegister()
        var inspector = KeyInspector(
            Toy.self, terms: Self.terms, session: pair.a.id, moduli: register, local: nil)
        let (parameters, keys) = (
            record(Toy.parametersType, from: "hospital", to: "lab"), record(Toy.keyType, from: "lab", to: "hospital")
        )
        // A key before the parameters that it is proven against.
        #expect(refused { () throws(InspectionFailure) in try inspector.take(message, keys) } == "T12 keyProofRejected")
        // Parameters from the other side carry a proof of this one.
        let turned = record(Toy.parametersType, from: "lab", to: "hospital")
        #expect(
            refused { () throws(InspectionFailure) in try inspector.take(verifier.message, turned) }
                == "T19 proofOfOtherContext")
        #expect(refused { () throws(InspectionFailure) in try inspector.take(verifier.message, parameters) } == "taken")
        #expect(refused { () throws(InspectionFailure) in try inspector.take(message, keys) } == "taken")
        #expect(inspector.keys["lab"]?.n == key.publicKey.n)
        #expect(inspector.key(provenBy: message.publicKey)?.n == key.publicKey.n)
        #expect(inspector.key(provenBy: []) == nil)
        // The same modulus again.
        #expect(refused { () throws(InspectionFailure) in try inspector.take(message, keys) } == "T26 keyReused")
    }
}
