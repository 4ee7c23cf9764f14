/// Writes the one encoding that a value has: fixed-width big-endian integers, `u32` length prefixes, IEEE 754 bit
/// patterns. `protocols/wire.md` section 2.
///
/// A value that has no encoding (a NaN, a string over 2^32 - 1 bytes) does not stop the writer; `finish()` reports it,
/// so that messages encode themselves without a `try` a field.
public struct Encoder: Sendable {
    private var buffer: [UInt8] = []
    private var failure: WireError?

    public init() {}

    public init(reserving bytes: Int) {
        buffer.reserveCapacity(bytes)
    }

    public var count: Int { buffer.count }

    public mutating func write(_ value: UInt8) { buffer.append(value) }
    public mutating func write(_ value: UInt16) { writeBigEndian(value) }
    public mutating func write(_ value: UInt32) { writeBigEndian(value) }
    public mutating func write(_ value: UInt64) { writeBigEndian(value) }
    /// Two's complement.
    public mutating func write(_ value: Int64) { writeBigEndian(UInt64(bitPattern: value)) }
    public mutating func write(_ value: Bool) { buffer.append(value ? 1 : 0) }
    public mutating func write(_ value: Bytes32) { buffer.append(contentsOf: value.bytes) }

    /// The bit pattern, big-endian. Finite values only; -0 is written as 0, so that equal numbers have equal bytes.
    public mutating func write(_ value: Double) {
        guard value.isFinite else {
            fail(.notCanonical("a number that is not finite"))
            return
        }
        writeBigEndian((value == 0 ? 0 : value).bitPattern)
    }

    /// `u32` byte count, then the UTF-8 bytes.
    public mutating func write(_ value: String) { writePrefixed(value.utf8) }

    /// `u32` count, then the bytes.
    public mutating func writePrefixed(_ bytes: some Collection<UInt8>) {
        writeCount(bytes.count)
        buffer.append(contentsOf: bytes)
    }

    /// The bytes alone: both sides know how many.
    public mutating func writeFixed(_ bytes: some Collection<UInt8>) {
        buffer.append(contentsOf: bytes)
    }

    /// `u32` count, then each element.
    public mutating func writeArray<Element>(
        _ elements: some Collection<Element>, _ body: (inout Encoder, Element) -> Void
    ) {
        writeCount(elements.count)
        for element in elements { body(&self, element) }
    }

    /// A flag byte, then the value if there is one.
    public mutating func writeOptional<Value>(_ value: Value?, _ body: (inout Encoder, Value) -> Void) {
        write(value != nil)
        if let value { body(&self, value) }
    }

    /// A count before elements that the caller writes itself.
    public mutating func writeCount(_ count: Int) {
        guard let short = UInt32(exactly: count) else {
            fail(.tooLong(count: count, limit: Int(UInt32.max)))
            return
        }
        write(short)
    }

    /// The bytes, or the first reason why there are none.
    public consuming func finish() throws(WireError) -> [UInt8] {
        if let failure { throw failure }
        return buffer
    }

    private mutating func writeBigEndian(_ value: some FixedWidthInteger & UnsignedInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
            buffer.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    private mutating func fail(_ error: WireError) {
        if failure == nil { failure = error }
    }
}
