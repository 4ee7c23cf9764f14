// Parts of the rows for cross-validation (training.md 5.11).
extension TrainingFacts {
    /// Whether rows can be taken out of the fit fold by fold.
    var hasFolds: Bool { folds >= 2 && rows - rows(ofFold: 0) > parameters }

    /// Row i is in the fold i modulo K.
    func rows(ofFold index: Int) -> Int { (rows - index + folds - 1) / folds }

    /// Of the range in which own parts may lie before sums (5.5), so much; the rest is for the step.
    static let shareOfFoldRange = 0.75

    /// Factors of the iteration that solves for a fold's step, in 64ths: the reciprocals of Chebyshev's nodes for eigenvalues from
    /// 1/5 to 1, smallest first (Golub, Varga 1961).
    static let foldFactors = [64, 67, 72, 82, 97, 119, 153, 202, 263, 312]
    static let foldFactorBits = 6
    /// Fraction bits of the share of the rows that a fold leaves.
    static let foldShareBits = 24
}
