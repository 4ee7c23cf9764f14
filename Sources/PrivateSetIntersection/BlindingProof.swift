internal import Bignum
internal import Crypto
internal import Paillier
internal import Wire

/// What a proof of blinding is bound to; `protocols/alignment.md` 4.
struct BlindingStatement: Sendable {
    let sessionID: [UInt8]
    let chunk: UInt32
    let identifiers: UInt32
    /// K as it was sent.
    let encryptedKey: [UInt8]
    let salt: [UInt8]
    let ciphertexts: [UInt8]

    /// The matrix that the Fiat-Shamir hash of the statement and the masks' ciphertexts gives.
    func challenge(masks: [UInt8], columns: Int) -> BlindingChallenge {
        var hash = SHA256()
        hash.update(data: AlignmentHashes.label("blinding"))
        hash.update(data: sessionID)
        hash.update(data: AlignmentHashes.bigEndian(chunk))
        hash.update(data: AlignmentHashes.bigEndian(identifiers))
        for part in [encryptedKey, salt, ciphertexts, masks] { hash.update(data: part) }
        return BlindingChallenge(seed: Array(hash.finalize()), columns: columns)
    }
}

/// Shows that every plaintext of a chunk is `sum_s (a_s k + b_s) 2^(611 s)` with a and b too small for a carry.
struct BlindingProof: Sendable {
    /// The ciphertexts D_j, serialised.
    let masks: [UInt8]
    /// A_js and B_js, row-major.
    let coefficients: [BigInt]
    let offsets: [BigInt]

    private init(masks: [UInt8], coefficients: [BigInt], offsets: [BigInt]) {
        self.masks = masks
        self.coefficients = coefficients
        self.offsets = offsets
    }

    private static let rows = BlindingSizes.challengeRows
    private static let coefficientBytes = (BlindingSizes.coefficientMask + 7) / 8
    private static let offsetBytes = (BlindingSizes.offsetMask + 7) / 8

    /// `a` and `b` hold the coefficients that `statement.ciphertexts` were made from, `key.slots` a plaintext.
    ///
    /// Answers that could say something are not sent: masks are drawn until all answers are in the range in which
    /// they are uniform whatever a and b (a failed attempt has a probability below 3%).
    static func prove(
        a: LimbVector, b: LimbVector, statement: BlindingStatement, key: BlindingKey,
        using generator: inout some RandomNumberGenerator
    ) throws -> BlindingProof {
        let count = rows * key.slots
        while true {
            let alpha = LimbVector.random(count: count, bits: BlindingSizes.coefficientMask, using: &generator)
            let beta = LimbVector.random(count: count, bits: BlindingSizes.offsetMask, using: &generator)
            let masks = try key.encrypt(a: alpha, b: beta, using: &generator).serialized
            let challenge = statement.challenge(masks: masks, columns: a.count / key.slots)
            let aSums = challenge.subsetSums(of: a, stride: key.slots)
            let bSums = challenge.subsetSums(of: b, stride: key.slots)
            let proof = BlindingProof(
                masks: masks,
                coefficients: (0..<count).map { alpha[$0] + aSums[$0] },
                offsets: (0..<count).map { beta[$0] + bSums[$0] })
            if proof.isInRange { return proof }
        }
    }

    /// Whether the plaintexts of a chunk and of the masks satisfy the proof's equations under the key k.
    ///
    /// The proof is by the party that does not know k, the check by the one that can decrypt.
    func isValid(
        plaintexts: LimbVector, maskPlaintexts: LimbVector, statement: BlindingStatement, prfKey k: BigInt, n: BigInt,
        slots: Int
    ) -> Bool {
        guard isInRange, coefficients.count == Self.rows * slots, maskPlaintexts.count == Self.rows else {
            return false
        }
        let challenge = statement.challenge(masks: masks, columns: plaintexts.count)
        let sums = challenge.subsetSums(of: plaintexts, stride: 1)
        // P(D_j) + sum_i E_ji P_i = sum_s (A_js k + B_js) 2^(611 s) mod n, for every j
        var allHold = true
        for j in 0..<Self.rows {
            var expected: BigInt = 0
            for s in 0..<slots {
                let index = j * slots + s
                expected += (coefficients[index] * k + offsets[index]) << (s * BlindingSizes.slot)
            }
            let holds = (maskPlaintexts[j] + sums[j] - expected).mod(n).isZero
            allHold = allHold && holds
        }
        return allHold
    }

    private var isInRange: Bool {
        let smallestCoefficient = BigInt(1) << BlindingSizes.coefficientSum
        let smallestOffset = BigInt(1) << BlindingSizes.offsetSum
        return coefficients.allSatisfy { $0 >= smallestCoefficient && $0.bitWidth <= BlindingSizes.coefficientMask }
            && offsets.allSatisfy { $0 >= smallestOffset && $0.bitWidth <= BlindingSizes.offsetMask }
    }
}

extension BlindingProof {
    /// The masks' ciphertexts, then A_js (36 bytes) and B_js (76 bytes) for each j and s.
    func serialized() throws(BignumError) -> [UInt8] {
        var bytes = masks
        for (coefficient, offset) in zip(coefficients, offsets) {
            bytes += try coefficient.bigEndianBytes(width: Self.coefficientBytes)
            bytes += try offset.bigEndianBytes(width: Self.offsetBytes)
        }
        return bytes
    }

    static func serializedWidth(slots: Int, ciphertextWidth: Int) -> Int {
        rows * (ciphertextWidth + slots * (coefficientBytes + offsetBytes))
    }

    /// Any bytes of the right length; `nil` otherwise. What they say is checked by ``isValid``.
    init?(serialized bytes: [UInt8], slots: Int, ciphertextWidth: Int) {
        guard bytes.count == Self.serializedWidth(slots: slots, ciphertextWidth: ciphertextWidth) else { return nil }
        var position = Self.rows * ciphertextWidth
        let masks = Array(bytes[..<position])
        var coefficients: [BigInt] = []
        var offsets: [BigInt] = []
        for _ in 0..<Self.rows * slots {
            coefficients.append(BigInt(bigEndian: bytes[position..<position + Self.coefficientBytes]))
            position += Self.coefficientBytes
            offsets.append(BigInt(bigEndian: bytes[position..<position + Self.offsetBytes]))
            position += Self.offsetBytes
        }
        self.init(masks: masks, coefficients: coefficients, offsets: offsets)
    }
}
