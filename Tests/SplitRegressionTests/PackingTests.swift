import Bignum
import TestSupport
import Testing

@testable import SplitRegression

@Suite("Packing")
struct PackingTests {
    @Test("What was placed is read back, at any offset, across limbs, beside neighbours")
    func roundTrips() {
        var generator = SplitMix(1)
        for _ in 0..<300 {
            let width = Int.random(in: 1...128, using: &generator)
            let slots = Int.random(in: 1...6, using: &generator)
            let start = Int.random(in: 0...130, using: &generator)
            var vector = LimbVector(count: 3, bits: start + slots * width)
            var expected: [[UInt128]] = []
            for element in 0..<3 {
                var row: [UInt128] = []
                var number: BigInt = 0
                for slot in 0..<slots {
                    let value = UInt128.random(in: 0...UInt128.max >> UInt128(128 - width), using: &generator)
                    vector.place(value, element: element, at: start + slot * width)
                    row.append(value)
                    number = number + (BigInt(value) << (start + slot * width))
                }
                expected.append(row)
                #expect(vector[element] == number)
            }
            for element in 0..<3 {
                for slot in 0..<slots {
                    #expect(vector.slot(element, at: start + slot * width, width: width) == expected[element][slot])
                }
            }
        }
    }

    @Test("All ones at the edges of limbs", arguments: [0, 1, 63, 64, 65, 127, 128])
    func edges(offset: Int) {
        for width in [1, 63, 64, 65, 127, 128] {
            let ones = UInt128.max >> UInt128(128 - width)
            var vector = LimbVector(count: 2, bits: offset + width)
            vector.place(ones, element: 1, at: offset)
            #expect(vector.slot(1, at: offset, width: width) == ones)
            #expect(vector[1] == ((BigInt(1) << width) - 1) << offset)
            #expect(vector[0] == 0)
            vector.place(0, element: 1, at: offset)
            #expect(vector.slot(1, at: offset, width: width) == ones)
        }
    }

    @Test("128-bit integers become the same big integers")
    func wide() {
        let signed: [(Int128, String)] = [
            (0, "0"), (-1, "-1"), (.max, "170141183460469231731687303715884105727"),
            (.min, "-170141183460469231731687303715884105728"), (-12_345_678_901_234_567_890, "-12345678901234567890"),
        ]
        for (value, text) in signed { #expect(BigInt(value) == BigInt(text, radix: 10)) }
        #expect(BigInt(UInt128.max) == (BigInt(1) << 128) - 1)
    }

    @Test("Sums of shares are exact, at the largest magnitudes too")
    func shareSums() {
        var generator = SplitMix(2)
        for scalarBits in [1, 17, 31, 40] {
            var sum = ShareSum()
            var expected: BigInt = 0
            let limit = 1 << scalarBits
            for i in 0..<2000 {
                let scalar = i % 50 == 0 ? -limit : Int.random(in: -limit...limit, using: &generator)
                let share: Int128 =
                    switch i % 40 {
                    case 0: (1 << 125) - 1
                    case 1: -(1 << 125)
                    case 2: -1
                    default: Int128.random(in: -(1 << 120)...(1 << 120), using: &generator)
                    }
                sum.add(scalar: scalar, share: share)
                expected = expected + BigInt(scalar) * BigInt(share)
            }
            #expect(sum.value == expected)
        }
        #expect(ShareSum().value == 0)
    }

    @Test("Signed sums in the slots of a plaintext come back, at both ends of their range")
    func sumSlots() throws {
        var generator = SplitMix(3)
        let slots = try SumSlots(slotBits: 71, modulusBits: 512)
        #expect(slots.slotsPerCiphertext == 6)
        #expect(slots.ciphertexts(for: 1) == 1 && slots.ciphertexts(for: 6) == 1 && slots.ciphertexts(for: 7) == 2)
        let limit = (BigInt(1) << 70) - 1
        for _ in 0..<20 {
            var values = (0..<6).map { _ in BigInt.random(bits: 71, using: &generator) - (BigInt(1) << 70) }
            values[0] = limit
            values[3] = -(limit + 1)
            var packed = slots.offset(slots: 6)
            for (slot, value) in values.enumerated() { packed = packed + (value << (71 * slot)) }
            #expect(packed.signum >= 0 && packed.bitWidth <= 6 * 71)
            #expect(slots.split(packed, slots: 6) == values)
        }
    }
}
