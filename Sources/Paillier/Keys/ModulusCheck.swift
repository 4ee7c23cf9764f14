internal import Bignum

/// The checks on a modulus from someone else that need no proof (`protocols/paillier.md` 1), in the order given there.
enum ModulusCheck {
    /// The size that the head of an encoded key names; nil if it is too short to have one.
    static func bits(ofSerialized serialized: [UInt8]) -> Int? {
        guard serialized.count > 4 else { return nil }
        return Int(serialized[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
    }

    /// `u32(bits) || n`, n of exactly that many bits.
    static func parse(_ serialized: [UInt8]) throws(PaillierError) -> BigInt {
        guard let bits = bits(ofSerialized: serialized) else { throw .malformedKey }
        // Before a number of any size is made of them.
        if bits > PublicKey.maximumBits { throw .unsupportedKeySize(bits: bits) }
        guard serialized.count == 4 + (bits + 7) / 8 else { throw .malformedKey }
        let n = BigInt(bigEndian: serialized[4...])
        guard n.bitWidth == bits else { throw .malformedKey }
        return n
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
