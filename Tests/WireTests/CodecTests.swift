import Testing

@testable import Wire

@Suite struct CodecTests {
    @Test func everyFieldHasOneEncoding() throws {
        var encoder = Encoder()
        encoder.write(UInt8(1))
        encoder.write(UInt16(0x0203))
        encoder.write(UInt32(0x0405_0607))
        encoder.write(UInt64(0x0809_0a0b_0c0d_0e0f))
        encoder.write(Int64(-2))
        encoder.write(true)
        encoder.write(1.5)
        encoder.write("é")
        encoder.writePrefixed([9, 9])
        encoder.writeArray([UInt16(1), 2]) { $0.write($1) }
        encoder.writeOptional(UInt8?.none) { $0.write($1) }
        let bytes = try encoder.finish()
        #expect(
            Hex.encode(bytes)
                == "01020304050607" + "08090a0b0c0d0e0f" + "fffffffffffffffe" + "01" + "3ff8000000000000"
                + "00000002c3a9"
                + "000000020909" + "0000000200010002" + "00")
        var decoder = Decoder(bytes)
        #expect(try decoder.readUInt8() == 1)
        #expect(try decoder.readUInt16() == 0x0203)
        #expect(try decoder.readUInt32() == 0x0405_0607)
        #expect(try decoder.readUInt64() == 0x0809_0a0b_0c0d_0e0f)
        #expect(try decoder.readInt64() == -2)
        #expect(try decoder.readBool())
        #expect(try decoder.readDouble() == 1.5)
        #expect(try decoder.readString(max: 2) == "é")
        #expect(try decoder.readPrefixed(max: 2) == [9, 9])
        #expect(try decoder.readArray(max: 2, minimumBytes: 2) { d throws(WireError) in try d.readUInt16() } == [1, 2])
        #expect(try decoder.readOptional { d throws(WireError) in try d.readUInt8() } == nil)
        try decoder.finish()
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func numbersThatAreNotFiniteHaveNoEncoding(value: Double) throws {
        var encoder = Encoder()
        encoder.write(value)
        #expect(throws: WireError.notCanonical("a number that is not finite")) { try encoder.finish() }
        var raw = Encoder()
        raw.write(value.bitPattern)
        var decoder = Decoder(try raw.finish())
        #expect(throws: WireError.self) { try decoder.readDouble() }
    }

    @Test func negativeZeroIsNotCanonical() throws {
        var encoder = Encoder()
        encoder.write(-0.0)
        #expect(try encoder.finish() == [UInt8](repeating: 0, count: 8))
        var decoder = Decoder([0x80, 0, 0, 0, 0, 0, 0, 0])
        #expect(throws: WireError.notCanonical("a negative zero")) { try decoder.readDouble() }
    }

    @Test func leftoversAndShortInputsAreRefused() {
        #expect(throws: WireError.bytesLeftOver(1)) { try Number(payload: [0, 0, 0, 1, 2]) }
        #expect(throws: WireError.truncated(wanted: 4, left: 3)) { try Number(payload: [0, 0, 1]) }
    }

    @Test func lengthsAreCheckedBeforeAllocation() {
        var huge = Decoder([0xff, 0xff, 0xff, 0xff])
        #expect(throws: WireError.tooLong(count: 0xffff_ffff, limit: 10)) { try huge.readPrefixed(max: 10) }
        var lying = Decoder([0x7f, 0xff, 0xff, 0xff, 0])
        #expect(throws: WireError.truncated(wanted: 0x7fff_ffff * 8, left: 1)) {
            try lying.readArray(max: .max, minimumBytes: 8) { d throws(WireError) in try d.readUInt64() }
        }
        var overflowing = Decoder([0x7f, 0xff, 0xff, 0xff, 0])
        #expect(throws: WireError.self) { try overflowing.readCount(max: .max, minimumBytes: .max) }
    }

    @Test func flagsAndStringsAreCanonical() {
        var flag = Decoder([2])
        #expect(throws: WireError.notCanonical("a flag that is neither 0 nor 1")) { try flag.readBool() }
        var text = Decoder([0, 0, 0, 1, 0xff])
        #expect(throws: WireError.notCanonical("a string that is not UTF-8")) { try text.readString(max: 5) }
    }

    @Test func hexIsStrict() {
        #expect(Hex.decode("0aF1") == nil)
        #expect(Hex.decode("0") == nil)
        #expect(Hex.decode("0af1") == [10, 241])
        #expect(Bytes32(hex: String(repeating: "ab", count: 32))?.hex == String(repeating: "ab", count: 32))
    }

    /// Seeded mutations: no input crashes a decoder, and what decodes encodes to the same bytes.
    @Test func mutatedInputsNeverCrashAndNeverHaveTwoEncodings() throws {
        var generator = ProtocolRandomness(testKey: [UInt8](repeating: 7, count: 32))
        let record = try Record(
            session: testJob, from: "a", to: "b", sequence: 3, protocolVersion: alignmentProtocol, type: Number.type,
            round: 1, attempt: 0, chunk: .whole, sentAt: 5, seen: .empty, payload: [1, 2, 3]
        ).encoded
        var accepted = 0
        for _ in 0..<5000 {
            var bytes = record
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                switch Int.random(in: 0...2, using: &generator) {
                case 0:
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator)
                case 1: bytes.removeLast(Int.random(in: 0...4, using: &generator))
                default: bytes.append(.random(in: 0...255, using: &generator))
                }
            }
            if let decoded = try? Record(encoded: bytes) {
                accepted += 1
                #expect(try decoded.encoded == bytes)
            }
        }
        #expect(accepted > 100)
    }
}
