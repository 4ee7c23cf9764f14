package import Foundation

extension LimbVector {
    /// Bytes of one element in ``append(_:to:)``.
    package var bytesPerElement: Int { 8 * limbsPerElement }

    /// Appends some elements, `limbsPerElement` little-endian 64-bit limbs each.
    package func append(_ range: Range<Int>, to data: inout Data) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range out of bounds")
        let start = unsafe buffer.pointer + range.lowerBound * limbsPerElement
        unsafe data.append(contentsOf: UnsafeRawBufferPointer(start: start, count: range.count * bytesPerElement))
    }

    /// Reads what ``append(_:to:)`` wrote.
    ///
    /// - Throws: ``BignumError/lengthMismatch(expected:found:)``; ``BignumError/outOfRange(index:)`` for an element of
    ///   more than `bits` bits.
    package init(littleEndian data: Data, count: Int, bits: Int) throws(BignumError) {
        precondition(count >= 0 && bits >= 0, "sizes are not negative")
        let width = 8 * max((bits + 63) / 64, 1)
        let (needed, overflow) = count.multipliedReportingOverflow(by: width)
        guard !overflow, data.count == needed else { throw .lengthMismatch(expected: needed, found: data.count) }
        self.init(uninitialized: count, bits: bits)
        unsafe data.withUnsafeBytes { bytes in
            guard let source = bytes.baseAddress, needed > 0 else { return }
            unsafe UnsafeMutableRawPointer(buffer.pointer).copyMemory(from: source, byteCount: needed)
        }
        guard bits % 64 != 0 || bits == 0 else { return }
        let last = limbsPerElement - 1
        for index in 0..<count where limb(index, last) >> UInt64(bits % 64) != 0 { throw .outOfRange(index: index) }
    }
}
