internal import Bignum

/// Reads the fixed-width integers of a proof; every failure is ``PaillierError/malformedProof(_:)``.
struct ProofReader {
    private var proof: PaillierError.Proof
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8], _ proof: PaillierError.Proof) {
        self.proof = proof
        rest = bytes[...]
    }

    mutating func bytes(_ count: Int) throws(PaillierError) -> [UInt8] {
        guard rest.count >= count else { throw .malformedProof(proof) }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// An integer below 2^bits in its fixed width.
    mutating func integer(bits: Int) throws(PaillierError) -> BigInt {
        let value = BigInt(bigEndian: try bytes((bits + 7) / 8))
        guard value.bitWidth <= bits else { throw .malformedProof(proof) }
        return value
    }

    /// An integer in [0, bound) in the bound's width.
    mutating func integer(below bound: BigInt) throws(PaillierError) -> BigInt {
        let value = try integer(bits: bound.bitWidth)
        guard value < bound else { throw .malformedProof(proof) }
        return value
    }

    /// An integer in (0, n) without a factor in common with n.
    mutating func unit(modulo n: BigInt) throws(PaillierError) -> BigInt {
        let value = try integer(below: n)
        guard BigInt.gcd(value, n) == 1 else { throw .malformedProof(proof) }
        return value
    }

    /// Failures from here on are those of another proof.
    mutating func `continue`(with next: PaillierError.Proof) { proof = next }

    func finish() throws(PaillierError) { if !rest.isEmpty { throw .malformedProof(proof) } }
}

extension BigInt {
    /// Big-endian in the width that holds `bits` bits.
    func fixedBytes(bits: Int) -> [UInt8] { fixedBytes(width: (bits + 7) / 8) }

    /// Big-endian in the width of a modulus.
    func fixedBytes(modulo n: BigInt) -> [UInt8] { fixedBytes(bits: n.bitWidth) }

    /// `self^exponent mod m` for odd m > 1 and a secret non-negative exponent.
    func secretPower(_ exponent: BigInt, modulo m: BigInt) -> BigInt {
        guard let power = try? pow(secret: exponent, modulo: m) else {
            preconditionFailure("odd modulus, exponent >= 0")
        }
        return power
    }

    /// `self^exponent mod m` for public non-negative exponents.
    func publicPower(_ exponent: BigInt, modulo m: BigInt) -> BigInt {
        guard let power = try? pow(exponent, modulo: m) else { preconditionFailure("modulus > 0, exponent >= 0") }
        return power
    }
}
