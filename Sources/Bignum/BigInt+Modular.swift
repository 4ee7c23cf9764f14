internal import CGMP

extension BigInt {
    /// Greatest common divisor, not negative.
    public static func gcd(_ a: BigInt, _ b: BigInt) -> BigInt {
        unsafe BigInt { unsafe __gmpz_gcd($0, a.pointer, b.pointer) }
    }

    /// The inverse in `[0, m)`.
    ///
    /// - Throws: ``BignumError/invalidModulus`` for m < 2, ``BignumError/notInvertible(index:)`` (index 0) without one.
    public func inverse(modulo m: BigInt) throws(BignumError) -> BigInt {
        if m < 2 { throw .invalidModulus }
        let result = MPInteger()
        if unsafe __gmpz_invert(result.pointer, pointer, m.pointer) == 0 { throw .notInvertible(index: 0) }
        return BigInt(storage: result).mod(m)
    }

    /// Jacobi symbol (self / n). Precondition: `n` is odd and positive.
    public func jacobi(_ n: BigInt) -> Int {
        precondition(n.isOdd && n.signum > 0, "the Jacobi symbol needs an odd positive modulus")
        return unsafe Int(__gmpz_jacobi(pointer, n.pointer))
    }

    /// `self ^ exponent mod m`, in variable time: for public values. A negative exponent inverts first.
    public func pow(_ exponent: BigInt, modulo m: BigInt) throws(BignumError) -> BigInt {
        if m < 1 { throw .invalidModulus }
        if exponent.signum < 0 { return try inverse(modulo: m).pow(-exponent, modulo: m) }
        return unsafe BigInt { unsafe __gmpz_powm($0, pointer, exponent.pointer, m.pointer) }
    }

    /// `self ^ exponent mod m` with a pattern of instructions and addresses that depends only on the sizes of its
    /// operands (GMP manual, `mpz_powm_sec`).
    ///
    /// - Throws: ``BignumError/evenModulus``, ``BignumError/invalidModulus``; ``BignumError/negative`` for the exponent.
    public func pow(secret exponent: BigInt, modulo m: BigInt) throws(BignumError) -> BigInt {
        if m < 2 { throw .invalidModulus }
        if !m.isOdd { throw .evenModulus }
        if exponent.signum < 0 { throw .negative }
        if exponent.isZero { return 1 }
        return unsafe BigInt { unsafe __gmpz_powm_sec($0, pointer, exponent.pointer, m.pointer) }
    }

    /// Baillie-PSW and further Miller-Rabin rounds, 40 in all: an error below 2^-80 even for chosen numbers.
    public func isProbablePrime() -> Bool { unsafe signum > 0 && __gmpz_probab_prime_p(pointer, 40) != 0 }
}

extension BigInt {
    /// The inverse modulo an odd m by a fixed number of steps for the size of m, or nil (GMP's `mpn_sec_invert`).
    /// Precondition: `self` is in `[0, m)`.
    package func constantTimeInverse(modulo m: BigInt) -> BigInt? {
        precondition(signum >= 0 && self < m && m.isOdd, "needs a residue of an odd modulus")
        let count = m.limbCount
        let n = mp_size_t(count)
        let scratchWords = Int(__gmpn_sec_invert_itch(n))
        // result, operand (overwritten), modulus, scratch
        let memory = LimbBuffer(words: 3 * count + scratchWords)
        for k in 0..<count {
            unsafe memory.pointer[count + k] = limb(k)
            unsafe memory.pointer[2 * count + k] = m.limb(k)
        }
        let found = unsafe memory.pointer.withMemoryRebound(to: UInt.self, capacity: memory.words) { limbs in
            unsafe __gmpn_sec_invert(
                limbs, limbs + count, limbs + 2 * count, n, 2 * mp_bitcnt_t(m.bitWidth), limbs + 3 * count)
        }
        if found == 0 { return nil }
        return unsafe BigInt(limbs: memory.pointer, count: count)
    }
}
