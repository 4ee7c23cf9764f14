internal import Bignum
internal import Paillier

/// The passive party's side of a separated evaluation (training.md 2, steps 4 and 5): encrypted coefficients in, masked
/// group results and its shares out.
struct SeparatedEvaluator {
    let layout: SeparationLayout
    let evaluator: Evaluator

    /// `T'_k` of each row, row-major, and for each row `2^(24+m) sum_k T'_k`.
    struct Prepared {
        var polynomials: [UInt64]
        var corrections: [Int128]
    }

    /// - Parameter predictor: this party's `b_i` of the chunk's rows, within `[-R, R]`.
    func prepare(predictor: [Double]) -> Prepared {
        let scale = Double(1 << SeparationLayout.polynomialFractionBits)
        let offset = Int64(1) << Int64(SeparationLayout.polynomialFractionBits)
        let shift = Int128(SeparationLayout.coefficientFractionBits + layout.kind.magnitudeBits)
        var polynomials: [UInt64] = []
        polynomials.reserveCapacity(predictor.count * layout.terms)
        var corrections: [Int128] = []
        corrections.reserveCapacity(predictor.count)
        for value in predictor {
            let t = min(1, max(-1, value / layout.radius))
            var sum: Int128 = 0
            for polynomial in ChebyshevExpansion.polynomials(at: t, terms: layout.terms) {
                let bounded = min(1, max(-1, polynomial))
                let shifted = Int64((bounded * scale).rounded()) + offset
                polynomials.append(UInt64(shifted))
                sum += Int128(shifted)
            }
            corrections.append(sum << shift)
        }
        return Prepared(polynomials: polynomials, corrections: corrections)
    }

    /// The encrypted inner products of all groups of a chunk.
    ///
    /// Horner's rule over the slots, so that the squarings of one shift serve every row of a group: slot `2s` takes the
    /// odd polynomials of row `s`, slot `2s + 1` the even ones.
    func groupSums(_ ciphertexts: CiphertextVector, prepared: Prepared) -> EncryptedSums {
        let rows = prepared.corrections.count
        let groups = layout.groups(rows: rows)
        let perRow = layout.ciphertextsPerRow
        var sums: EncryptedSums?
        for slot in (0..<2 * layout.rowsPerGroup).reversed() {
            let first = slot / 2 * groups
            let last = min(rows, first + groups)
            guard first < last else { continue }
            var scalars = LimbVector(count: (last - first) * perRow, bits: SeparationLayout.polynomialFractionBits + 2)
            for row in first..<last {
                for term in 0..<perRow {
                    let k = slot % 2 == 0 ? 2 * term + 1 : 2 * term
                    scalars.setLimb((row - first) * perRow + term, 0, prepared.polynomials[row * layout.terms + k])
                }
            }
            var contribution = evaluator.rowwiseProducts(
                ciphertexts[first * perRow..<last * perRow], scalars: scalars, terms: perRow)
            if last - first < groups {
                contribution.append(
                    contentsOf: EncryptedSums.zeros(count: groups - (last - first), key: evaluator.publicKey))
            }
            if let partial = sums {
                sums = partial.shifted(bits: layout.slotBits).adding(contribution)
            } else {
                sums = contribution
            }
        }
        // The lowest slot of a row is 2s = 0 for s = 0, so the loop always ends aligned at bit 0.
        return sums ?? EncryptedSums.zeros(count: groups, key: evaluator.publicKey)
    }

    /// `d_B` of each row of the chunk from the masks of its groups.
    func shares(ofMasks masks: LimbVector, prepared: Prepared) -> [Int128] {
        let groups = masks.count
        return prepared.corrections.indices.map { row in
            let digit = masks.slot(row % groups, at: layout.goodSlot(row: row / groups), width: layout.slotBits)
            return 0 &- Int128(truncatingIfNeeded: digit) &- prepared.corrections[row]
        }
    }
}
