public import Bignum

/// Numbers as integers at one binary scale, `x -> round(x 2^fractionBits)`, ties to even.
public struct FixedPoint: Sendable, Hashable {
    public let fractionBits: Int

    public init(fractionBits: Int) {
        precondition((0...256).contains(fractionBits), "scale out of range")
        self.fractionBits = fractionBits
    }

    /// - Throws: ``PaillierError/notFinite``, ``PaillierError/wouldOverflow(neededBits:availableBits:)`` over 63 bits.
    public func encode(_ x: Double) throws(PaillierError) -> Int64 {
        if !x.isFinite { throw .notFinite }
        let scaled = (x * Self.powerOfTwo(fractionBits)).rounded(.toNearestOrEven)
        guard let value = Int64(exactly: scaled) else {
            throw .wouldOverflow(neededBits: x == 0 ? 0 : Int(x.exponent) + fractionBits + 2, availableBits: 64)
        }
        return value
    }

    /// The nearest Double up to one rounding of the integer towards zero.
    public func decode(_ value: BigInt) -> Double {
        // Wider than a Double's range before scaling, perhaps not after.
        let excess = max(0, value.bitWidth - 1000)
        let scaled = (value.signum < 0 ? -(value.magnitude >> excess) : value >> excess).asDouble
        return scaled * Self.powerOfTwo(excess - fractionBits)
    }

    public func decode(_ value: Int64) -> Double { Double(value) * Self.powerOfTwo(-fractionBits) }

    private static func powerOfTwo(_ exponent: Int) -> Double {
        exponent > 1023 ? .infinity : Double(sign: .plus, exponent: exponent, significand: 1)
    }
}

/// A bound on the magnitude of a value, carried through sums and products before a job starts, so that nothing can wrap.
public struct ValueBound: Sendable, Hashable {
    /// |value| <= magnitude
    public let magnitude: BigInt

    public init(magnitude: BigInt) {
        precondition(magnitude.signum >= 0, "a bound is not negative")
        self.magnitude = magnitude
    }

    /// |value| < 2^bits
    public init(bits: Int) { self.init(magnitude: (BigInt(1) << bits) - 1) }

    public static func + (a: ValueBound, b: ValueBound) -> ValueBound {
        ValueBound(magnitude: a.magnitude + b.magnitude)
    }

    public static func * (a: ValueBound, b: ValueBound) -> ValueBound {
        ValueBound(magnitude: a.magnitude * b.magnitude)
    }

    /// The sum of `count` such values.
    public func summed(over count: Int) -> ValueBound { ValueBound(magnitude: magnitude * BigInt(count)) }

    /// Bits that hold every value together with an offset that makes it non-negative.
    public var signedBits: Int { magnitude.bitWidth + 1 }

    /// - Throws: ``PaillierError/wouldOverflow(neededBits:availableBits:)``
    public func requireFit(bits: Int) throws(PaillierError) {
        if signedBits > bits { throw .wouldOverflow(neededBits: signedBits, availableBits: bits) }
    }
}
