/// Reads what `Encoder` writes and nothing else: every read is bounds-checked, counts are checked against the bytes
/// that are left before anything is allocated, `finish()` refuses leftovers. `protocols/wire.md` section 2.
public struct Decoder: Sendable {
    private let buffer: [UInt8]
    private var position = 0

    public init(_ bytes: [UInt8]) {
        buffer = bytes
    }

    /// Bytes not yet read.
    public var remaining: Int { buffer.count - position }

    public mutating func readUInt8() throws(WireError) -> UInt8 { UInt8(try readBigEndian(bytes: 1)) }
    public mutating func readUInt16() throws(WireError) -> UInt16 { UInt16(try readBigEndian(bytes: 2)) }
    public mutating func readUInt32() throws(WireError) -> UInt32 { UInt32(try readBigEndian(bytes: 4)) }
    public mutating func readUInt64() throws(WireError) -> UInt64 { try readBigEndian(bytes: 8) }
    public mutating func readInt64() throws(WireError) -> Int64 { Int64(bitPattern: try readBigEndian(bytes: 8)) }

    /// 0 or 1; any other byte is `notCanonical`.
    public mutating func readBool() throws(WireError) -> Bool {
        switch try readUInt8() {
        case 0: return false
        case 1: return true
        default: throw .notCanonical("a flag that is neither 0 nor 1")
        }
    }

    public mutating func readBytes32() throws(WireError) -> Bytes32 {
        guard let value = Bytes32(try take(32)) else { throw .truncated(wanted: 32, left: remaining) }
        return value
    }

    /// A finite number; -0, NaN and infinities are `notCanonical`.
    public mutating func readDouble() throws(WireError) -> Double {
        let value = Double(bitPattern: try readUInt64())
        guard value.isFinite else { throw .notCanonical("a number that is not finite") }
        guard value != 0 || value.sign == .plus else { throw .notCanonical("a negative zero") }
        return value
    }

    /// UTF-8 that encodes back to the same bytes, at most `max` of them.
    public mutating func readString(max: Int) throws(WireError) -> String {
        let bytes = try take(try readCount(max: max))
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .notCanonical("a string that is not UTF-8")
        }
        return text
    }

    /// `u32` count (at most `max`), then the bytes.
    public mutating func readPrefixed(max: Int) throws(WireError) -> [UInt8] {
        Array(try take(try readCount(max: max)))
    }

    /// `count` bytes; the caller knows how many.
    public mutating func readFixed(_ count: Int) throws(WireError) -> [UInt8] {
        Array(try take(count))
    }

    /// `u32` count (at most `max`), then each element, which takes at least `minimumBytes` (so that a short input
    /// cannot ask for a long array).
    public mutating func readArray<Element>(
        max: Int, minimumBytes: Int = 1, _ body: (inout Decoder) throws(WireError) -> Element
    ) throws(WireError) -> [Element] {
        let count = try readCount(max: max, minimumBytes: minimumBytes)
        var out: [Element] = []
        out.reserveCapacity(count)
        for _ in 0..<count { out.append(try body(&self)) }
        return out
    }

    public mutating func readOptional<Value>(
        _ body: (inout Decoder) throws(WireError) -> Value
    ) throws(WireError) -> Value? {
        try readBool() ? try body(&self) : nil
    }

    /// A count of at most `max` elements, for which at least `minimumBytes` each must be left.
    public mutating func readCount(max: Int, minimumBytes: Int = 1) throws(WireError) -> Int {
        let count = Int(try readUInt32())
        guard count <= max else { throw .tooLong(count: count, limit: max) }
        let (needed, overflow) = count.multipliedReportingOverflow(by: minimumBytes)
        guard !overflow, needed <= remaining else { throw .truncated(wanted: needed, left: remaining) }
        return count
    }

    /// Must be called last: bytes that nobody read are an error.
    public func finish() throws(WireError) {
        guard remaining == 0 else { throw .bytesLeftOver(remaining) }
    }

    private mutating func take(_ count: Int) throws(WireError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else { throw .truncated(wanted: count, left: remaining) }
        defer { position += count }
        return buffer[position..<position + count]
    }

    private mutating func readBigEndian(bytes: Int) throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        for byte in try take(bytes) { value = value << 8 | UInt64(byte) }
        return value
    }
}
