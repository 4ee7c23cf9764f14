// Sums over rows that were kept aside (training.md 5.9): each party knows its coefficients by now, and so its own part of each predictor.
extension ShareMachine {
    /// This party's part of each predictor, without offsets.
    private var parts: [Double] { linearPredictor(columns: heldOut.columns, coefficients: results.coefficients) }

    /// Whether a part lies where a series, or a sum of squares, says nothing.
    func openHeldOutRange(period: Double) async throws -> Double {
        let isBeyond: Bool
        if facts.family == .linear {
            let limit = TrainingFacts.linearHeldOutLimit * facts.partShare(isActive: isActive)
            // The label is in the active party's part there.
            let labels = isActive ? heldOut.label : parts.map { _ in 0 }
            isBeyond = zip(parts, labels).contains { !(abs($0 - $1) < limit) }
        } else {
            let limit = facts.sumPart(period: period) * facts.partShare(isActive: isActive)
            isBeyond = self.isBeyond(parts, offsets: heldOut.offset, limit: limit)
        }
        return try await openBit(isBeyond)
    }

    func heldOutSum(_ kind: Kernel.Kind, period: Double) async throws -> ShareWord {
        let facts = facts.ofHeldOutRows
        let layout = try facts.layout(kind, period: period)
        let parts = parts
        let others = try await othersAngles(rows: parts.count)
        let rows = KernelRows(
            turns: zip(parts, others).map { FourierSeries.turns($0, period) &+ $1 }, label: heldOut.label,
            offset: heldOut.offset,
            weight: Array(repeating: 1, count: heldOut.label.count))
        let total = try await evaluate(kind, layout, rows).reduce(ShareWord.zero) { $0 &+ ShareWord($1) }
        let fraction = layout.kernel.shareFractionBits
        let result = truncated([total], shift: fraction - ShareMatrix.fractionBits)[0]
        guard kind == .loss else { return result }
        let places = try TrainingFacts.places(parts)
        let sumLayout = try facts.heldOutSlopeLayout(fraction: fraction)
        var slope: ShareWord
        var known: [Int128] = []
        if let active {
            let kernel = ownKernel(layout.kernel)
            let slopes = try heldOut.label.indices.map { row in
                try fixed(
                    kernel.term(
                        label: heldOut.label[row], offset: heldOut.offset[row], weight: 1, center: active.center
                    ).slope, fractionBits: fraction)
            }
            known = slopes
            slope = ownSum(places, slopes) &+ (try await exchange.ownColumnSums(slopes, layout: sumLayout)[0])
        } else {
            slope = try await exchange.evaluateColumnSums(sumLayout, rows: places.count) { [Array(places[$0])] }[0]
        }
        slope = slope &+ (try await othersSlope(ofKnown: known, sumLayout))
        let shift = fraction + TrainingFacts.partFractionBits - ShareMatrix.fractionBits
        slope = truncated([slope], shift: shift)[0]
        return result &+ slope
    }

    /// Linear: `sum_i (a_i + b_i)^2`, the label in the active party's part.
    func heldOutSquares() async throws -> ShareWord {
        let fraction = TrainingFacts.linearRowFractionBits
        let labels = isActive ? heldOut.label : parts.map { _ in 0 }
        let rows = try zip(parts, labels).map { try fixed($0 - $1, fractionBits: fraction, below: 6) }
        guard others.isEmpty else {
            let all = zip(rows, try await othersParts(rows: rows.count)).map { $0 + $1 }
            return try await squares(
                of: all, layout: try facts.ofHeldOutRows.residualSumLayout(), half: TrainingFacts.linearHalfBits)
        }
        let layout = try facts.ofHeldOutRows.heldOutSquaresLayout()
        let mixed =
            isActive
            ? try await exchange.ownColumnSums(rows, layout: layout)
            : try await exchange.evaluateColumnSums(layout, rows: rows.count) { [rows[$0].map { Int64($0) }] }
        return rows.reduce(mixed[0].shiftedLeft(1)) { $0 &+ ShareWord($1) &* ShareWord($1) }
    }
}
