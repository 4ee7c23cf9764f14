import Bignum
import TestSupport
import Testing

@testable import Paillier
@testable import PrivateSetIntersection

/// Chunks made by hand, as an honest receiver and as one that deviates would make them.
@Suite("Proof of blinding")
struct BlindingProofTests {
    private let slots = 2
    private let secret: PrivateKey
    private let k: BigInt
    private let encryptedKey: CiphertextVector
    private let blinding: BlindingKey

    init() throws {
        secret = try Small.key(bits: Small.widerKeyBits)
        var generator = SplitMix(31)
        k = .random(bits: 255, using: &generator)
        encryptedKey = secret.encrypt(try LimbVector([k], bits: 256), using: &generator)
        blinding = try BlindingKey(encryptedKey, using: &generator)
    }

    private func statement(_ ciphertexts: CiphertextVector, chunk: UInt32 = 0) -> BlindingStatement {
        BlindingStatement(
            sessionID: Small.hashes.sessionID, chunk: chunk, identifiers: UInt32(ciphertexts.count * slots),
            encryptedKey: encryptedKey.serialized, salt: [UInt8](repeating: 9, count: 32),
            ciphertexts: ciphertexts.serialized)
    }

    private func isValid(_ proof: BlindingProof, _ statement: BlindingStatement, _ ciphertexts: CiphertextVector)
        -> Bool
    {
        guard
            let masks = try? CiphertextVector(
                serialized: proof.masks, count: BlindingSizes.challengeRows, key: secret.publicKey)
        else { return false }
        return proof.isValid(
            plaintexts: secret.decrypt(ciphertexts), maskPlaintexts: secret.decrypt(masks), statement: statement,
            prfKey: k, n: secret.publicKey.n, slots: slots)
    }

    private func proof(
        a: LimbVector, b: LimbVector, of ciphertexts: CiphertextVector, chunk: UInt32 = 0
    ) throws -> BlindingProof {
        var generator = SplitMix(32)
        return try .prove(
            a: a, b: b, statement: statement(ciphertexts, chunk: chunk), key: blinding, using: &generator)
    }

    private func honest(rows: Int) -> (a: LimbVector, b: LimbVector) {
        var generator = SplitMix(33)
        return (
            .random(count: rows * slots, bits: BlindingSizes.coefficient, using: &generator),
            .random(count: rows * slots, bits: BlindingSizes.offset, using: &generator)
        )
    }

    @Test("An honest chunk passes, read back from its bytes", arguments: [1, 7, 40])
    func complete(rows: Int) throws {
        let (a, b) = honest(rows: rows)
        var generator = SplitMix(34)
        let ciphertexts = try blinding.encrypt(a: a, b: b, using: &generator)
        let made = try proof(a: a, b: b, of: ciphertexts)
        let width = CiphertextVector.serializedWidth(of: secret.publicKey)
        let bytes = try made.serialized()
        #expect(bytes.count == BlindingProof.serializedWidth(slots: slots, ciphertextWidth: width))
        let read = try #require(BlindingProof(serialized: bytes, slots: slots, ciphertextWidth: width))
        #expect(isValid(read, statement(ciphertexts), ciphertexts))
        #expect(!isValid(read, statement(ciphertexts, chunk: 1), ciphertexts), "the proof of another chunk")
        #expect(BlindingProof(serialized: bytes + [0], slots: slots, ciphertextWidth: width) == nil)
        #expect(BlindingProof(serialized: Array(bytes.dropLast()), slots: slots, ciphertextWidth: width) == nil)
    }

    @Test("A proof does not carry over to a chunk with one ciphertext changed")
    func altered() throws {
        let (a, b) = honest(rows: 5)
        var generator = SplitMix(35)
        let ciphertexts = try blinding.encrypt(a: a, b: b, using: &generator)
        let made = try proof(a: a, b: b, of: ciphertexts)
        var changed = ciphertexts[0..<4]
        changed.append(contentsOf: ciphertexts[0..<1])
        #expect(!isValid(made, statement(changed), changed))
        // The same with the challenge of the honest chunk: the equations fail too.
        #expect(!isValid(made, statement(ciphertexts), changed))
    }

    /// The attack of alignment.md section 4: `2^547 k` fills a slot with the low 64 bits of k and carries the rest away.
    /// Without the proof the sender would answer `g^(1/v)` with v one of 2^64 values.
    @Test("A multiple of k that overflows its slot would show k's low bits; its proof fails")
    func carryAttack() throws {
        var generator = SplitMix(36)
        let factor = BigInt(1) << 547
        let multiple = EncryptedSums(encryptedKey).multiplied(by: factor)
        let ciphertext = Evaluator(publicKey: secret.publicKey, using: &generator)
            .rerandomize(multiple, using: &generator)
        // What the sender would split off as the slot's value, without the defence:
        let slot = secret.decrypt(ciphertext)[0].mod(BigInt(1) << BlindingSizes.slot)
        #expect(slot >> 547 == k.mod(BigInt(1) << 64))

        // The attacker knows its coefficients, so it can follow the honest prover's algorithm: the answer is too large.
        let a = try LimbVector([factor, 0], bits: 600)
        let b = LimbVector(count: 2, bits: BlindingSizes.offset)
        let alpha = LimbVector.random(count: 256, bits: BlindingSizes.coefficientMask, using: &generator)
        let beta = LimbVector.random(count: 256, bits: BlindingSizes.offsetMask, using: &generator)
        let masks = try blinding.encrypt(a: alpha, b: beta, using: &generator)
        let statement = statement(ciphertext)
        let challenge = statement.challenge(masks: masks.serialized, columns: 1)
        let answers = challenge.subsetSums(of: a, stride: 2).enumerated().map { alpha[$0] + $1 }
        #expect(answers.contains { $0.bitWidth > BlindingSizes.coefficientMask })
        // Reduced to the width that a proof has room for, the equations fail.
        var bytes = masks.serialized
        for (index, answer) in answers.enumerated() {
            bytes += try answer.mod(BigInt(1) << BlindingSizes.coefficientMask).bigEndianBytes(width: 36)
            bytes += try (beta[index] + b[index % 2]).bigEndianBytes(width: 76)
        }
        let forged = try #require(
            BlindingProof(
                serialized: bytes, slots: slots,
                ciphertextWidth: CiphertextVector.serializedWidth(of: secret.publicKey)))
        #expect(!isValid(forged, statement, ciphertext))
    }

    @Test("Slots, shifts and bounds leave no room for a carry")
    func sizes() throws {
        let q = try AlignmentGroup(keyBits: 2048).order.value
        let one = BigInt(1)
        // An honest slot, for the largest k that the range proof admits.
        let largest = (one << BlindingSizes.coefficient) * ((one << 257) + q)
        #expect(largest < BlindingSizes.quotientShift(order: q))
        let quotients = one << BlindingSizes.quotientMask
        #expect(largest + quotients * q + BlindingSizes.quotientShift(order: q) < one << BlindingSizes.offset)
        // The quotient's mask hides it by more than 2^-64.
        #expect((largest / q) << 64 < quotients)
        // Sums over a chunk stay below the masks' lower ends, and an answer's slot stays below 2^609.
        let rows = BigInt(BlindingSizes.chunkPlaintexts)
        #expect(rows << BlindingSizes.coefficient <= one << BlindingSizes.coefficientSum)
        #expect(rows << BlindingSizes.offset <= one << BlindingSizes.offsetSum)
        let answer = (one << BlindingSizes.coefficientMask) * q + (one << BlindingSizes.offsetMask)
        #expect(answer < one << 609)
        let shift = BlindingSizes.positiveShift(order: q)
        #expect(shift.mod(q) == 0 && shift > one << 609 && shift + (one << 609) < one << BlindingSizes.slot)
        #expect([2048, 3072].map(BlindingSizes.slots) == [3, 5])
        // A failed attempt to answer has a probability of 2 slots rows / 2^16.
        #expect(BlindingSizes.coefficientMask - BlindingSizes.coefficientSum == 16)
        #expect(BlindingSizes.offsetMask - BlindingSizes.offsetSum == 16)
    }
}
