import Bignum
import TestSupport
import Testing

@Suite struct BigIntTests {
    @Test func textRoundTrips() {
        for text in ["0", "1", "-1", "123456789012345678901234567890", "-ffffffffffffffffffff"] {
            let radix = text.contains("f") ? 16 : 10
            #expect(BigInt(text, radix: radix)?.toString(radix: radix) == text)
        }
    }

    @Test(arguments: ["", "-", " 1", "1 ", "1_0", "0x10", "12a", "--1", "+1", "٣"])
    func badTextIsRefused(_ text: String) {
        #expect(BigInt(text, radix: 10) == nil)
    }

    @Test func bytesRoundTrip() throws {
        let value = try #require(BigInt("0102030405060708090a", radix: 16))
        #expect(try value.bigEndianBytes(width: 10) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
        #expect(try value.bigEndianBytes(width: 12) == [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
        #expect(BigInt(bigEndian: [0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as [UInt8]) == value)
        #expect(try BigInt(0).bigEndianBytes(width: 0) == [])
        #expect(BigInt(bigEndian: [UInt8]()) == 0)
        #expect(throws: BignumError.doesNotFit(bits: 72)) { try value.bigEndianBytes(width: 9) }
        #expect(throws: BignumError.negative) { try (-value).bigEndianBytes(width: 20) }
    }

    @Test func divisionIsFloored() {
        for (a, b) in [(7, 2), (-7, 2), (7, -2), (-7, -2), (6, 3), (0, 5)] {
            let (q, r) = BigInt(a).quotientAndRemainder(dividingBy: BigInt(b))
            #expect(q * BigInt(b) + r == BigInt(a))
            #expect(r == 0 || r.signum == BigInt(b).signum)
        }
        #expect(BigInt(-1).mod(7) == 6)
        #expect(BigInt(-5) >> 1 == -3)
        #expect(BigInt(5) << -1 == 2)
    }

    @Test func numberTheory() throws {
        #expect(BigInt.gcd(12, -18) == 6)
        #expect(try BigInt(3).inverse(modulo: 11) == 4)
        #expect(try BigInt(-3).inverse(modulo: 10) == 3)
        #expect(throws: BignumError.notInvertible(index: 0)) { try BigInt(6).inverse(modulo: 9) }
        #expect(throws: BignumError.invalidModulus) { try BigInt(6).inverse(modulo: 1) }
        #expect(BigInt(2).jacobi(15) == 1)
        #expect(BigInt(7).jacobi(15) == -1)
        #expect(BigInt(5).jacobi(15) == 0)
        #expect(BigInt(97).isProbablePrime())
        #expect(!BigInt(1).isProbablePrime() && !BigInt(0).isProbablePrime() && !BigInt(-7).isProbablePrime())
        #expect(!BigInt(561).isProbablePrime())
    }

    @Test func powersAgree() throws {
        let m = oddModulus(bits: 700, seed: 1)
        let base = BigInt(3) << 500
        for exponent: BigInt in [0, 1, 2, 65537, m - 1] {
            #expect(try base.pow(secret: exponent, modulo: m) == base.pow(exponent, modulo: m))
        }
        #expect(try BigInt(3).pow(-1, modulo: 7) == 5)
        #expect(throws: BignumError.notInvertible(index: 0)) { try BigInt(3).pow(-1, modulo: 9) }
        #expect(throws: BignumError.evenModulus) { try base.pow(secret: 3, modulo: 10) }
        #expect(throws: BignumError.negative) { try base.pow(secret: -3, modulo: 11) }
        #expect(throws: BignumError.invalidModulus) { try base.pow(3, modulo: 0) }
    }

    @Test func randomness() {
        var generator = SplitMix(7)
        var seen = Set<Int>()
        for _ in 0..<400 {
            let value = BigInt.random(below: 10, using: &generator)
            #expect(value >= 0 && value < 10)
            seen.insert(value.asInt ?? -1)
        }
        #expect(seen == Set(0..<10))
        #expect(BigInt.random(bits: 0, using: &generator) == 0)
        var one = SplitMix(3)
        var two = SplitMix(3)
        let p = BigInt.randomBlumPrime(bits: 256, using: &one)
        #expect(p == BigInt.randomBlumPrime(bits: 256, using: &two))
        #expect(p.bitWidth == 256 && p.isProbablePrime() && p.mod(4) == 3 && p >> 254 == 3)
    }

    @Test func equalityAndHash() {
        #expect(Set([BigInt(5), 5, -5, BigInt(10) >> 1]).count == 2)
        #expect(BigInt(-2) < 1 && BigInt(UInt64.max) > BigInt(Int.max))
    }
}

/// What a container may use of the machine's processors.
@Suite struct ProcessorTests {
    @Test func quotas() {
        #expect(Processors.processors(quota: "1600000 100000\n") == 16)
        #expect(Processors.processors(quota: "150000 100000") == 2)
        #expect(Processors.processors(quota: "1000 100000") == 1)
        for none in ["max 100000\n", "-1 100000", "", "5", "0 100000", "5 0", "1 2 3", "nan 1", "1e300 1"] {
            #expect(Processors.processors(quota: none) == nil, "\(none)")
        }
    }
}
