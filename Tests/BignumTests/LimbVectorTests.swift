import Bignum
import TestSupport
import Testing

@Suite struct LimbVectorTests {
    @Test func holdsValues() throws {
        let values: [BigInt] = [0, 1, (BigInt(1) << 130) - 1, BigInt(1) << 64]
        var vector = try LimbVector(values, bits: 130)
        #expect(vector.count == 4 && vector.limbsPerElement == 3)
        #expect(vector.bigInts() == values)
        let copy = vector
        vector.append(contentsOf: vector[1..<3])
        #expect(vector.bigInts() == values + values[1..<3])
        #expect(copy.bigInts() == values)
        #expect(vector.limb(3, 1) == 1)
        #expect(vector.digit(2, at: 60, width: 10) == 1023)
        #expect(vector.digit(2, at: 125, width: 10) == 31)
        #expect(vector.digit(2, at: 200, width: 10) == 0)
    }

    @Test func refusesWideValues() {
        #expect(throws: BignumError.outOfRange(index: 1)) { try LimbVector([BigInt(1), 256], bits: 8) }
        #expect(throws: BignumError.outOfRange(index: 0)) { try LimbVector([BigInt(-1)], bits: 8) }
        #expect(throws: BignumError.outOfRange(index: 2)) { try LimbVector([1, 2, 8] as [UInt64], bits: 3) }
    }

    @Test(arguments: [1, 63, 64, 65, 128, 300])
    func randomStaysBelow(bits: Int) {
        var generator = SplitMix(UInt64(bits))
        let bound = (BigInt(1) << (bits - 1)) + 1
        let vector = LimbVector.random(count: 50, below: bound, using: &generator)
        #expect(vector.bigInts().allSatisfy { $0 < bound })
        let wide = LimbVector.random(count: 50, bits: bits, using: &generator)
        #expect(wide.bigInts().allSatisfy { $0.bitWidth <= bits })
        #expect(wide.bigInts().contains { $0.bitWidth == bits })
    }
}
