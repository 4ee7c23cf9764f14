package import Bignum
package import Foundation

/// Writes one message between ranks: little-endian integers and limbs, as they lie in memory (`protocols/cluster.md`).
package struct PacketWriter: ~Copyable {
    private var data: Data
    package var count: Int { data.count }

    /// - Parameter bytes: a little more than are going to be written, so that none are left behind when the memory is moved.
    package init(reserving bytes: Int) { data = Data(capacity: bytes) }

    package mutating func write(_ value: UInt8) { data.append(value) }
    package mutating func write(_ value: Bool) { data.append(value ? 1 : 0) }
    package mutating func write(_ value: UInt32) { write(UInt64(value), bytes: 4) }
    package mutating func write(_ value: UInt64) { write(value, bytes: 8) }
    /// Two's complement, in 8 bytes.
    package mutating func write(_ value: Int64) { write(UInt64(bitPattern: value), bytes: 8) }
    /// A count or size that is not negative and below 2^32.
    package mutating func write(_ count: Int) { write(UInt32(clamping: count)) }

    private mutating func write(_ value: UInt64, bytes: Int) {
        for shift in 0..<bytes { data.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * shift))) }
    }

    /// UTF-8, with its length.
    package mutating func write(_ text: String) {
        write(text.utf8.count)
        data.append(contentsOf: text.utf8)
    }

    /// Width and count, then the limbs.
    package mutating func write(_ vector: LimbVector) {
        write(vector.bits)
        write(vector.count)
        vector.append(0..<vector.count, to: &data)
    }

    /// The number itself, or that of which it is the square.
    package mutating func write(_ modulus: Modulus) {
        write(modulus.root != nil)
        var number = LimbVector(count: 1, bits: (modulus.root ?? modulus.value).bitWidth)
        number.set(0, modulus.root ?? modulus.value)
        write(number)
    }

    /// As integers in `[0, modulus)`, so that ranks on different paths of the arithmetic understand each other.
    package mutating func write(_ residues: ResidueVector) { write(residues.values()) }

    /// A column's scalars, as many bytes each as the widest needs: 1, 2, 4 or 8.
    package mutating func write(_ scalars: [Int64]) {
        let widest = scalars.reduce(0) { max($0, Int64.bitWidth - ($1 < 0 ? ~$1 : $1).leadingZeroBitCount) }
        let bytes = [1, 2, 4, 8].first { widest < 8 * $0 } ?? 8
        write(UInt8(bytes))
        write(scalars.count)
        var flat = [UInt8](repeating: 0, count: bytes * scalars.count)
        defer { flat.wipe() }
        for (index, scalar) in scalars.enumerated() {
            for k in 0..<bytes { flat[index * bytes + k] = UInt8(truncatingIfNeeded: scalar >> Int64(8 * k)) }
        }
        data.append(contentsOf: flat)
    }

    package consuming func finish() -> Data { data }
}
