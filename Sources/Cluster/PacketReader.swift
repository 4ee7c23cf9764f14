package import Bignum
package import Foundation

/// Reads what ``PacketWriter`` writes and nothing else: counts are checked against the bytes that are left, values against their bounds.
///
/// Every reading call throws ``LinkError/malformed(_:)``. Wipes the message when it goes.
package final class PacketReader {
    private var data: Data
    private var position = 0

    package init(_ data: Data) { self.data = data }

    deinit { data.resetBytes(in: data.startIndex..<data.endIndex) }

    package func readUInt8() throws(LinkError) -> UInt8 { try take(1).first ?? 0 }

    package func readBool() throws(LinkError) -> Bool {
        switch try readUInt8() {
        case 0: return false
        case 1: return true
        default: throw .malformed("a flag that is neither 0 nor 1")
        }
    }

    package func readUInt32() throws(LinkError) -> UInt32 { UInt32(try readInteger(bytes: 4)) }
    package func readUInt64() throws(LinkError) -> UInt64 { try readInteger(bytes: 8) }
    package func readInt64() throws(LinkError) -> Int64 { Int64(bitPattern: try readUInt64()) }

    /// - Parameters:
    ///   - most: the largest count that makes sense here.
    ///   - bytes: of one element at least: so many must be left.
    package func readCount(most: Int = .max, bytes: Int = 0) throws(LinkError) -> Int {
        let count = Int(try readUInt32())
        guard count <= most else { throw .malformed("a count of \(count)") }
        let (needed, overflow) = count.multipliedReportingOverflow(by: bytes)
        guard !overflow, needed <= data.count - position else { throw .malformed("a count beyond its end") }
        return count
    }

    package func readString(most: Int) throws(LinkError) -> String {
        let count = try readCount(most: most, bytes: 1)
        guard let text = String(data: try take(count), encoding: .utf8) else { throw .malformed("a text not in UTF-8") }
        return text
    }

    package func readVector() throws(LinkError) -> LimbVector {
        let bits = try readCount(most: Self.mostBits)
        let bytes = 8 * max((bits + 63) / 64, 1)
        let count = try readCount(bytes: bytes)
        let part = try take(count * bytes)
        do {
            return try LimbVector(littleEndian: part, count: count, bits: bits)
        } catch {
            throw .malformed("a number too wide")
        }
    }

    /// Wider numbers than exponents over a table's bases are none.
    private static let mostBits = 1 << 24

    package func readModulus() throws(LinkError) -> Modulus {
        let isSquare = try readBool()
        let number = try readVector()
        guard number.count == 1 else { throw .malformed("a modulus that is not one number") }
        do {
            return isSquare ? try Modulus(squareOf: number[0]) : try Modulus(number[0])
        } catch {
            throw .malformed("no modulus")
        }
    }

    package func readResidues(_ modulus: Modulus) throws(LinkError) -> ResidueVector {
        let values = try readVector()
        guard values.bits == modulus.bitWidth, let residues = try? ResidueVector(values, modulus: modulus) else {
            throw .malformed("a residue out of range")
        }
        return residues
    }

    /// For ``SecretScalars``, or of values that an accumulator keeps anyhow.
    package func readScalars() throws(LinkError) -> [Int64] {
        let bytes = Int(try readUInt8())
        guard [1, 2, 4, 8].contains(bytes) else { throw .malformed("scalars of \(bytes) bytes") }
        let count = try readCount(bytes: bytes)
        var flat = [UInt8](try take(count * bytes))
        defer { flat.wipe() }
        return (0..<count).map { index in
            var value: UInt64 = 0
            for k in 0..<bytes { value |= UInt64(flat[index * bytes + k]) << UInt64(8 * k) }
            let free = UInt64(64 - 8 * bytes)
            return Int64(bitPattern: value << free) >> Int64(free)
        }
    }

    /// Must be called last: bytes that nobody read are an error.
    package func finish() throws(LinkError) {
        let left = data.count - position
        guard left == 0 else { throw .malformed("\(left) bytes left over") }
    }

    private func take(_ count: Int) throws(LinkError) -> Data {
        guard count >= 0, count <= data.count - position else { throw .malformed("too short") }
        defer { position += count }
        return data[data.startIndex + position..<data.startIndex + position + count]
    }

    private func readInteger(bytes: Int) throws(LinkError) -> UInt64 {
        var value: UInt64 = 0
        for (k, byte) in try take(bytes).enumerated() { value |= UInt64(byte) << UInt64(8 * k) }
        return value
    }
}
