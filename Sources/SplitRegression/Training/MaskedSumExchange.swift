internal import Bignum
internal import Paillier
internal import Wire

/// One use of the peer's decryption service: masked, packed sums out, opened sums back, mask removed (training.md 3,
/// steps 3 and 4). Both roles of the exchange.
struct MaskedSumExchange {
    let keys: TrainingKeys
    let session: Session
    let round: UInt32
    let label: String

    /// What the evaluator keeps between request and answer.
    struct Pending {
        fileprivate let masks: LimbVector
        fileprivate let slots: SumSlots
        fileprivate let count: Int
    }

    /// Packs the sums, masks them over the whole plaintext space, rerandomises and sends them.
    ///
    /// - Parameters:
    ///   - sums: one encrypted sum for each value wanted.
    ///   - addends: known parts to add to each.
    func request(_ sums: EncryptedSums, addends: [BigInt], slots: SumSlots) async throws -> Pending {
        let n = keys.peer.n
        let shifted = try sums.adding(plaintexts: LimbVector(addends.map { $0.mod(n) }, bits: n.bitWidth))
        let packed = shifted.packed(perCiphertext: slots.slotsPerCiphertext, slotBits: slots.slotBits)
        return try await requestPacked(packed, count: sums.count, slots: slots)
    }

    /// The same for sums that stand packed already, `slots.slotsPerCiphertext` to a ciphertext.
    func requestPacked(_ packed: EncryptedSums, count: Int, slots: SumSlots) async throws -> Pending {
        let n = keys.peer.n
        let offsets = (0..<packed.count).map { index in
            slots.offset(slots: min(slots.slotsPerCiphertext, count - index * slots.slotsPerCiphertext)).mod(n)
        }
        let positive = try packed.adding(plaintexts: LimbVector(offsets, bits: n.bitWidth))
        var generator = session.randomness("\(label)/mask", round: round)
        let (ciphertexts, masks) = keys.evaluator.mask(positive, using: &generator)
        try await session.send(Payload<MaskedSumsKind>(ciphertexts.serialized), round: round)
        return Pending(masks: masks, slots: slots, count: count)
    }

    /// Receives the opened sums and removes the masks. Whatever the owner returned gives some sums: nothing that this party
    /// does from here on tells the owner which.
    func finish(_ pending: Pending) async throws -> [BigInt] {
        let opened = try await session.receive(Payload<OpenedSumsKind>.self, round: round).bytes
        let widths = (0..<pending.masks.count).map { pending.slots.openedBits(of: $0, count: pending.count) }
        guard opened.count == pending.slots.openedBytes(count: pending.count) else {
            throw TrainingError.protocolViolation("opened sums of a wrong length")
        }
        var result: [BigInt] = []
        var position = 0
        for (index, bits) in widths.enumerated() {
            let bytes = (bits + 7) / 8
            let value = BigInt(bigEndian: opened[position..<position + bytes])
            position += bytes
            let modulus = BigInt(1) << bits
            guard value < modulus else { throw TrainingError.protocolViolation("an opened sum out of range") }
            result += pending.slots.split(
                (value - pending.masks[index]).mod(modulus), slots: bits / pending.slots.slotBits)
        }
        return result
    }

    /// The owner's side: decrypts exactly the declared number of ciphertexts, adds dither to each declared slot and returns
    /// those slots alone. Bits above them stay here: a ciphertext has room for more numbers than were declared.
    ///
    /// - Parameters:
    ///   - count: sums that the peer may have opened in this step.
    ///   - ditherBits: each slot gets an integer uniform in `[-2^(ditherBits-1), 2^(ditherBits-1))`.
    ///   - isSigned: a checkpoint comes first, so that the request is signed before it is answered.
    func answer(count: Int, slots: SumSlots, ditherBits: Int, isSigned: Bool = false) async throws {
        let request = try await session.receive(Payload<MaskedSumsKind>.self, round: round).bytes
        if isSigned { try await session.checkpoint() }
        let expected = slots.ciphertexts(for: count)
        let ciphertexts = try CiphertextVector(serialized: request, count: expected, key: keys.own.publicKey)
        let opened = keys.own.decrypt(ciphertexts)
        var generator = session.randomness("\(label)/dither", round: round)
        var reply: [UInt8] = []
        for index in 0..<expected {
            let bits = slots.openedBits(of: index, count: count)
            var value = opened[index]
            if ditherBits > 0 {
                for slot in 0..<bits / slots.slotBits {
                    let noise = BigInt.random(bits: ditherBits, using: &generator) - (BigInt(1) << (ditherBits - 1))
                    value = value + (noise << (slots.slotBits * slot))
                }
            }
            reply += try value.mod(BigInt(1) << bits).bigEndianBytes(width: (bits + 7) / 8)
        }
        try await session.send(Payload<OpenedSumsKind>(reply), round: round)
    }
}
