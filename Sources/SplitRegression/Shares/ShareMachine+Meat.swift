// The middle of the sandwich estimate (training.md 5.3).
extension ShareMachine {
    /// `2^scale Q^T diag(d^2) Q / 2^k` at the present residuals.
    func computeMeat(period: Double, scale: Int) async throws {
        guard facts.family != .cox else { return try await computeRiskMeat(period: period, scale: scale) }
        let shape = try facts.scoreShape(period: period, scale: scale)
        let layout = try facts.elementLayout(period: period, scale: scale)
        let drop = Int128(shape.drop)
        // Both round down: one unit is put back.
        let rows = drop == 0 ? residuals : residuals.map { ($0 >> drop) + (isActive ? 1 : 0) }
        let products =
            isActive
            ? try await exchange.ownElementProducts(rows, layout: layout)
            : try await exchange.evaluateElementProducts(rows, layout: layout)
        // (a + b)^2: the squares that each knows, and twice the mixed product.
        let squares = zip(rows, products).map { ShareWord($0) &* ShareWord($0) &+ $1.shiftedLeft(1) }
        meat = try await gram(
            RowWeights(
                shares: truncated(squares, shift: shape.squareShift).map(\.asInt128), bits: shape.squareBits,
                fractionBits: shape.squareFractionBits, entryFractionBits: TrainingFacts.meatEntryFractionBits,
                scale: scale), over: table.all)
    }
}
