/// Seconds of one core for each operation of a ``Workload``.
package struct WorkPrices: Sendable, Hashable {
    package var key: Double
    package var bases: Double
    package var encryption: Double
    package var decryption: Double
    package var mask: Double
    package var fullMask: Double
    package var transfer: Double
    package var power: Double
    package var table: Double
    package var bucket: Double
    package var single: Double
    package var groupProduct: Double
    package var point: Double

    package init(
        key: Double, bases: Double, encryption: Double, decryption: Double, mask: Double, fullMask: Double,
        transfer: Double, power: Double, table: Double, bucket: Double, single: Double, groupProduct: Double,
        point: Double
    ) {
        self.key = key
        self.bases = bases
        self.encryption = encryption
        self.decryption = decryption
        self.mask = mask
        self.fullMask = fullMask
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
        let nonces = work.bases * bases + work.masks * mask + work.fullMasks * fullMask
        let evaluator = nonces + work.powers * power + work.tables * table + work.buckets * bucket
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
        // The power r^n, of each base and of each of the first results.
        let fullPower = 2200 * width * product
        let bases = Double(OwnBases.bases(modulusBits: keyBits))
        return WorkPrices(
            // Much of a key's time goes into searching for primes, which no vector instruction helps.
            key: (0.3 + 0.13 * relativeCost) * width * width * width,
            bases: bases * (fullPower + Double(1 << OwnBases.digitBits) * product),
            encryption: (2 + 32 * exponent) * product, decryption: 620 * width * product,
            mask: 313 * width * product, fullMask: fullPower + 40 * width * product,
            transfer: (12e-6 + 6e-6 * relativeCost) * width * width, power: product, table: product,
            bucket: 1.1 * product,
            // Where lanes stand idle a product takes as long as on a path without them.
            single: 6e-6 * width * width, groupProduct: 0.34 * product, point: 65e-6)
    }
}
