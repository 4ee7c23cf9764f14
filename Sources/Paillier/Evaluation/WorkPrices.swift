/// Seconds of one core for each operation of a ``Workload``.
package struct WorkPrices: Sendable, Hashable {
    package var key: Double
    package var encryption: Double
    package var decryption: Double
    package var mask: Double
    package var transfer: Double
    package var power: Double
    package var table: Double
    package var bucket: Double
    package var single: Double
    package var groupProduct: Double
    package var point: Double

    package init(
        key: Double, encryption: Double, decryption: Double, mask: Double, transfer: Double, power: Double,
        table: Double, bucket: Double, single: Double, groupProduct: Double, point: Double
    ) {
        self.key = key
        self.encryption = encryption
        self.decryption = decryption
        self.mask = mask
        self.transfer = transfer
        self.power = power
        self.table = table
        self.bucket = bucket
        self.single = single
        self.groupProduct = groupProduct
        self.point = point
    }

    /// Seconds of all cores together.
    package func seconds(_ work: Workload) -> Double {
        let owner = work.keys * key + work.encryptions * encryption + work.decryptions * decryption
        let evaluator = work.masks * mask + work.powers * power + work.tables * table + work.buckets * bucket
        let others = work.transfers * transfer + work.groupProducts * groupProduct + work.points * point
        return owner + evaluator + others + work.singles * single
    }

    /// About what they are on an EPYC of the fourth generation (Zen 4) with AVX-512 IFMA, rounded from `benchmark cost` at 2048 and 3072
    /// bits: products of limbs grow with the square of a modulus, exponents with its length.
    ///
    /// - Parameter relativeCost: of a modular product, compared with one on that path.
    package static func typical(keyBits: Int, nonces: NonceLength, relativeCost: Double) -> WorkPrices {
        let width = Double(keyBits) / 2048
        // Reading tables takes a greater part where products are fast.
        let product = (0.12e-6 + 0.46e-6 * relativeCost) * width * width
        // Compared with short ones under a modulus of 2048 bits.
        let exponent =
            Double(nonces.exponentBits(modulusBits: keyBits))
            / Double(NonceLength.short.exponentBits(modulusBits: 2048))
        return WorkPrices(
            // Half of a key's time goes into searching for primes, which no vector instruction helps.
            key: (0.45 + 0.4 * relativeCost) * width * width * width, encryption: (2 + 32 * exponent) * product,
            decryption: 620 * width * product, mask: 313 * width * product,
            transfer: (12e-6 + 6e-6 * relativeCost) * width * width, power: product, table: product,
            bucket: 1.1 * product,
            // Where lanes stand idle a product takes as long as on a path without them.
            single: 6e-6 * width * width, groupProduct: 0.34 * product, point: 65e-6)
    }
}
