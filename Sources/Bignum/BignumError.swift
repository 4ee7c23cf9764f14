/// What can be wrong with the numbers handed to this module. Never carries a value, only positions and sizes.
public enum BignumError: Error, Equatable, Sendable {
    /// The value at `index` is negative or not below its bound.
    case outOfRange(index: Int)
    /// The element at `index` shares a factor with the modulus.
    case notInvertible(index: Int)
    /// Montgomery arithmetic needs an odd modulus above one.
    case evenModulus
    /// The modulus is zero, negative or one.
    case invalidModulus
    /// The value needs more than `bits` bits.
    case doesNotFit(bits: Int)
    /// A negative value where only non-negative ones are meaningful.
    case negative
    /// Two lengths that must agree do not.
    case lengthMismatch(expected: Int, found: Int)
    /// A size above the limits of this module.
    case tooLarge(bits: Int)
}
