internal import Bignum
internal import Crypto

/// The 128 x N binary matrix of the proof of blinding: one row a repetition, one column a plaintext.
struct BlindingChallenge: Sendable {
    private let bytes: [UInt8]
    private let bytesPerRow: Int

    static let rows = BlindingSizes.challengeRows

    /// The first 128 ceil(N / 8) bytes of SHA-256(h || u32 0) || SHA-256(h || u32 1) || ...
    init(seed h: [UInt8], columns: Int) {
        bytesPerRow = (columns + 7) / 8
        let needed = Self.rows * bytesPerRow
        var stream: [UInt8] = []
        stream.reserveCapacity(needed + 32)
        var counter: UInt32 = 0
        while stream.count < needed {
            stream.append(contentsOf: SHA256.hash(data: h + AlignmentHashes.bigEndian(counter)))
            counter += 1
        }
        bytes = stream
    }

    func bit(row: Int, column: Int) -> Bool {
        bytes[row * bytesPerRow + column / 8] >> UInt8(column % 8) & 1 == 1
    }

    /// For each row j and slot s, `sum_i E_ji values[i * stride + s]`: rows x stride sums, row-major.
    ///
    /// The matrix is public. The values are not: they are only added, all of them in the same way.
    func subsetSums(of values: LimbVector, stride: Int) -> [BigInt] {
        // Half limbs in whole ones: 2048 of them add up without a carry.
        let width = stride * values.limbsPerElement * 2
        let columns = values.count / stride
        var halves = [UInt64](repeating: 0, count: columns * width)
        var position = 0
        for element in 0..<values.count {
            for index in 0..<values.limbsPerElement {
                let limb = values.limb(element, index)
                halves[position] = limb & 0xFFFF_FFFF
                halves[position + 1] = limb >> 32
                position += 2
            }
        }
        var sums: [BigInt] = []
        var row = [UInt64](repeating: 0, count: width)
        for j in 0..<Self.rows {
            for k in 0..<width { row[k] = 0 }
            for i in 0..<columns where bit(row: j, column: i) {
                let start = i * width
                for k in 0..<width { row[k] &+= halves[start + k] }
            }
            for s in 0..<stride {
                let digits = row[s * width / stride..<(s + 1) * width / stride]
                sums.append(Self.value(digits))
            }
        }
        return sums
    }

    /// sum_k digits[k] 2^(32 k), digits below 2^64
    private static func value(_ digits: ArraySlice<UInt64>) -> BigInt {
        var bytes: [UInt8] = []
        var carry: UInt64 = 0
        for digit in digits {
            // Sums of 2048 half limbs stay below 2^43, so this cannot overflow.
            let total = digit &+ carry
            for shift in Swift.stride(from: UInt64(0), to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: total >> shift))
            }
            carry = total >> 32
        }
        for shift in Swift.stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: carry >> shift))
        }
        return BigInt(bigEndian: bytes.reversed())
    }
}
