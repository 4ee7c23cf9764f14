internal import Bignum

/// The checks on a modulus from someone else that need no proof (`protocols/paillier.md` 1), in the order given there.
enum ModulusCheck {
    /// The size that the head of an encoded key names; nil if it is too short to have one.
    static func bits(ofSerialized serialized: [UInt8]) -> Int? {
        guard serialized.count > 4 else { return nil }
        return Int(serialized[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & ~KeyKind.subgroupFlag)
    }

    /// `u32(bits) || n`, n of exactly that many bits; for a subgroup key `u32(2^31 + bits) || n || h`.
    static func parse(_ serialized: [UInt8], kind: KeyKind) throws(PaillierError) -> (n: BigInt, h: BigInt?) {
        guard let bits = bits(ofSerialized: serialized), (serialized[0] & 0x80 != 0) == (kind == .subgroup)
        else { throw .malformedKey }
        // Before a number of any size is made of them.
        if bits > PublicKey.maximumBits { throw .unsupportedKeySize(bits: bits) }
        let width = (bits + 7) / 8
        guard serialized.count == 4 + (kind == .subgroup ? 2 : 1) * width else { throw .malformedKey }
        let n = BigInt(bigEndian: serialized[4..<4 + width])
        guard n.bitWidth == bits else { throw .malformedKey }
        return (n, kind == .subgroup ? BigInt(bigEndian: serialized[(4 + width)...]) : nil)
    }

    /// h in (1, n - 1) with Jacobi symbol 1, as -y^2 has; its order cannot be checked.
    static func check(subgroupBase h: BigInt, n: BigInt) throws(PaillierError) {
        guard h > 1, h < n - 1, h.jacobi(n) == 1 else { throw .malformedKey }
    }

    /// Sizes first: what follows costs a cube of the size.
    static func check(_ n: BigInt, floor: Int) throws(PaillierError) {
        let bits = n.bitWidth
        if n.signum <= 0 { throw .malformedKey }
        if bits < floor { throw .keyTooSmall(bits: bits, minimum: floor) }
        if bits > PublicKey.maximumBits { throw .unsupportedKeySize(bits: bits) }
        if !n.isOdd { throw .evenModulus }
        if BigInt.gcd(n, smallPrimes) != 1 { throw .smallFactor }
        let root = n.squareRoot()
        if root * root == n { throw .squareModulus }
        if n.isProbablePrime() { throw .primeModulus }
    }

    /// The product of the odd primes below 2^12.
    private static let smallPrimes: BigInt = {
        var product: BigInt = 1
        for candidate in stride(from: 3, to: 4096, by: 2)
        where stride(from: 3, to: candidate, by: 2).prefix(while: { $0 * $0 <= candidate }).allSatisfy({
            candidate % $0 != 0
        }) {
            product *= BigInt(candidate)
        }
        return product
    }()
}

/// Moduli of one job that share a factor are both worthless: anyone can take the gcd.
public enum SharedFactors {
    /// - Throws: ``PaillierError/sharedFactor(first:second:)`` for the first pair that is equal or shares a factor.
    public static func check(_ keys: [PublicKey]) throws(PaillierError) {
        var seen: BigInt = 1
        for (second, key) in keys.enumerated() {
            // One gcd with the product of all before; the culprit is looked for only if there is one.
            if BigInt.gcd(seen.mod(key.n), key.n) != 1 {
                let first = keys[..<second].firstIndex { BigInt.gcd($0.n, key.n) != 1 } ?? 0
                throw .sharedFactor(first: first, second: second)
            }
            seen *= key.n
        }
    }
}
