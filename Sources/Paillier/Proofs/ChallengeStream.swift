internal import Bignum
internal import Crypto

/// Challenges by hashing (Fiat-Shamir) over an injective encoding of the proof's name, its context and all public values.
struct ChallengeStream {
    private let digest: [UInt8]
    private var counter: UInt32 = 0
    private var block: ArraySlice<UInt8> = []

    /// digest = SHA-256(lp("moiety/paillier/NAME/v1") || lp(context) || lp(public_1) || ...)
    init(_ proof: PaillierError.Proof, context: [UInt8], publics: [[UInt8]]) {
        var hash = SHA256()
        hash.update(data: lengthPrefixed(Array("moiety/paillier/\(proof.rawValue)/v1".utf8)))
        hash.update(data: lengthPrefixed(context))
        for value in publics { hash.update(data: lengthPrefixed(value)) }
        digest = Array(hash.finalize())
    }

    /// block_i = SHA-256(0x01 || digest || u32(i))
    mutating func bytes(_ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        while result.count < count {
            if block.isEmpty {
                block = Array(SHA256.hash(data: [1] + digest + withUnsignedBytes(of: counter)))[...]
                counter += 1
            }
            let taken = block.prefix(count - result.count)
            result += taken
            block = block.dropFirst(taken.count)
        }
        return result
    }

    mutating func bit() -> Bool { bytes(1)[0] & 1 == 1 }

    /// Uniform in [0, 2^bits), bits a multiple of 8.
    mutating func integer(bits: Int) -> BigInt { BigInt(bigEndian: bytes(bits / 8)) }

    /// In [0, n), within 2^-128 of uniform.
    mutating func residue(modulo n: BigInt) -> BigInt { BigInt(bigEndian: bytes((n.bitWidth + 7) / 8 + 16)).mod(n) }
}
