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
    /// Rows come shifted to their place, so that their products only add up: those with odd polynomials for the even
    /// slots, those with even ones, one slot higher, for the odd slots. One shift serves a whole group.
    func groupSums(_ ciphertexts: CiphertextVector, prepared: Prepared) -> EncryptedSums {
        let groups = layout.groups(rows: prepared.corrections.count)
        var sums = [EncryptedSums](repeating: .zeros(count: groups, key: evaluator.publicKey), count: 2)
        for parity in 0..<2 {
            for first in stride(from: 0, to: prepared.corrections.count, by: max(groups, 1)) {
                sums[parity] = sums[parity].adding(
                    products(ciphertexts, prepared: prepared, first: first, groups: groups, parity: parity))
            }
        }
        return sums[1].adding(sums[0].shifted(bits: layout.slotBits))
    }

    /// Row by row, the products with the even (0) or odd (1) polynomials of one row of each group.
    private func products(
        _ ciphertexts: CiphertextVector, prepared: Prepared, first: Int, groups: Int, parity: Int
    ) -> EncryptedSums {
        let perRow = layout.ciphertextsPerRow
        let last = min(prepared.corrections.count, first + groups)
        var scalars = LimbVector(count: (last - first) * perRow, bits: SeparationLayout.polynomialFractionBits + 2)
        for row in first..<last {
            for term in 0..<perRow {
                scalars.setLimb(
                    (row - first) * perRow + term, 0, prepared.polynomials[row * layout.terms + 2 * term + parity])
            }
        }
        var result = evaluator.rowwiseProducts(
            ciphertexts[first * perRow..<last * perRow], scalars: scalars, terms: perRow)
        if last - first < groups {
            result.append(contentsOf: .zeros(count: groups - (last - first), key: evaluator.publicKey))
        }
        return result
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
