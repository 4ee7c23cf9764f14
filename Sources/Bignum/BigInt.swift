internal import CGMP

/// A signed integer of any size: an immutable value whose storage is wiped when its last copy goes.
///
/// Running times depend on the operands, except where a label says `secret`.
public struct BigInt: Sendable {
    let storage: MPInteger

    init(storage: MPInteger) { self.storage = storage }

    /// Makes a value by one GMP call that writes its result through the pointer.
    @inline(__always)
    init(_ write: (UnsafeMutablePointer<__mpz_struct>) -> Void) {
        storage = MPInteger()
        unsafe write(storage.pointer)
    }

    var pointer: UnsafeMutablePointer<__mpz_struct> { unsafe storage.pointer }

    public init(_ value: Int) {
        unsafe self.init { unsafe __gmpz_set_si($0, value) }
    }

    public init(_ value: UInt64) {
        unsafe self.init { unsafe __gmpz_set_ui($0, UInt(value)) }
    }

    /// Non-negative integer from big-endian bytes; an empty sequence is zero.
    public init(bigEndian bytes: some Sequence<UInt8>) {
        let copy = Array(bytes)
        unsafe self.init { result in
            unsafe copy.withUnsafeBytes { unsafe __gmpz_import(result, $0.count, 1, 1, 1, 0, $0.baseAddress) }
        }
    }

    /// Big-endian bytes of a non-negative integer, zeros in front up to `width` bytes.
    ///
    /// - Throws: ``BignumError/negative``, or ``BignumError/doesNotFit(bits:)`` if `width` bytes do not hold it.
    public func bigEndianBytes(width: Int) throws(BignumError) -> [UInt8] {
        if signum < 0 { throw .negative }
        let used = (bitWidth + 7) / 8
        if used > width { throw .doesNotFit(bits: 8 * width) }
        var bytes = [UInt8](repeating: 0, count: width)
        if used > 0 {
            unsafe bytes.withUnsafeMutableBytes { raw in
                _ = unsafe __gmpz_export(raw.baseAddress! + (width - used), nil, 1, 1, 1, 0, pointer)
            }
        }
        return bytes
    }

    /// Bits of the magnitude; zero has none.
    public var bitWidth: Int { signum == 0 ? 0 : unsafe Int(__gmpz_sizeinbase(pointer, 2)) }
    public var isOdd: Bool { unsafe __gmpz_tstbit(pointer, 0) == 1 }
    public var isZero: Bool { signum == 0 }
    /// -1, 0 or 1.
    public var signum: Int { unsafe Int(pointer.pointee._mp_size).signum() }
    public var magnitude: BigInt { signum < 0 ? -self : self }
    /// Bit `index` of the two's complement form.
    public func bit(_ index: Int) -> Bool { unsafe __gmpz_tstbit(pointer, UInt(index)) == 1 }

    /// The value, if it fits in a machine integer.
    public var asInt: Int? { unsafe __gmpz_fits_slong_p(pointer) != 0 ? __gmpz_get_si(pointer) : nil }

    /// The nearest value towards zero among those a `Double` holds; infinite if out of range.
    public var asDouble: Double {
        if bitWidth > 1024 { return signum < 0 ? -.infinity : .infinity }
        return unsafe __gmpz_get_d(pointer)
    }

    /// Limb `index`, little-endian, of the magnitude; zero past the end.
    package func limb(_ index: Int) -> UInt64 {
        index < limbCount ? unsafe UInt64(pointer.pointee._mp_d[index]) : 0
    }

    package var limbCount: Int { unsafe abs(Int(pointer.pointee._mp_size)) }

    /// Non-negative integer from little-endian limbs.
    init(limbs: UnsafePointer<UInt64>, count: Int) {
        unsafe self.init { unsafe __gmpz_import($0, count, -1, 8, 0, 0, limbs) }
    }
}

extension BigInt: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) { self.init(value) }
}

extension BigInt: Comparable, Hashable {
    public static func == (a: BigInt, b: BigInt) -> Bool { unsafe __gmpz_cmp(a.pointer, b.pointer) == 0 }
    public static func < (a: BigInt, b: BigInt) -> Bool { unsafe __gmpz_cmp(a.pointer, b.pointer) < 0 }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(signum)
        for index in 0..<limbCount { hasher.combine(limb(index)) }
    }
}

extension BigInt {
    public static func + (a: BigInt, b: BigInt) -> BigInt {
        unsafe BigInt { unsafe __gmpz_add($0, a.pointer, b.pointer) }
    }

    public static func - (a: BigInt, b: BigInt) -> BigInt {
        unsafe BigInt { unsafe __gmpz_sub($0, a.pointer, b.pointer) }
    }

    public static func * (a: BigInt, b: BigInt) -> BigInt {
        unsafe BigInt { unsafe __gmpz_mul($0, a.pointer, b.pointer) }
    }

    public static prefix func - (a: BigInt) -> BigInt {
        unsafe BigInt { unsafe __gmpz_ui_sub($0, 0, a.pointer) }
    }

    public static func += (a: inout BigInt, b: BigInt) { a = a + b }
    public static func -= (a: inout BigInt, b: BigInt) { a = a - b }
    public static func *= (a: inout BigInt, b: BigInt) { a = a * b }

    /// `a` times two to the power `bits`; a negative count shifts the other way.
    public static func << (a: BigInt, bits: Int) -> BigInt {
        if bits < 0 { return a >> -bits }
        return unsafe BigInt { unsafe __gmpz_mul_2exp($0, a.pointer, UInt(bits)) }
    }

    /// Floor of `a` divided by two to the power `bits`; a negative count shifts the other way.
    public static func >> (a: BigInt, bits: Int) -> BigInt {
        if bits < 0 { return a << -bits }
        return unsafe BigInt { unsafe __gmpz_fdiv_q_2exp($0, a.pointer, UInt(bits)) }
    }

    /// Floored division: `self == quotient * divisor + remainder`, the remainder with the divisor's sign.
    /// - Precondition: `divisor` is not zero.
    public func quotientAndRemainder(dividingBy divisor: BigInt) -> (quotient: BigInt, remainder: BigInt) {
        precondition(!divisor.isZero, "division by zero")
        let quotient = MPInteger()
        let remainder = MPInteger()
        unsafe __gmpz_fdiv_qr(quotient.pointer, remainder.pointer, pointer, divisor.pointer)
        return (BigInt(storage: quotient), BigInt(storage: remainder))
    }

    /// Floor of `a / b`. Precondition: `b` is not zero.
    public static func / (a: BigInt, b: BigInt) -> BigInt { a.quotientAndRemainder(dividingBy: b).quotient }

    /// The representative in `[0, m)`. Precondition: `m` is positive.
    public func mod(_ m: BigInt) -> BigInt {
        precondition(m.signum > 0, "modulus must be positive")
        return unsafe BigInt { unsafe __gmpz_mod($0, pointer, m.pointer) }
    }

    /// Floor of the square root. Precondition: not negative.
    public func squareRoot() -> BigInt {
        precondition(signum >= 0, "square root of a negative number")
        return unsafe BigInt { unsafe __gmpz_sqrt($0, pointer) }
    }
}
