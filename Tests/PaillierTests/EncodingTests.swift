import Bignum
import Paillier
import Testing

@Suite struct EncodingTests {
    @Test(arguments: [1, 13, 64, 115, 200, 511]) func slotsPackAndSplit(slotBits: Int) throws {
        var source = generator("slots \(slotBits)")
        let layout = try SlotLayout(slotBits: slotBits, modulusBits: 512)
        #expect(layout.slotsPerPlaintext == 511 / slotBits)
        let values = LimbVector.random(count: 2 * layout.slotsPerPlaintext + 1, bits: slotBits, using: &source)
        let packed = try layout.pack(values)
        #expect(packed.count == layout.plaintexts(for: values.count))
        let split = layout.split(packed)
        #expect(split[0..<values.count].bigInts() == values.bigInts())
        for index in values.count..<split.count { #expect(split[index] == 0) }
    }

    @Test func slotsHaveRoomForTheirMasks() throws {
        let layout = try SlotLayout(valueBits: 51, maskedValues: 1 << 24, modulusBits: 2048)
        #expect(layout.slotBits == 115)
        #expect(layout.slotsPerPlaintext == 17)
        #expect(throws: PaillierError.wouldOverflow(neededBits: 512, availableBits: 511)) {
            try SlotLayout(slotBits: 512, modulusBits: 512)
        }
        #expect(throws: PaillierError.wouldOverflow(neededBits: 65, availableBits: 64)) {
            try SlotLayout(slotBits: 64, modulusBits: 512).pack(LimbVector(count: 1, bits: 65))
        }
    }

    @Test func fixedPointRoundsToEvenAndRefuses() throws {
        let scale = FixedPoint(fractionBits: 2)
        #expect(try [0.125, 0.375, -0.125, 1e9, 0].map { try scale.encode($0) } == [0, 2, 0, 4_000_000_000, 0])
        #expect(scale.decode(Int64(-7)) == -1.75)
        #expect(scale.decode(BigInt(-7)) == -1.75)
        #expect(FixedPoint(fractionBits: 200).decode(-(BigInt(1) << 1200)) == -0x1p1000)
        #expect(throws: PaillierError.notFinite) { try scale.encode(.nan) }
        #expect(throws: PaillierError.notFinite) { try scale.encode(-.infinity) }
        #expect(throws: PaillierError.wouldOverflow(neededBits: 65, availableBits: 64)) { try scale.encode(0x1p61) }
        #expect(try scale.encode(-0x1p61) == .min)
    }

    @Test func boundsAreKnownBeforeTheStart() throws {
        let sum = (ValueBound(bits: 16) * ValueBound(bits: 30) + ValueBound(magnitude: 5)).summed(over: 1000)
        #expect(sum.magnitude == (BigInt(65535) * BigInt((1 << 30) - 1) + 5) * 1000)
        #expect(sum.signedBits == 57)
        try sum.requireFit(bits: 57)
        #expect(throws: PaillierError.wouldOverflow(neededBits: 57, availableBits: 56)) { try sum.requireFit(bits: 56) }
    }

    @Test func signedRepresentatives() throws {
        let key = try testKey().publicKey
        #expect(key.signed(key.n - 1) == -1)
        #expect(key.signed((key.n - 1) >> 1) == (key.n - 1) >> 1)
        #expect(key.signed((key.n + 1) >> 1) == -((key.n - 1) >> 1))
        #expect(key.plaintexts([-1, 0]).bigInts() == [key.n - 1, 0])
    }
}
