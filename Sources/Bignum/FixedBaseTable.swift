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
    private let table: any PowerTable

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
        table = Execution.current.table(of: bases, digitBits: digitBits, factor: nil)
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
        table = Execution.current.table(
            of: bases, digitBits: window, factor: factor.map { .checked([$0], modulus: modulus) })
    }

    /// Measured best where one table serves thousands of exponents.
    static let window = 8

    /// One result an exponent. Precondition: exponents are at most ``exponentBits`` wide.
    public func pow(secret exponents: LimbVector) -> ResidueVector {
        precondition(exponents.bits <= exponentBits, "exponents too wide for the table")
        return table.powers(secret: exponents)
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
