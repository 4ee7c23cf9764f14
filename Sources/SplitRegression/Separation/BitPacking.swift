package import Bignum

extension LimbVector {
    /// Adds `value 2^offset` to an element whose bits there are still zero.
    package mutating func place(_ value: UInt128, element: Int, at offset: Int) {
        var rest = value
        var limb = offset / 64
        let shift = offset % 64
        if shift > 0 {
            setLimb(element, limb, self.limb(element, limb) | UInt64(truncatingIfNeeded: rest) << UInt64(shift))
            rest >>= UInt128(64 - shift)
            limb += 1
        }
        while rest != 0 {
            setLimb(element, limb, self.limb(element, limb) | UInt64(truncatingIfNeeded: rest))
            rest >>= 64
            limb += 1
        }
    }

    /// Bits `[offset, offset + width)` of an element, `width` at most 128.
    package func slot(_ element: Int, at offset: Int, width: Int) -> UInt128 {
        let low = UInt128(digit(element, at: offset, width: min(width, 64)))
        guard width > 64 else { return low }
        return low | UInt128(digit(element, at: offset + 64, width: width - 64)) << 64
    }
}

extension BigInt {
    package init(_ value: UInt128) {
        let word: UInt128 = 1 << 32
        var result: BigInt = 0
        for shift in [96, 64, 32, 0] as [UInt128] {
            result = (result << 32) + BigInt(Int((value >> shift) % word))
        }
        self = result
    }

    package init(_ value: Int128) {
        let magnitude = BigInt(value.magnitude)
        self = value < 0 ? -magnitude : magnitude
    }
}

/// Exact `sum_i x_i e_i` for shares `e` of up to 127 bits and scalars of up to 62 bits over up to 2^40 rows' worth of head-room
/// in each half: the low 60 bits and the rest are summed apart.
package struct ShareSum: Sendable {
    private var low: Int128 = 0
    private var high: Int128 = 0
    private static let lowBits: Int128 = 60

    package init() {}

    package mutating func add(scalar: Int, share: Int128) {
        low += Int128(scalar) * (share & ((1 << Self.lowBits) - 1))
        high += Int128(scalar) * (share >> Self.lowBits)
    }

    package var value: BigInt { (BigInt(high) << Int(Self.lowBits)) + BigInt(low) }
}
