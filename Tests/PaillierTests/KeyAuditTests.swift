import Bignum
import Paillier
import Testing

@Suite struct KeyAuditTests {
    @Test func wellFormedKeysAreSeenToBe() throws {
        let key = try testKey()
        #expect(key.isWellFormed(bits: 512) && !key.isWellFormed(bits: 510))
        // 3 modulo 4 and of the right size, but one of them composite: 3 (2^k + 1) or a neighbour.
        let p = key.first.prime
        var composite = p + 4
        while composite.isProbablePrime() || BigInt.gcd(composite * p, (composite - 1) * (p - 1)) != 1 {
            composite = composite + 4
        }
        let bad = try PrivateKey(p: p, q: composite, x: 5)
        #expect(!bad.isWellFormed(bits: bad.publicKey.modulusBits))
    }
}
