import Bignum
import Paillier
import Testing

/// Attacks of a key's owner on the other side's scalars: they succeed with the owner's h as the evaluator's base, and fail
/// with the evaluator's own bases (`protocols/paillier.md` 5).
@Suite struct CircuitPrivacyTests {
    /// A key whose p - 1 and q - 1 share the smooth factor S, and an h whose order is prime to S.
    struct StructuredKey {
        let key: PrivateKey
        let smoothPrimes: [BigInt]
        let s: BigInt
        /// Of order S modulo p.
        let g: BigInt
        let h: BigInt

        init(bits: Int) throws {
            var source = generator("structured")
            let primes = (2...131).filter { c in c % 2 == 1 && !(3..<c).contains { $0 * $0 <= c && c % $0 == 0 } }
            smoothPrimes = primes.map { BigInt($0) }
            s = smoothPrimes.reduce(1, *)
            let s = s
            // p = 2 S a + 1 with a odd and prime to S, so that p = 3 modulo 4
            func prime() -> BigInt {
                while true {
                    var a = BigInt.random(bits: bits / 2 - s.bitWidth - 1, using: &source)
                    if !a.isOdd { a += 1 }
                    let candidate = (s * a << 1) + 1
                    if candidate.bitWidth == bits / 2, BigInt.gcd(a, s) == 1, candidate.isProbablePrime() {
                        return candidate
                    }
                }
            }
            let (p, q) = (prime(), prime())
            key = try PrivateKey(p: p, q: q, x: 5)
            let smoothPrimes = smoothPrimes
            func ofOrderS() throws -> BigInt {
                while true {
                    let candidate = try BigInt.random(below: p, using: &source).pow((p - 1) / s, modulo: p)
                    let full = try smoothPrimes.allSatisfy { try candidate.pow(s / $0, modulo: p) != 1 }
                    if full { return candidate }
                }
            }
            g = try ofOrderS()
            let x = try BigInt.random(below: p * q, using: &source).pow(s << 1, modulo: p * q)
            h = -x
        }

        /// Encryptions of zero whose nonces carry g^(2^(16 i)) modulo p.
        func bait(terms: Int, rows: Int) throws -> CiphertextVector {
            let (p, q) = (key.first.prime, key.second.prime)
            let nonces = try (0..<terms).map { i -> BigInt in
                let a = try g.pow(BigInt(1) << (16 * i), modulo: p)
                return a + p * ((1 - a) * key.inverseOfP).mod(q)
            }
            let all = Array(repeating: nonces, count: rows).flatMap { $0 }
            return try key.publicKey.encrypt(
                LimbVector(count: all.count, bits: 1), nonces: LimbVector(all, bits: key.publicKey.modulusBits))
        }

        /// The logarithm of the nonce's S-part to the base g modulo p, prime by prime (Pohlig and Hellman).
        func logarithm(_ nonce: BigInt) throws -> BigInt {
            let p = key.first.prime
            let cofactor = (p - 1) / s
            let value = try nonce.mod(p).pow(cofactor, modulo: p)
            let base = try g.pow(cofactor, modulo: p)
            var (result, modulus): (BigInt, BigInt) = (0, 1)
            for prime in smoothPrimes {
                let target = try value.pow(s / prime, modulo: p)
                let step = try base.pow(s / prime, modulo: p)
                var (power, digit): (BigInt, BigInt) = (1, 0)
                while power != target && digit < prime { (power, digit) = ((power * step).mod(p), digit + 1) }
                let lift = try modulus.inverse(modulo: prime)
                result += modulus * ((digit - result) * lift).mod(prime)
                modulus *= prime
            }
            return result
        }
    }

    @Test func structuredKeyReadsScalarsOnlyFromTheOwnersBase() throws {
        let attack = try StructuredKey(bits: 768)
        let (terms, rows) = (9, 40)
        #expect(attack.s.bitWidth > 16 * terms)
        var source = generator("victim")
        // The key passes every proof.
        let parameters = try RingPedersenParameters.generateUnchecked(bits: 512, context: [], using: &source)
        try KeyProof.prove(attack.key, context: [], parameters: parameters, using: &source)
            .verify(attack.key.publicKey, context: [], parameters: parameters)

        let scalars = LimbVector.random(count: terms * rows, bits: 16, using: &source)
        let expected = (0..<rows).map { row in
            (0..<terms).reduce(BigInt(0)) { $0 + (scalars[row * terms + $1] << (16 * $1)) }
        }
        let bait = try attack.bait(terms: terms, rows: rows)
        func recovered(_ evaluator: Evaluator, rows: Int) throws -> Int {
            let products = evaluator.rowwiseProducts(
                bait[0..<rows * terms], scalars: scalars[0..<rows * terms], terms: terms)
            let (returned, _) = evaluator.mask(products, using: &source)
            let nonces = attack.key.open(returned).nonces
            return try (0..<rows).filter { try attack.logarithm(nonces[$0]) == expected[$0] }.count
        }
        let insecure = Evaluator(publicKey: attack.key.publicKey, insecureOwnerBase: attack.h)
        #expect(try recovered(insecure, rows: rows) == rows)
        // Both ways to draw nonces: one full power each, and from the table, which stays.
        let secure = Evaluator(publicKey: attack.key.publicKey, using: &source)
        #expect(try recovered(secure, rows: 5) == 0)
        #expect(try recovered(secure, rows: rows) == 0)
        #expect(try recovered(secure, rows: 5) == 0)
    }

    @Test func jacobiSymbolSaysParityOnlyUnderTheOwnersBase() throws {
        let key = try testKey()
        let n = key.publicKey.n
        var source = generator("jacobi")
        var nonce = BigInt.random(below: n, using: &source)
        while nonce.jacobi(n) != -1 { nonce = BigInt.random(below: n, using: &source) }
        let count = 64
        let bait = try key.publicKey.encrypt(
            LimbVector(count: count, bits: 1),
            nonces: LimbVector(Array(repeating: nonce, count: count), bits: n.bitWidth))
        let scalars = LimbVector.random(count: count, bits: 16, using: &source)
        // Anyone can do this: no key needed.
        func guessed(_ evaluator: Evaluator) -> Int {
            let products = evaluator.rowwiseProducts(bait, scalars: scalars, terms: 1)
            let returned = evaluator.rerandomize(products, using: &source)
            return (0..<count).filter { index in
                (EncryptedSums(returned).residues[index].jacobi(n) == -1) == scalars[index].isOdd
            }.count
        }
        let h = (-(BigInt(7) * 7)).mod(n)
        #expect(guessed(Evaluator(publicKey: key.publicKey, insecureOwnerBase: h)) == count)
        #expect((16...48).contains(guessed(Evaluator(publicKey: key.publicKey, using: &source))))
    }
}
