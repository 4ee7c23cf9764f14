// Case weights of a linear fit (training.md 5.6). Other families have them in their kernels.
extension ShareMachine {
    /// Residual shares times what the active party alone knows of each row.
    func weigh(_ weighing: TrainingStep.Weighing) async throws {
        let layout = try facts.weighingLayout()
        let fraction = TrainingFacts.caseWeightFractionBits
        var products: [ShareWord]
        if let active {
            let factors = try active.weight.map {
                try fixed(weighing == .root ? $0.squareRoot() : $0, fractionBits: fraction)
            }
            products = try await exchange.ownElementProducts(factors, layout: layout)
            for row in products.indices {
                products[row] = products[row] &+ ShareWord(residuals[row]) &* ShareWord(factors[row])
            }
        } else {
            products = try await exchange.evaluateElementProducts(residuals, layout: layout)
        }
        residuals = truncated(products, shift: fraction).map(\.asInt128)
    }
}
