extension ResidueVector {
    /// Every element to one secret exponent below `2^bits`: fixed windows, all table entries read; the pattern of
    /// instructions and addresses depends on `bits` only.
    public func pow(secret exponent: BigInt, bits: Int) -> ResidueVector {
        precondition(exponent.signum >= 0 && exponent.bitWidth <= bits, "exponent does not fit")
        var shared = LimbVector(count: 1, bits: bits)
        shared.set(0, exponent)
        return pow(shared, shared: true, secret: true)
    }

    /// Element i to exponent i; the pattern depends on `exponents.bits` only.
    public func pow(secret exponents: LimbVector) -> ResidueVector {
        precondition(exponents.count == count, "one exponent an element")
        return pow(exponents, shared: false, secret: true)
    }

    /// Every element to one public exponent; zero digits cost nothing. A negative one is a programming error.
    public func pow(variableTime exponent: BigInt) -> ResidueVector {
        precondition(exponent.signum >= 0, "invert first")
        var shared = LimbVector(count: 1, bits: exponent.bitWidth)
        shared.set(0, exponent)
        return pow(shared, shared: true, secret: false)
    }

    private func pow(_ exponents: LimbVector, shared: Bool, secret: Bool) -> ResidueVector {
        Execution.current.powers(of: self, exponents, shared: shared, secret: secret)
    }

    /// Row-wise simultaneous exponentiation: result i is the product over k of `bases[i][k] ^ exponents[i][k]`.
    ///
    /// `bases` and `exponents` are rows x terms, row-major; squarings are shared by the terms of a row (Straus). The
    /// pattern depends on `exponents.bits` and the sizes only.
    ///
    /// With several sets the exponents are rows x terms x sets, and result i is the product over the sets s of such products, each to
    /// the power `2^(shift (sets - 1 - s))`: the powers of a base serve all sets.
    /// - Precondition: `shift >= exponents.bits` where there is more than one set.
    public static func simultaneousPow(
        bases: ResidueVector, secret exponents: LimbVector, terms: Int, sets: Int = 1, shift: Int = 0
    ) -> ResidueVector {
        precondition(terms > 0 && bases.count % terms == 0, "rows x terms of bases")
        precondition(sets > 0 && exponents.count == bases.count * sets, "as many exponents, in each set")
        precondition(sets == 1 || shift >= exponents.bits, "sets overlap")
        return Execution.current.productsOfPowers(
            of: bases, secret: exponents, terms: terms, sets: sets, shift: shift)
    }
}
