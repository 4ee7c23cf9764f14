import Bignum
import Paillier
import TestSupport
import Testing

@testable import SplitRegression

@Suite("Shares") struct ShareTests {
    private static let modulus = BigInt(1) << 192

    private static func word(_ generator: inout SplitMix) -> ShareWord {
        ShareWord(low: generator.next(), middle: generator.next(), high: generator.next())
    }

    private static func number(_ word: ShareWord) -> BigInt {
        [word.high, word.middle, word.low].reduce(BigInt(0)) { ($0 << 64) + BigInt(UInt128($1)) }
    }

    @Test("Words calculate as integers modulo 2^192 do")
    func arithmetic() {
        var generator = SplitMix(1)
        for _ in 0..<200 {
            let (a, b) = (Self.word(&generator), Self.word(&generator))
            let (x, y) = (Self.number(a), Self.number(b))
            #expect(Self.number(a &+ b) == (x + y).mod(Self.modulus))
            #expect(Self.number(a &- b) == (x - y).mod(Self.modulus))
            #expect(Self.number(a &* b) == (x * y).mod(Self.modulus))
            let shift = Int.random(in: 0..<192, using: &generator)
            #expect(Self.number(a.shiftedLeft(shift)) == (x << shift).mod(Self.modulus))
            #expect(Self.number(a.shiftedRight(shift)) == x >> shift)
            let bits = Int.random(in: 1...192, using: &generator)
            #expect(Self.number(a.masked(bits)) == x.mod(BigInt(1) << bits))
        }
    }

    @Test("Numbers become words and come back, of either sign")
    func doubles() throws {
        for value in [0, 1, -1, 0.1, -3.75, 1e9, -1e12, 0x1p70, 0x1.fffffffffffffp-30] as [Double] {
            let word = try #require(ShareWord(value, fractionBits: 40))
            #expect(abs(word.masked().signed().asDouble * 0x1p-40 - value) <= max(0x1p-41, abs(value) * 0x1p-52))
        }
        #expect(ShareWord(.infinity, fractionBits: 0) == nil && ShareWord(0x1p150, fractionBits: 40) == nil)
    }

    /// Secret numbers of either sign, shared uniformly or known to one party alone.
    @Test("Truncation is right to one unit, whoever knows the number", arguments: [0, 1, 2])
    func truncation(_ sharing: Int) {
        var generator = SplitMix(UInt64(3 + sharing))
        for _ in 0..<500 {
            let value = Int64.random(in: -(1 << 60)...(1 << 60), using: &generator)
            let mask = sharing == 0 ? Self.word(&generator) : .zero
            let (a, b) = sharing == 2 ? (mask, ShareWord(value) &- mask) : (ShareWord(value) &- mask, mask)
            let common = Self.word(&generator)
            let sum =
                LocalTruncation.share(a, shift: 20, common: common, isActive: true)
                &+ LocalTruncation.share(b, shift: 20, common: common, isActive: false)
            let error = sum.masked().signed().asDouble - Double(value) * 0x1p-20
            #expect(abs(error) < 1, "\(error)")
        }
    }

    @Test("Numbers packed side by side are read back, with borrows of one unit at most")
    func packing() throws {
        var generator = SplitMix(5)
        let n = try SmallKeys.key(bits: 768).publicKey.n
        let modulus = (0..<12).map { n.limb($0) }
        for _ in 0..<50 {
            let values = (0..<6).map { _ in Int64.random(in: .min / 4 ... .max / 4, using: &generator) }
            var packing = SlotPacking(bits: 768)
            for (index, value) in values.enumerated() { packing.add(ShareWord(value), at: 100 * index) }
            var vector = LimbVector(count: 2, bits: 768)
            packing.write(to: &vector, element: 1, modulus: modulus)
            let expected = values.enumerated().reduce(BigInt(0)) {
                $0 + (BigInt(Int128($1.element)) << (100 * $1.offset))
            }
            #expect(vector[1] == expected.mod(n))
        }
    }
}

extension BigInt {
    fileprivate init(_ value: UInt128) {
        self = (0..<4).reversed().reduce(BigInt(0)) {
            ($0 << 32) + BigInt(Int(value >> UInt128(32 * $1) & 0xFFFF_FFFF))
        }
    }

    fileprivate init(_ value: Int128) {
        let magnitude = BigInt(value.magnitude)
        self = value < 0 ? -magnitude : magnitude
    }
}
