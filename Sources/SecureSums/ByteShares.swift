/// GF(2^8) with x^8 + x^4 + x^3 + x + 1, without branches or table look-ups on values (`protocols/row-split.md` 3).
enum ByteField {
    static func multiply(_ a: UInt8, _ b: UInt8) -> UInt8 {
        var (result, left): (UInt8, UInt8) = (0, a)
        for bit in 0..<8 as Range<UInt8> {
            result ^= left & (0 &- (b >> bit & 1))
            left = left << 1 ^ 0x1b & (0 &- left >> 7)
        }
        return result
    }

    /// `a^254`; 0 for 0.
    static func inverse(_ a: UInt8) -> UInt8 {
        var (result, power) = (UInt8(1), a)
        for _ in 1..<8 {
            power = multiply(power, power)
            result = multiply(result, power)
        }
        return result
    }
}

/// Shamir's secret sharing of 32 bytes, byte by byte: `threshold` shares give the secret, fewer say nothing.
enum ByteShares {
    static let length = 32

    /// The shares of the points, in their order.
    ///
    /// - Parameter coefficients: `length * (threshold - 1)` uniform bytes: for each byte of the secret from the first power up.
    static func deal(_ secret: [UInt8], to points: [UInt8], threshold: Int, coefficients: [UInt8]) -> [[UInt8]] {
        points.map { point in
            (0..<length).map { byte in
                var value: UInt8 = 0
                for power in (0..<threshold - 1).reversed() {
                    value = ByteField.multiply(value ^ coefficients[byte * (threshold - 1) + power], point)
                }
                return value ^ secret[byte]
            }
        }
    }

    /// The secret of exactly the threshold's number of shares of different points: Lagrange's polynomial at 0.
    static func reconstruct(_ shares: [(point: UInt8, share: [UInt8])]) -> [UInt8] {
        var secret = [UInt8](repeating: 0, count: length)
        for (point, share) in shares {
            var weight: UInt8 = 1
            for (other, _) in shares where other != point {
                weight = ByteField.multiply(weight, ByteField.multiply(other, ByteField.inverse(other ^ point)))
            }
            for byte in 0..<length { secret[byte] ^= ByteField.multiply(weight, share[byte]) }
        }
        return secret
    }
}
