// Cross-validation by one step (training.md 5.11).
extension ShareMachine {
    private var folds: Range<Int> { 0..<facts.folds }

    private func part(_ fold: Int) -> WhitenedRows { table.all.fold(fold, of: facts.folds) }

    /// The share of the rows that a fold leaves.
    private func rest(_ fold: Int) -> Double { 1 - Double(facts.rows(ofFold: fold)) / Double(rows) }

    func computeFoldInformation(period: Double) async throws {
        let isConstant = facts.hasConstantWeights
        let weights = isConstant ? try startWeights() : try await weights(period: period)
        foldInformation = []
        for fold in folds {
            var some = weights
            some.shares = weights.shares.fold(fold, of: facts.folds)
            foldInformation.append(try await gram(some, over: part(fold)))
        }
        guard !isConstant else { return }
        information = foldInformation.dropFirst().reduce(foldInformation[0]) { $0 &+ $1 }
        if facts.penalty > 0 { information = information &+ (try penalty()) }
    }

    /// `u - x_f` for each fold, where `x_f` solves `(H - H_f - (n_f/n) R) x_f = sum_(h not f) s_h + (1 - n_f/n) R u`: Newton's step on
    /// the objective of the other rows.
    func computeFoldPoints(period: Double) async throws {
        let (p, f) = (facts.parameters, ShareMatrix.fractionBits)
        let fraction = try facts.residualShape(period: period).fraction
        var gradients: [ShareMatrix] = []
        for fold in folds {
            let sums = try await sums(of: residuals.fold(fold, of: facts.folds), over: part(fold), period: period)
            gradients.append(dividedByRows(sums, fraction: fraction))
        }
        let all = gradients.dropFirst().reduce(gradients[0]) { $0 &+ $1 }
        let pull = facts.penalty > 0 ? try await product(try penalty(), trialPoint, shift: f) : nil
        // What is left of each fold's equation, a column for each, and the step so far.
        var left = ShareMatrix(rows: p, columns: facts.folds)
        var matrices: [ShareMatrix] = []
        for fold in folds {
            var column = all &- gradients[fold]
            var matrix = information &- foldInformation[fold]
            if let pull {
                let share = (rest(fold) * power(TrainingFacts.foldShareBits)).rounded()
                column =
                    column &+ truncated(pull.multiplied(by: Int(share)), shift: TrainingFacts.foldShareBits)
                matrix = matrix &- (try penalty(times: 1 - rest(fold)))
            }
            left.setColumn(fold, column)
            matrices.append(matrix)
        }
        var step = ShareMatrix(rows: p, columns: facts.folds)
        for (index, factor) in TrainingFacts.foldFactors.enumerated() {
            let image = try await product(inverse, left, shift: f)
            let more = truncated(image.multiplied(by: factor), shift: TrainingFacts.foldFactorBits)
            step = step &+ more
            guard index + 1 < TrainingFacts.foldFactors.count else { break }
            for fold in folds {
                let change = try await product(matrices[fold], more.column(fold), shift: f)
                left.setColumn(fold, left.column(fold) &- change)
            }
        }
        foldPoints = folds.map { trialPoint &- step.column($0) }
    }

    func computeFoldPredictor(period: Double) async throws {
        var shares = Array(repeating: ShareWord.zero, count: rows)
        for fold in folds {
            let words = try await predictorShares(at: foldPoints[fold], over: part(fold), period: period)
            for (index, word) in words.enumerated() { shares[fold + index * facts.folds] = word }
        }
        take(shares, period: period)
    }

    func foldSum(_ kind: Kernel.Kind, period: Double) async throws -> ShareWord {
        let layout = try facts.layout(kind, period: period)
        let result = total(try await evaluate(kind, period: period), of: layout)
        guard kind == .loss else { return result }
        let slopes = try slopes(of: layout)
        // Folds side by side, and their points below each other.
        var sums = ShareMatrix(rows: 1, columns: 0)
        var points = ShareMatrix(rows: 0, columns: 1)
        for fold in folds {
            let some = try await slopeSums(slopes.fold(fold, of: facts.folds), of: layout, over: part(fold))
            sums = ShareMatrix(rows: 1, columns: sums.columns + some.columns, elements: sums.elements + some.elements)
            let elements = points.elements + foldPoints[fold].elements
            points = ShareMatrix(rows: elements.count, columns: 1, elements: elements)
        }
        return try await result &+ linear(sums, at: points)
    }

    /// Linear: of the residuals at those predictors.
    func foldSquares() async throws -> ShareWord {
        try computeLinearResiduals()
        if facts.weighsResiduals { try await weigh(.root) }
        return try await residualSum()
    }
}

extension ShareMatrix {
    fileprivate func column(_ index: Int) -> ShareMatrix {
        ShareMatrix(rows: rows, columns: 1, elements: (0..<rows).map { self[$0, index] })
    }

    fileprivate mutating func setColumn(_ index: Int, _ column: ShareMatrix) {
        for row in 0..<rows { self[row, index] = column[row, 0] }
    }
}
