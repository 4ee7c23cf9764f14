import Bignum
import Testing

@testable import Paillier

/// The tests of a modulus cost a cube of its size: a size that nobody agreed on is refused before any of them is made.
@Suite struct SizeFirstTests {
    private static func encoded(_ n: BigInt, bits: Int? = nil) throws -> [UInt8] {
        let bits = bits ?? n.bitWidth
        let head = (0..<4).reversed().map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) }
        return head + (try n.bigEndianBytes(width: (bits + 7) / 8))
    }

    /// A Mersenne prime: what is asked first is what is said. Each of these numbers fails another test too.
    private static let prime = (BigInt(1) << 2203) - 1
    private static let square = ((BigInt(1) << 1279) - 1) * ((BigInt(1) << 1279) - 1)
    private static let even = BigInt(1) << 3000

    @Test func aModulusOfAnotherSizeThanAgreedIsNotLookedAt() throws {
        for n in [Self.prime, Self.square, Self.even] {
            let bytes = try Self.encoded(n)
            #expect(throws: PaillierError.keySizeMismatch(bits: n.bitWidth, expected: 2048)) {
                try PublicKey(serialized: bytes, bits: 2048)
            }
        }
        // Of the size agreed on they are: then each by its own name.
        #expect(throws: PaillierError.primeModulus) {
            try PublicKey(serialized: Self.encoded(Self.prime), bits: 2203)
        }
        #expect(throws: PaillierError.squareModulus) {
            try PublicKey(serialized: Self.encoded(Self.square), bits: Self.square.bitWidth)
        }
        #expect(throws: PaillierError.evenModulus) {
            try PublicKey(serialized: Self.encoded(Self.even), bits: 3001)
        }
        #expect(throws: PaillierError.keySizeMismatch(bits: 0, expected: 2048)) {
            try PublicKey(serialized: [1, 2], bits: 2048)
        }
    }

    /// No job asks for it, and no number is made of the bytes: the head is enough, whatever follows.
    @Test func aModulusOverTheLimitIsNotLookedAt() throws {
        for rest in [[0], [0, 1], [UInt8](repeating: 0, count: 2049)] as [[UInt8]] {
            #expect(throws: PaillierError.unsupportedKeySize(bits: 16392)) {
                try PublicKey(serialized: [0, 0, 0x40, 8] + rest, floor: 512)
            }
        }
        // Even and far too large: the size comes first.
        #expect(throws: PaillierError.unsupportedKeySize(bits: 16386)) { try PublicKey(n: BigInt(1) << 16385) }
        #expect(throws: PaillierError.keyTooSmall(bits: 3, minimum: 2048)) { try PublicKey(n: 4) }
    }
}
