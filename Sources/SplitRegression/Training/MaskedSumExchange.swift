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

    /// Receives the opened sums and removes the masks.
    func finish(_ pending: Pending) async throws -> [BigInt] {
        let n = keys.peer.n
        let width = (n.bitWidth + 7) / 8
        let opened = try await session.receive(Payload<OpenedSumsKind>.self, round: round).bytes
        guard opened.count == width * pending.masks.count else {
            throw TrainingError.protocolViolation("opened sums of a wrong length")
        }
        var result: [BigInt] = []
        for index in 0..<pending.masks.count {
            let value = BigInt(bigEndian: opened[index * width..<(index + 1) * width])
            guard value < n else { throw TrainingError.protocolViolation("an opened sum out of range") }
            let slots = min(pending.slots.slotsPerCiphertext, pending.count - index * pending.slots.slotsPerCiphertext)
            let plaintext = (value - pending.masks[index]).mod(n)
            guard plaintext.bitWidth <= slots * pending.slots.slotBits else {
                throw TrainingError.protocolViolation("opened sums that do not fit their slots")
            }
            result += pending.slots.split(plaintext, slots: slots)
        }
        return result
    }

    /// The owner's side: decrypts exactly the declared number of ciphertexts, adds dither to each slot, returns them.
    ///
    /// - Parameters:
    ///   - count: sums that the peer may have opened in this step.
    ///   - ditherBits: each slot gets an integer uniform in `[-2^(ditherBits-1), 2^(ditherBits-1))`; none when nil.
    func answer(count: Int, slots: SumSlots, ditherBits: Int?) async throws {
        let request = try await session.receive(Payload<MaskedSumsKind>.self, round: round).bytes
        let expected = slots.ciphertexts(for: count)
        let ciphertexts = try CiphertextVector(serialized: request, count: expected, key: keys.own.publicKey)
        let opened = keys.own.decrypt(ciphertexts)
        let n = keys.own.publicKey.n
        let width = (n.bitWidth + 7) / 8
        var generator = session.randomness("\(label)/dither", round: round)
        var reply: [UInt8] = []
        for index in 0..<expected {
            var value = opened[index]
            if let ditherBits, ditherBits > 0 {
                let slotCount = min(slots.slotsPerCiphertext, count - index * slots.slotsPerCiphertext)
                for slot in 0..<slotCount {
                    let noise = BigInt.random(bits: ditherBits, using: &generator) - (BigInt(1) << (ditherBits - 1))
                    value = value + (noise << (slots.slotBits * slot))
                }
            }
            reply += try value.mod(n).bigEndianBytes(width: width)
        }
        try await session.send(Payload<OpenedSumsKind>(reply), round: round)
    }
}
