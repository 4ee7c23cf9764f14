import Bignum
import KeyAgreement
import TestSupport
import Testing
import Wire

@testable import Paillier
@testable import PrivateSetIntersection

@Suite("A sender that deviates")
struct DeviatingSenderTests {
    private let own = identifiers(0..<6)
    private let theirs = identifiers(3..<8)

    /// What an honest receiver says to a scripted sender.
    private func receive(
        _ sender: ScriptedSender
    ) async throws -> (receiver: Result<Intersection, any Error>, sender: Result<ScriptedSender.View, any Error>) {
        let parties = try await Parties.connect()
        let (own, parameters) = (own, try Small.parameters())
        async let receiver = result {
            try await parties.lab.run {
                try await Alignment.run(own, over: $0, settings: Small.settings(.receiver), parameters: parameters)
            }
        }
        async let other = result { try await parties.hospital.run { try await sender.run($0) } }
        return await (receiver, other)
    }

    @Test("The script itself is an honest sender")
    func honest() async throws {
        let (receiver, sender) = try await receive(ScriptedSender(identifiers: theirs))
        #expect(Set(try receiver.get().rowIndices) == [3, 4, 5])
        #expect(try sender.get().matches.count == 3)
    }

    @Test("An oversized key is refused before any identifier is blinded")
    func oversizedKey() async throws {
        var sender = ScriptedSender(identifiers: theirs)
        sender.prfKey = BigInt(1) << 400
        let (receiver, other) = try await receive(sender)
        #expect(receiver.alignmentError == .rangeProofRejected)
        #expect(other.peerReason == "rangeProofRejected")
    }

    /// With the salt known beforehand (here: the defence off) the aim is true; in a session it misses.
    @Test("A key aimed at one identifier shows nothing, because H1 is unknown when it is chosen")
    func aimedKey() async throws {
        let q = try Small.group().order.value
        let target = own[0]
        let guess = [UInt8](repeating: 0, count: 32)
        let aimed = (-Small.hashes.exponent(of: target, salt: guess, order: q)).mod(q)
        #expect((aimed + Small.hashes.exponent(of: target, salt: guess, order: q)).mod(q) == 0)
        var sender = ScriptedSender(identifiers: theirs)
        sender.prfKey = aimed
        let (receiver, other) = try await receive(sender)
        #expect(try other.get().values.allSatisfy { $0 != 0 })
        #expect(try receiver.get().rowIndices.count == 3)
    }

    @Test("A key proof of another session, and no proof, are refused")
    func keyProof() async throws {
        var sender = ScriptedSender(identifiers: theirs)
        sender.changeKey = {
            var message = $0
            message.proof[message.proof.count / 2] ^= 1
            return message
        }
        #expect(try await receive(sender).receiver.alignmentError == .keyProofRejected)
        sender.changeKey = { SenderKey(publicKey: $0.publicKey, proof: []) }
        #expect(try await receive(sender).receiver.alignmentError == .keyProofRejected)
    }

    @Test("Elements outside the group are refused, with their position", arguments: ["0", "1", "-1", "P", "max"])
    func elements(kind: String) async throws {
        let p = try Small.group().modulus
        let bad: BigInt =
            switch kind {
            case "0": 0
            case "1": 1
            case "-1": p.value - 1
            case "P": p.value
            default: (BigInt(1) << (8 * p.byteWidth)) - 1
            }
        let bytes = try bad.bigEndianBytes(width: p.byteWidth)
        var sender = ScriptedSender(identifiers: theirs)
        sender.changeEvaluations = {
            var message = $0
            message.elements.replaceSubrange(2 * bytes.count..<3 * bytes.count, with: bytes)
            return message
        }
        let (receiver, other) = try await receive(sender)
        #expect(receiver.alignmentError == .elementOutOfGroup(chunk: 0, index: 2))
        #expect(other.peerReason == "elementOutOfGroup")
    }

    @Test("An element outside the subgroup tests one guess of a, as an honest one does")
    func cofactor() throws {
        let group = try Small.group()
        let p = group.modulus
        var generator = SplitMix(41)
        // Any element but 0, 1, -1: even exponents below 2 q give different powers, whatever its order.
        let element = p.value - group.generator
        let c = LimbVector.random(count: 50, below: group.order.value, using: &generator)
        let exponents = try LimbVector((0..<50).map { c[$0] << 1 }, bits: 257)
        let powers = try ResidueVector([BigInt](repeating: element, count: 50), modulus: p).pow(secret: exponents)
        #expect(Set(powers.values().bigInts()).count == 50)
        // The part of order two is gone: the parity of a does not show.
        let clean = try ResidueVector([BigInt](repeating: group.generator, count: 50), modulus: p)
            .pow(secret: exponents)
        #expect(powers.bigEndianBytes() == clean.bigEndianBytes())
    }

    @Test("Wrong counts and lengths are refused")
    func counts() async throws {
        var sender = ScriptedSender(identifiers: theirs)
        sender.changeEvaluations = { Evaluations(identifiers: $0.identifiers, elements: Array($0.elements.dropLast())) }
        let short = try await receive(sender).receiver.alignmentError
        #expect(short == .wrongCount(message: "Evaluations", expected: 6, found: 5))
        sender = ScriptedSender(identifiers: theirs)
        sender.changeTags = { Array($0.dropLast()) }
        let fewer = try await receive(sender).receiver.alignmentError
        #expect(fewer == .wrongCount(message: "SenderTags", expected: 5, found: 4))
    }

    @Test("Tags that repeat or do not ascend are refused")
    func tags() async throws {
        var sender = ScriptedSender(identifiers: theirs)
        sender.changeTags = { Array($0.reversed()) }
        #expect(try await receive(sender).receiver.alignmentError == .tagsNotAscending)
        sender.changeTags = { [$0[0]] + $0.dropLast() }
        #expect(try await receive(sender).receiver.alignmentError == .tagsNotAscending)
    }

    @Test("Wrong answers only remove rows, and the receiver's permutation hides which")
    func selectiveAnswers() async throws {
        let g = try Small.group().generator
        let p = try Small.group().modulus
        var sender = ScriptedSender(identifiers: own)
        sender.changeEvaluations = { message in
            var message = message
            let width = p.byteWidth
            for index in 0..<3 {
                let element = BigInt(bigEndian: message.elements[index * width..<(index + 1) * width])
                if let wrong = try? (element * g).mod(p.value).bigEndianBytes(width: width) {
                    message.elements.replaceSubrange(index * width..<(index + 1) * width, with: wrong)
                }
            }
            return message
        }
        let (receiver, other) = try await receive(sender)
        #expect(try receiver.get().rowIndices.count == 3)
        #expect(try other.get().matches.count == 3)
    }

    @Test("Another order or another count is noticed")
    func order() async throws {
        var sender = ScriptedSender(identifiers: theirs)
        sender.changeOrder = { OrderDigest(count: $0.count, order: Bytes32(hashing: $0.order.bytes)) }
        #expect(try await receive(sender).receiver.alignmentError == .ordersDiffer)
        sender.changeOrder = { OrderDigest(count: $0.count + 1, order: $0.order) }
        #expect(try await receive(sender).receiver.alignmentError == .ordersDiffer)
    }
}

@Suite("A receiver that deviates")
struct DeviatingReceiverTests {
    private let own = identifiers(0..<6)
    private let theirs = identifiers(3..<8)

    /// What an honest sender says to a scripted receiver.
    private func serve(_ receiver: ScriptedReceiver) async throws -> Result<Intersection, any Error> {
        let parties = try await Parties.connect()
        let (own, parameters) = (own, try Small.parameters())
        async let sender = result {
            try await parties.hospital.run {
                try await Alignment.run(own, over: $0, settings: Small.settings(.sender), parameters: parameters)
            }
        }
        async let other: Result<Void, any Error> = result { try await parties.lab.run { try await receiver.run($0) } }
        _ = await other
        return await sender
    }

    @Test("The script itself is an honest receiver")
    func honest() async throws {
        #expect(Set(try await serve(ScriptedReceiver(identifiers: theirs)).get().rowIndices) == [3, 4, 5])
    }

    @Test("Ring-Pedersen parameters whose proof fails are refused before a key is made for them")
    func parameters() async throws {
        var receiver = ScriptedReceiver(identifiers: theirs)
        receiver.changeParameters = {
            var message = $0
            message.parameters[message.parameters.count - 1] ^= 1
            return message
        }
        #expect(try await serve(receiver).alignmentError == .verifierParametersRejected)
    }

    @Test("Ring-Pedersen parameters that name another size are refused")
    func parametersOfAnotherSize() async throws {
        var receiver = ScriptedReceiver(identifiers: theirs)
        receiver.changeParameters = {
            VerifierParameters(parameters: [0, 0, 8, 0] + $0.parameters.dropFirst(4))
        }
        #expect(try await serve(receiver).alignmentError == .verifierParametersRejected)
    }

    @Test("Ciphertexts out of range, or without an inverse, are refused", arguments: ["0", "n^2", "n"])
    func ciphertexts(kind: String) async throws {
        let key = try Small.key().publicKey
        let bad: BigInt =
            switch kind {
            case "0": 0
            case "n": key.n
            default: key.nSquared.value
            }
        let bytes = try bad.bigEndianBytes(width: key.nSquared.byteWidth)
        var receiver = ScriptedReceiver(identifiers: theirs)
        receiver.changeBlinded = {
            var message = $0
            message.ciphertexts.replaceSubrange(0..<bytes.count, with: bytes)
            return message
        }
        #expect(try await serve(receiver).alignmentError == .ciphertextRejected(chunk: 0))
    }

    @Test("A chunk that its proof does not fit is not answered")
    func proof() async throws {
        let width = CiphertextVector.serializedWidth(of: try Small.key().publicKey)
        var receiver = ScriptedReceiver(identifiers: theirs)
        receiver.changeBlinded = {
            var message = $0
            let first = Array(message.ciphertexts[..<width])
            message.ciphertexts.replaceSubrange(width..<2 * width, with: first)
            return message
        }
        #expect(try await serve(receiver).alignmentError == .blindingProofRejected(chunk: 0))
        receiver.changeBlinded = {
            BlindedIdentifiers(identifiers: $0.identifiers, ciphertexts: $0.ciphertexts, proof: [])
        }
        #expect(try await serve(receiver).alignmentError == .blindingProofRejected(chunk: 0))
    }

    @Test("Asking about more than was announced is refused")
    func counts() async throws {
        var receiver = ScriptedReceiver(identifiers: theirs)
        receiver.changeBlinded = {
            BlindedIdentifiers(identifiers: $0.identifiers + 1, ciphertexts: $0.ciphertexts, proof: $0.proof)
        }
        let more = try await serve(receiver).alignmentError
        #expect(more == .wrongCount(message: "BlindedIdentifiers", expected: 5, found: 6))
        receiver.changeBlinded = {
            BlindedIdentifiers(
                identifiers: $0.identifiers, ciphertexts: $0.ciphertexts + $0.ciphertexts, proof: $0.proof)
        }
        let longer = try await serve(receiver).alignmentError
        #expect(longer == .wrongCount(message: "BlindedIdentifiers", expected: 5, found: 5))
    }

    @Test("Announced matches must be own tags, ascending, as many as said, no more than possible")
    func matches() async throws {
        var receiver = ScriptedReceiver(identifiers: theirs)
        receiver.matches = { own, _ in own.sorted() }
        #expect(try await serve(receiver).alignmentError == .unknownTag)
        receiver.matches = { own, theirs in theirs.filter { own.contains($0) }.reversed() }
        #expect(try await serve(receiver).alignmentError == .tagsNotAscending)
        receiver = ScriptedReceiver(identifiers: theirs)
        receiver.outcome = { MatchOutcome(kind: .matched, count: UInt64($0.count) - 1) }
        let fewer = try await serve(receiver).alignmentError
        #expect(fewer == .wrongCount(message: "MatchingTags", expected: 2, found: 3))
        receiver.outcome = { _ in MatchOutcome(kind: .matched, count: 6) }
        let tooMany = try await serve(receiver).alignmentError
        #expect(tooMany == .wrongCount(message: "MatchOutcome", expected: 5, found: 6))
    }

    /// The sender's tags are there for whoever receives them. A receiver that gives some back says that it has these people: their rows
    /// would enter a fit, beside rows that it made up, and one true match would be a cohort of any size.
    @Test("Tags of the sender's that the receiver has not computed are no matches")
    func matchesThatWereNotComputed() async throws {
        var receiver = ScriptedReceiver(identifiers: theirs)
        #expect(try await serve(receiver).alignmentError == nil)
        receiver.matches = { _, theirs in Array(theirs.prefix(5)) }
        #expect(try await serve(receiver).alignmentError == .matchUnproven)
        // Nor does a proof of another person serve.
        receiver.matches = { own, theirs in theirs.filter { own.contains($0) } }
        receiver.changeProofs = { $0.reversed() }
        #expect(try await serve(receiver).alignmentError == .matchUnproven)
        receiver.changeProofs = { Array($0.dropLast()) }
        let fewer = try await serve(receiver).alignmentError
        #expect(fewer == .wrongCount(message: "MatchProofs", expected: 3, found: 2))
    }

    @Test("An outcome that says matched without a count, or the reverse, does not decode")
    func outcome() async throws {
        var receiver = ScriptedReceiver(identifiers: theirs)
        receiver.outcome = { _ in MatchOutcome(kind: .tooSmall, count: 3) }
        let sender = try await serve(receiver)
        #expect(throws: WireError.self) { try sender.get() }
    }
}
