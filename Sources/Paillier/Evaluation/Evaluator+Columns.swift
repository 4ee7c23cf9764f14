public import Bignum

// Products of the same ciphertexts with many columns of scalars (`protocols/paillier.md` 4).
extension Evaluator {
    /// `sum_k t_jk m_k` for each column j of scalars: all columns take the same ciphertexts and share a table of their powers. The
    /// pattern of operations depends on `scalars.bits` and the sizes only.
    ///
    /// - Parameter scalars: column by column, one for each ciphertext, non-negative.
    public func products(of ciphertexts: CiphertextVector, columns scalars: LimbVector) -> EncryptedSums {
        let terms = ciphertexts.count
        precondition(ciphertexts.key == publicKey, "ciphertexts under another key")
        precondition(terms > 0 && scalars.count % terms == 0, "a scalar for each ciphertext")
        let columns = scalars.count / terms
        guard columns >= Self.fewestSharedColumns else {
            let places = (0..<columns).flatMap { _ in 0..<terms }
            return rowwiseProducts(ciphertexts.gathering(places), scalars: scalars, terms: terms)
        }
        let width = Self.digitBits(scalarBits: scalars.bits, columns: columns)
        let digits = (scalars.bits + width - 1) / width
        let table = FixedBaseTable(residues: ciphertexts.residues, digitBits: width)
        // A digit of all scalars of a column together, the lowest digits of all columns first.
        var exponents = LimbVector(count: digits * columns, bits: table.exponentBits)
        for digit in 0..<digits {
            for column in 0..<columns {
                for k in 0..<terms {
                    let place = digit * width
                    let value = scalars.digit(
                        column * terms + k, at: place, width: min(width, scalars.bits - place))
                    exponents.insert(value, digit * columns + column, at: k * width, width: width)
                }
            }
        }
        let parts = EncryptedSums(residues: table.pow(secret: exponents), key: publicKey)
        var result = parts[(digits - 1) * columns..<digits * columns]
        for digit in (0..<digits - 1).reversed() {
            result = result.shifted(bits: width).adding(parts[digit * columns..<(digit + 1) * columns])
        }
        return result
    }

    /// Fewer than this many columns do not pay for a table.
    static let fewestSharedColumns = 3

    /// The cheapest width of a digit: one product a digit and ciphertext, and the table's entries over all columns.
    static func digitBits(scalarBits: Int, columns: Int) -> Int {
        func cost(_ width: Int) -> Int { columns * ((scalarBits + width - 1) / width) + (1 << width) }
        return (3...widestDigit).min { cost($0) < cost($1) } ?? 3
    }

    /// All entries of a digit's table are read for each product: wider ones cost more in reading than they save.
    static let widestDigit = 6
}

extension LimbVector {
    /// Sets bits that are 0 so far.
    fileprivate mutating func insert(_ value: UInt64, _ element: Int, at place: Int, width: Int) {
        let (limb, shift) = (place / 64, UInt64(place % 64))
        setLimb(element, limb, self.limb(element, limb) | value << shift)
        if Int(shift) + width > 64 {
            setLimb(element, limb + 1, self.limb(element, limb + 1) | value >> (64 - shift))
        }
    }
}
