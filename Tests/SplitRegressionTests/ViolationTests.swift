import Bignum
import KeyAgreement
import Paillier
import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// A ciphertext that no honest party sends.
enum BadCiphertext: String, CaseIterable, Sendable {
    case zero, modulus, modulusSquared, minusOne, one, noNonce

    func value(_ key: PublicKey) -> BigInt {
        switch self {
        case .zero: 0
        case .modulus: key.n
        case .modulusSquared: key.n * key.n
        case .minusOne: key.n * key.n - 1
        case .one: 1
        case .noNonce: 1 + 12345 * key.n
        }
    }

    func error(_ index: Int) -> PaillierError {
        switch self {
        case .zero, .modulus: .ciphertextNotUnit(index: index)
        case .modulusSquared: .ciphertextOutOfRange(index: index)
        case .minusOne, .one, .noNonce: .ciphertextUnencrypted(index: index)
        }
    }
}

/// Payloads after their `u32` count.
private func payload(_ bytes: [UInt8]) -> [UInt8] {
    (0..<4).reversed().map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
}

private func name(_ error: any Error) -> String { String("\(error)".prefix { $0.isLetter }) }

/// The honest side threw this, the other was told its name, as a violation, and the session is over for both.
private func expect<E: Error & Equatable>(
    _ confrontation: Confrontation, refusedBy error: E, _ comment: Comment? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(confrontation.honestError as? E == error, comment, sourceLocation: sourceLocation)
    #expect(confrontation.told(AbortReason(.violation, name(error))), comment, sourceLocation: sourceLocation)
}

@Suite("A training peer that deviates")
struct TrainingViolationTests {
    @Test(
        "The script itself is honest to the end", arguments: ModelFamily.allCases,
        [TrainingContext.Role.active, .passive])
    func honest(family: ModelFamily, scripted: TrainingContext.Role) async throws {
        let found = try await Confrontation.run(scripted, family)
        if case .success = found.scripted {} else { Issue.record("\(found.scripted)") }
        // A linear exchange may be over on the honest side before it hears of the end.
        if case .failure(let error) = found.honest {
            #expect((error as? WireError)?.name == ScriptedParty.end, "\(error)")
        } else {
            #expect(family == .linear)
        }
        if family == .logistic, scripted == .passive { #expect(found.passes == 2) }
    }

    /// Every message of ciphertexts, by who sends it; `own` are under the sender's key.
    private static let places: [(ModelFamily, TrainingContext.Role, MessageType, own: Bool)] = [
        (.logistic, .active, .coefficientChunk, true), (.logistic, .active, .shareCiphertexts, true),
        (.logistic, .active, .maskedSums, false), (.logistic, .passive, .sharedResults, false),
        (.logistic, .passive, .shareCiphertexts, true), (.logistic, .passive, .maskedSums, false),
        (.linear, .active, .basisRows, true), (.linear, .passive, .maskedSums, false),
    ]

    @Test("Bad ciphertexts are refused by name in every message of ciphertexts", arguments: BadCiphertext.allCases)
    func ciphertexts(bad: BadCiphertext) async throws {
        // Each kind at a third of the places, so that every place meets two kinds and every kind both families.
        let kind = try #require(BadCiphertext.allCases.firstIndex(of: bad))
        for (place, (family, role, type, own)) in Self.places.enumerated() where (place + kind) % 3 == 0 {
            let found = try await Confrontation.run(role, family) { sent, bytes, keys in
                guard sent == type, let keys else { return bytes }
                let key = own ? keys.own.publicKey : keys.peer
                let width = CiphertextVector.serializedWidth(of: key)
                let value = try bad.value(key).bigEndianBytes(width: width)
                return Array(bytes.dropLast(width)) + value
            }
            let error = try #require(found.honestError as? PaillierError, "\(type): \(found.honest)")
            // The last one of the message is the bad one.
            #expect(name(error) == name(bad.error(0)), "\(type)")
            #expect(found.reason == AbortReason(.violation, name(error)), "\(type)")
        }
    }

    @Test("More ciphertexts to open than there are declared columns: nothing is decrypted")
    func oracle() async throws {
        for (family, role) in [(.linear, .passive), (.logistic, .passive), (.logistic, .active)]
            as [(ModelFamily, TrainingContext.Role)]
        {
            let found = try await Confrontation.run(role, family) { sent, bytes, keys in
                guard sent == .maskedSums, let keys else { return bytes }
                let width = CiphertextVector.serializedWidth(of: keys.peer)
                return payload(Array(bytes.dropFirst(4)) + bytes.suffix(width))
            }
            let width = ScriptedParty.keyBits / 4
            let declared = family == .linear ? 2 : 1
            expect(
                found,
                refusedBy: PaillierError.malformedCiphertexts(
                    expectedBytes: declared * width, foundBytes: (declared + 1) * width))
            #expect(!found.sent.contains(.openedSums))
        }
    }

    @Test("Chunks with a ciphertext too few, too many, half of one, and none")
    func counts() async throws {
        for (place, (family, role, type, _)) in Self.places.enumerated() {
            for change in [place % 4, (place + 1 + place / 4) % 4] {
                let found = try await Confrontation.run(role, family) { sent, bytes, keys in
                    guard sent == type else { return bytes }
                    let width = ScriptedParty.keyBits / 4
                    let content = Array(bytes.dropFirst(4))
                    switch change {
                    case 0: return payload(Array(content.dropLast(width)))
                    case 1: return payload(content + content.suffix(width))
                    case 2: return payload(Array(content.dropLast(width / 2)))
                    default: return payload([])
                    }
                }
                let error = try #require(found.honestError as? PaillierError, "\(type), \(change): \(found.honest)")
                #expect(name(error) == "malformedCiphertexts")
                #expect(found.reason == AbortReason(.violation, "malformedCiphertexts"))
            }
        }
    }

    @Test("A payload shorter or longer than it says")
    func framing() async throws {
        for extra in [-1, 1] {
            let found = try await Confrontation.run(.active, .linear) { sent, bytes, _ in
                guard sent == .basisRows else { return bytes }
                return extra < 0 ? bytes.dropLast() : bytes + [0]
            }
            let error = try #require(found.honestError as? WireError)
            #expect(error.name == "malformedMessage" && error.kind == .violation)
            #expect(found.told(AbortReason(.violation, "malformedMessage")))
        }
    }

    @Test("Opened sums out of range or of a wrong length", arguments: 0..<3)
    func opened(change: Int) async throws {
        // Sums times the width of their slots: 56 or 64 bits, and five for the rows.
        let places: [(ModelFamily, TrainingContext.Role, bits: Int)] = [
            (.linear, .active, 4 * 61), (.logistic, .active, 2 * 69), (.logistic, .passive, 3 * 69),
        ]
        for (family, role, bits) in places {
            let found = try await Confrontation.run(role, family) { sent, bytes, _ in
                guard sent == .openedSums else { return bytes }
                if change == 2 { return payload(Array(bytes.dropFirst(5))) }
                let width = (bits + 7) / 8
                let value = BigInt(1) << (change == 0 ? bits : 8 * width)
                return try bytes.prefix(4) + (change == 0 ? value : value - 1).bigEndianBytes(width: width)
                    + bytes.dropFirst(4 + width)
            }
            let error = change == 2 ? "opened sums of a wrong length" : "an opened sum out of range"
            expect(found, refusedBy: TrainingError.protocolViolation(error), "\(family), \(role)")
        }
    }

    @Test("Wrong but well-formed opened sums are taken as they are: no reaction that a peer could learn from")
    func wrongSums() async throws {
        for role in [TrainingContext.Role.active, .passive] {
            let found = try await Confrontation.run(role, .logistic) { sent, bytes, _ in
                guard sent == .openedSums else { return bytes }
                // The middle of the second slot.
                var bytes = bytes
                bytes[bytes.count - 12] ^= 0x40
                return bytes
            }
            if case .success = found.scripted {} else { Issue.record("\(role): \(found.scripted)") }
        }
    }

    @Test("A predictor range off the list", arguments: [0, 3.5, 128, -1])
    func range(radius: Double) async throws {
        let found = try await Confrontation.run(.passive, .logistic) { sent, bytes, _ in
            sent == .predictorRange ? try Numbers<PredictorRangeKind>([radius, 4]).encoded() : bytes
        }
        expect(found, refusedBy: TrainingError.protocolViolation("a predictor range that is not on the list"))
        // Nothing was encrypted for it.
        #expect(!found.sent.contains(.coefficientChunk))
    }

    @Test("A number of terms that the range does not ask for", arguments: [0, 3, 2.5, 64, -4, 1e300])
    func terms(count: Double) async throws {
        let found = try await Confrontation.run(.passive, .logistic) { sent, bytes, _ in
            sent == .predictorRange ? try Numbers<PredictorRangeKind>([0.125, count]).encoded() : bytes
        }
        expect(
            found, refusedBy: TrainingError.protocolViolation("a number of terms that the range does not ask for"))
        #expect(!found.sent.contains(.coefficientChunk))
    }

    @Test("Products with more than 24 significant bits")
    func unrounded() async throws {
        let found = try await Confrontation.run(.passive, .logistic) { sent, bytes, _ in
            sent == .slopeProducts ? try Numbers<SlopeProductsKind>([0, 1.000000001]).encoded() : bytes
        }
        expect(found, refusedBy: TrainingError.protocolViolation("a product that is not rounded"))
    }

    @Test("A block scale that is no power of two up to a quarter", arguments: [0.3, 0.5, -0.125])
    func blockScale(scale: Double) async throws {
        let found = try await Confrontation.run(.active, .logistic) { sent, bytes, _ in
            sent == .blockScale ? try Numbers<BlockScaleKind>([scale]).encoded() : bytes
        }
        expect(
            found, refusedBy: TrainingError.protocolViolation("a block scale that is no power of two up to a quarter"))
    }

    /// Messages of plain numbers, by sender, with what a wrong count of them is called.
    private static let numbers: [(ModelFamily, TrainingContext.Role, MessageType, String)] = [
        (.logistic, .active, .blockScale, "a block scale that is no power of two up to a quarter"),
        (.logistic, .passive, .predictorRange, "a predictor range that is not on the list"),
        (.logistic, .active, .slopeProducts, "a wrong number of products"),
        (.logistic, .passive, .slopeProducts, "a wrong number of products"),
        (.logistic, .active, .historyProducts, "a wrong number of products"),
        (.logistic, .passive, .historyProducts, "a wrong number of products"),
        (.linear, .passive, .passiveSolution, "a solution of a wrong length"),
        (.linear, .active, .residualVariance, "a variance below zero"),
        (.linear, .passive, .covarianceParts, "covariance parts of a wrong length"),
        (.linear, .passive, .rawOffset, "a raw offset of a wrong length"),
    ]

    @Test("Wrong counts of plain numbers")
    func numberCounts() async throws {
        for (family, role, type, text) in Self.numbers {
            for more in type == .historyProducts ? [true, false] : [role == .active] {
                let found = try await Confrontation.run(role, family) { sent, bytes, _ in
                    guard sent == type else { return bytes }
                    let count = UInt8((bytes.count - 4) / 8)
                    return more
                        ? [0, 0, 0, count + 1] + bytes.dropFirst(4) + Array(repeating: 0, count: 8)
                        : [0, 0, 0, count - 1] + bytes.dropFirst(4).dropLast(8)
                }
                expect(found, refusedBy: TrainingError.protocolViolation(text), "\(type)")
            }
        }
    }

    @Test("Numbers that are infinite or not numbers do not get past the decoder", arguments: [Double.nan, -.infinity])
    func notFinite(bad: Double) async throws {
        for (place, (family, role, type, _)) in Self.numbers.enumerated() where place % 2 == (bad.isNaN ? 0 : 1) {
            let found = try await Confrontation.run(role, family) { sent, bytes, _ in
                guard sent == type else { return bytes }
                return bytes.prefix(4)
                    + (0..<8).reversed().map { UInt8(truncatingIfNeeded: bad.bitPattern >> UInt64(8 * $0)) }
                    + bytes.dropFirst(12)
            }
            let error = try #require(found.honestError as? WireError, "\(type): \(found.honest)")
            #expect(error.name == "malformedMessage")
            #expect(found.told(AbortReason(.violation, "malformedMessage")))
        }
    }

    @Test("A residual variance below zero")
    func variance() async throws {
        let found = try await Confrontation.run(.active, .linear) { sent, bytes, _ in
            sent == .residualVariance ? try Numbers<ResidualVarianceKind>([-1e-9]).encoded() : bytes
        }
        expect(found, refusedBy: TrainingError.protocolViolation("a variance below zero"))
    }

    @Test("Finite but absurd numbers end in an error with a name", arguments: [1e300, -1e300])
    func absurd(value: Double) async throws {
        for (family, role, type, _) in Self.numbers
        where ![.blockScale, .predictorRange, .residualVariance].contains(type) && (role == .active) == (value < 0) {
            let found = try await Confrontation.run(role, family) { sent, bytes, _ in
                guard sent == type else { return bytes }
                var encoder = Encoder()
                encoder.writeArray(0..<(bytes.count - 4) / 8) { encoder, _ in encoder.write(value) }
                return try encoder.finish()
            }
            // Whatever comes of it, both sides come to an end: no trap, no wait.
            if let error = found.honestError { #expect(!name(error).isEmpty, "\(type)") }
        }
    }

    @Test("Setups that do not fit")
    func setups() async throws {
        func run(rows: Int, columns: Int, exponent: Int64 = 0) async throws -> Confrontation {
            try await Confrontation.run(.passive, .linear) { sent, bytes, _ in
                guard sent == .trainingSetup else { return bytes }
                var encoder = Encoder()
                encoder.write(UInt32(rows))
                encoder.write(UInt32(columns))
                encoder.write(UInt32(0))
                encoder.write(exponent)
                return try encoder.finish()
            }
        }
        let rows = try await run(rows: 25, columns: 2)
        #expect(rows.honestError as? TrainingError == .rowCountMismatch(own: 24, peer: 25))
        #expect(rows.reason?.name == "rowCountMismatch")
        // The job's number is what counts, not the peer's word.
        for columns in [0, 1, 3, 30] {
            expect(
                try await run(rows: 24, columns: columns),
                refusedBy: TrainingError.protocolViolation("another number of columns than the job gives the peer"))
        }
        let many = try await run(rows: 24, columns: 10_001)
        #expect((many.honestError as? WireError)?.name == "malformedMessage")
        let exponent = try await run(rows: 24, columns: 2, exponent: .max)
        #expect((exponent.honestError as? WireError)?.name == "malformedMessage")
    }
}

@Suite("Training keys that are not proved")
struct TrainingKeyTests {
    /// Messages that hold ciphertexts, or depend on the key.
    private static let underKey: Set<MessageType> = [
        .coefficientChunk, .shareCiphertexts, .sharedResults, .basisRows, .maskedSums, .openedSums, .predictorRange,
        .blockScale,
    ]

    private func confront(
        _ family: ModelFamily, _ role: TrainingContext.Role,
        _ change: @escaping @Sendable (TrainingKeyMessage) throws -> TrainingKeyMessage
    ) async throws -> Confrontation {
        let found = try await Confrontation.run(role, family) { sent, bytes, _ in
            sent == .trainingKey ? try change(try TrainingKeyMessage(payload: bytes)).encoded() : bytes
        }
        #expect(Self.underKey.isDisjoint(with: found.sent))
        #expect(found.reason?.kind == .violation)
        return found
    }

    @Test(
        "A proof with a changed bit, a proof of nothing, a proof cut short",
        arguments: ModelFamily.allCases, [TrainingContext.Role.active, .passive])
    func proofs(family: ModelFamily, role: TrainingContext.Role) async throws {
        let place = (family == .linear ? 0.1 : 0.5) + (role == .active ? 0 : 0.4)
        let found = try await confront(family, role) { message in
            var message = message
            message.proof[Int(place * Double(message.proof.count))] ^= 1
            return message
        }
        let error = try #require(found.honestError as? PaillierError)
        #expect(["proofFailed", "malformedProof"].contains(name(error)))
        guard family == .linear else { return }
        let empty = try await confront(family, role) { TrainingKeyMessage(publicKey: $0.publicKey, proof: []) }
        #expect(empty.honestError as? PaillierError == .malformedProof(.modulus))
        let short = try await confront(family, role) {
            TrainingKeyMessage(publicKey: $0.publicKey, proof: $0.proof.dropLast())
        }
        #expect(name(try #require(short.honestError)) == "malformedProof")
    }

    @Test("Another key under the same proof")
    func swapped() async throws {
        let other = try SmallKeys.key(bits: 512).publicKey.serialized
        let found = try await confront(.linear, .active) { TrainingKeyMessage(publicKey: other, proof: $0.proof) }
        #expect(["proofFailed", "malformedProof"].contains(name(try #require(found.honestError))))
    }

    @Test("A key of another size, a small one, an even one, and a malformed one")
    func sizes() async throws {
        let larger = try SmallKeys.key(bits: 768).publicKey.serialized
        let size = try await confront(.linear, .passive) { TrainingKeyMessage(publicKey: larger, proof: $0.proof) }
        #expect(size.honestError as? PaillierError == .keySizeMismatch(bits: 768, expected: 512))
        var generator = SplitMix(1)
        let small = try PrivateKey.generateUnchecked(bits: 320, using: &generator).publicKey.serialized
        let tooSmall = try await confront(.linear, .passive) { TrainingKeyMessage(publicKey: small, proof: $0.proof) }
        #expect(tooSmall.honestError as? PaillierError == .keySizeMismatch(bits: 320, expected: 512))
        let even = try await confront(.linear, .passive) { message in
            var message = message
            message.publicKey[message.publicKey.count - 1] &= 0xFE
            return message
        }
        #expect(even.honestError as? PaillierError == .evenModulus)
        let cut = try await confront(.linear, .passive) {
            TrainingKeyMessage(publicKey: $0.publicKey.dropLast(), proof: $0.proof)
        }
        #expect(cut.honestError as? PaillierError == .malformedKey)
    }

    @Test("Verifier parameters without their proof: no key is sent against them")
    func verifierParameters() async throws {
        let found = try await Confrontation.run(.passive, .linear) { sent, bytes, _ in
            guard sent == .trainingRing else { return bytes }
            var bytes = bytes
            bytes[bytes.count / 2] ^= 1
            return bytes
        }
        #expect(["proofFailed", "malformedProof"].contains(name(try #require(found.honestError))))
        #expect(found.reason?.kind == .violation)
        #expect(!found.sent.contains(.trainingKey))
    }

    /// Their size stands at their start: nothing is computed modulo a number that may be four times as long.
    @Test("Verifier parameters of another size are refused before anything is computed with them")
    func verifierParametersOfAnotherSize() async throws {
        let found = try await Confrontation.run(.passive, .linear) { sent, bytes, _ in
            guard sent == .trainingRing else { return bytes }
            return payload([0, 0, 8, 0] + bytes.dropFirst(8))
        }
        #expect(found.honestError as? PaillierError == .keySizeMismatch(bits: 2048, expected: 512))
        #expect(!found.sent.contains(.trainingKey))
    }

    @Test("Public paths make no key under 2048 bits")
    func floor() async throws {
        let table = MadeTable.sample(.linear, rows: 24, active: 2, passive: 2, seed: 1)
        let (a, b) = (try table.input(\.active, fractionBits: 22), try table.input(\.passive, fractionBits: 22))
        let pair = try await SessionPair.open(family: .linear)
        var made = TrainingPlan(family: .linear, keyBits: 1024)
        (made.activeColumns, made.passiveColumns) = (3, 2)
        let plan = made
        async let active = result {
            try await pair.active.run { try await Training.active(a, label: table.label, plan: plan, over: $0) }
        }
        async let passive = result {
            try await pair.passive.run { try await Training.passive(b, plan: plan, over: $0) }
        }
        for side in [await active, await passive] {
            guard case .failure(let error) = side else {
                Issue.record("trained with a key of 1024 bits")
                continue
            }
            let own = error as? PaillierError == .keyTooSmall(bits: 1024, minimum: 2048)
            #expect(own || (error as? WireError)?.name == "keyTooSmall", "\(error)")
        }
    }
}
