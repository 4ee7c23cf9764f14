internal import Bignum

extension PrivateKey {
    /// A subgroup key (Ma, Han, Lei, ACSAC 2021): p - 1 = 2 p' k, q - 1 = 2 q' l with primes p', q', and h of order 2 p' q'.
    static func generateSubgroup(
        bits: Int, using generator: inout some RandomNumberGenerator
    ) throws(PaillierError) -> PrivateKey {
        let primeBits = KeyKind.subgroupPrimeBits(modulusBits: bits)
        while true {
            let (p, firstOrder) = primeWithSubgroup(bits: bits / 2, primeBits: primeBits, using: &generator)
            let (q, secondOrder) = primeWithSubgroup(bits: bits / 2, primeBits: primeBits, using: &generator)
            let n = p * q
            guard (p - q).bitWidth >= bits / 2 - 100, BigInt.gcd(p - 1, q - 1) == 2,
                BigInt.gcd(n, (p - 1) * (q - 1)) == 1
            else { continue }
            // h = -y^(2 beta), beta = (p - 1)(q - 1) / (4 p' q')
            let y = randomUnit(modulo: n, using: &generator)
            let exponent = (p - 1) * (q - 1) / ((firstOrder * secondOrder) << 1)
            let power = y.secretPower(exponent, modulo: n)
            guard power.mod(p) != 1, power.mod(q) != 1 else { continue }
            return try PrivateKey(p: p, q: q, h: n - power, subgroup: (firstOrder, secondOrder))
        }
    }

    /// A prime 2 p' k + 1 with its two top bits set, k odd and prime to p', so that it is 3 modulo 4.
    private static func primeWithSubgroup(
        bits: Int, primeBits: Int, using generator: inout some RandomNumberGenerator
    ) -> (prime: BigInt, order: BigInt) {
        let order = BigInt.randomPrime(bits: primeBits, topTwoBitsSet: true, using: &generator)
        let step = order + order
        // k uniform among those for which 2 p' k + 1 has the size wanted
        let least = (BigInt(3) << (bits - 2)) / step + 1
        let most = (BigInt(1) << bits) / step
        while true {
            let k = least + BigInt.random(below: most - least, using: &generator)
            let candidate = step * k + 1
            if k.isOdd, candidate.isProbablePrime(), BigInt.gcd(k, order) == 1 { return (candidate, order) }
        }
    }
}
