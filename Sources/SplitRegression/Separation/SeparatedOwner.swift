internal import Bignum
internal import Paillier

/// The active party's side of a separated evaluation (training.md 2, steps 3 and 5): Chebyshev coefficients in,
/// shares out.
struct SeparatedOwner {
    let layout: SeparationLayout
    let key: PrivateKey
    private let series: ChebyshevExpansion

    init(layout: SeparationLayout, key: PrivateKey) {
        self.layout = layout
        self.key = key
        series = ChebyshevExpansion(terms: layout.terms)
    }

    /// One chunk's plaintexts and, for each row, `2^20 sum_k c_k`, which the shares are corrected by.
    struct Prepared {
        var plaintexts: LimbVector
        var corrections: [Int128]
    }

    /// - Parameters:
    ///   - predictor: this party's `a_i` of the chunk's rows.
    ///   - label: labels of the same rows.
    /// - Throws: `coefficientOutOfRange` before anything is encrypted when a coefficient is over its declared magnitude.
    func prepare(predictor: [Double], label: [Double]) throws(TrainingError) -> Prepared {
        let scale = Double(1 << SeparationLayout.coefficientFractionBits)
        let offset = Int64(1) << Int64(SeparationLayout.coefficientFractionBits + layout.kind.magnitudeBits)
        let perRow = layout.ciphertextsPerRow
        let groups = layout.groups(rows: predictor.count)
        let plaintextBits =
            (2 * layout.rowsPerGroup - 1) * layout.slotBits + SeparationLayout.coefficientFractionBits
            + layout.kind.magnitudeBits + 2
        var plaintexts = LimbVector(count: predictor.count * perRow, bits: plaintextBits)
        var corrections: [Int128] = []
        corrections.reserveCapacity(predictor.count)
        for row in predictor.indices {
            let coefficients = series.coefficients(center: predictor[row], radius: layout.radius) {
                layout.kind.value($0, label: label[row])
            }
            var sum: Int128 = 0
            // Row s of a group stands 2 s slots up already here, where a shift costs nothing.
            let start = 2 * (row / groups) * layout.slotBits
            for (k, coefficient) in coefficients.enumerated() {
                guard let integer = Int64(exactly: (coefficient * scale).rounded()),
                    integer.magnitude < offset.magnitude
                else {
                    throw .coefficientOutOfRange
                }
                sum += Int128(integer)
                let slot = k % 2 == 0 ? 0 : layout.slotBits
                plaintexts.place(
                    UInt128(UInt64(integer + offset)), element: row * perRow + k / 2, at: start + slot)
            }
            corrections.append(sum << Int128(SeparationLayout.polynomialFractionBits))
        }
        return Prepared(plaintexts: plaintexts, corrections: corrections)
    }

    /// `d_A` of each row of the chunk from the decrypted group results.
    func shares(ofOpened groups: LimbVector, corrections: [Int128]) -> [Int128] {
        let groupCount = groups.count
        return corrections.indices.map { row in
            let position = layout.goodSlot(row: row / groupCount)
            let digit = groups.slot(row % groupCount, at: position, width: layout.slotBits)
            return Int128(truncatingIfNeeded: digit) &- corrections[row]
        }
    }
}

extension SeparationLayout {
    /// Bit position of the slot that holds row `s` of a group.
    func goodSlot(row s: Int) -> Int { (2 * s + 1) * slotBits }

    /// Groups of a chunk of this many rows.
    func groups(rows: Int) -> Int { (rows + rowsPerGroup - 1) / rowsPerGroup }
}
