internal import CMontgomery

/// Precomputed powers of fixed bases, for `prod_k bases[k] ^ digit_k` with one product a digit.
///
/// Digits of an exponent are concatenated little-endian: digit k is bits `[k * digitBits, (k + 1) * digitBits)`.
/// Every entry of a digit's table is read whatever the digit is. Build once, share.
public struct FixedBaseTable: Sendable {
    public let modulus: Modulus
    public let digitBits: Int
    public let digits: Int
    /// Widest exponent served.
    public var exponentBits: Int { digits * digitBits }
    private let table: Table

    @safe private final class Table: @unchecked Sendable {
        let pointer: OpaquePointer

        init(_ bases: ResidueVector, digitBits: Int, factor: ResidueVector?) {
            unsafe pointer = cm_table_new(
                bases.modulus.context, bases.buffer.pointer, bases.count, UInt32(digitBits), factor?.buffer.pointer)
        }

        deinit { unsafe cm_table_free(pointer) }
    }

    /// Several independent bases, each with a digit of `digitBits` bits (1 to 12) of its own.
    /// - Precondition: bases are in `[0, modulus)`.
    public init(bases: [BigInt], digitBits: Int, modulus: Modulus) {
        let residues = ResidueVector.checked(bases, modulus: modulus)
        self.init(residues: residues, digitBits: digitBits)
    }

    /// Several independent bases, each with a digit of `digitBits` bits (1 to 12) of its own.
    public init(residues bases: ResidueVector, digitBits: Int) {
        precondition((1...12).contains(digitBits), "digits of 1 to 12 bits")
        modulus = bases.modulus
        self.digitBits = digitBits
        digits = bases.count
        table = Table(bases, digitBits: digitBits, factor: nil)
    }

    /// One base for exponents below `2^exponentBits`; the window is chosen here. Every result is multiplied by a factor.
    /// - Precondition: `base` and `factor` are in `[0, modulus)`.
    public init(base: BigInt, exponentBits: Int, modulus: Modulus, factor: BigInt? = nil) {
        precondition(exponentBits >= (factor == nil ? 0 : 1) && exponentBits <= 1 << 20, "exponent width out of range")
        let window = FixedBaseTable.window
        var power = ResidueVector.checked([base], modulus: modulus)
        var bases = ResidueVector(uninitialized: 0, modulus: modulus)
        let needed = (exponentBits + window - 1) / window
        for digit in 0..<needed {
            bases.append(contentsOf: power)
            if digit + 1 < needed { for _ in 0..<window { power = power.squared() } }
        }
        self.modulus = modulus
        digitBits = window
        digits = bases.count
        table = Table(bases, digitBits: window, factor: factor.map { .checked([$0], modulus: modulus) })
    }

    /// Measured best where one table serves thousands of exponents.
    static let window = 8

    /// One result an exponent. Precondition: exponents are at most ``exponentBits`` wide.
    public func pow(secret exponents: LimbVector) -> ResidueVector {
        precondition(exponents.bits <= exponentBits, "exponents too wide for the table")
        let result = ResidueVector(uninitialized: exponents.count, modulus: modulus)
        let (table, target, modulus) = (table, result.buffer, modulus)
        inParallel(count: exponents.count) { part in
            unsafe cm_table_pow(
                modulus.context, table.pointer, target.pointer + part.lowerBound * modulus.words, part.count,
                exponents.buffer.pointer + part.lowerBound * exponents.limbsPerElement, exponents.limbsPerElement)
        }
        return result
    }
}

extension ResidueVector {
    /// For bases that the caller made itself: a value out of range is a programming error.
    static func checked(_ values: [BigInt], modulus: Modulus) -> ResidueVector {
        guard let residues = try? ResidueVector(values, modulus: modulus) else {
            preconditionFailure("value out of range")
        }
        return residues
    }
}
