extension TrainingPlan {
    /// What rows weigh in the information at the active party's own fit, where the joint one starts (training.md 5.1): case weight times
    /// the family's weight, in which offsets are.
    ///
    /// - Parameter columns: standardised, without the constant.
    /// - Throws: what ends the training too where the own fit has no end, by the same name: no guard is passed because it has none.
    package func startWeights(
        label: [Double], offset: [Double]?, weight: [Double]?, columns: [[Double]], survival: SurvivalColumns?
    ) throws(TrainingError) -> [Double] {
        let rows = try ActiveRows(
            label: label, offset: offset, weight: weight,
            columns: [Array(repeating: 1, count: label.count)] + columns, family: response,
            estimatesTheta: estimatesTheta,
            risk: survival.map { RiskSets($0, event: label, weight: weight, ties: ties, curve: times) },
            penalty: Double(label.count) * l2, range: response.firstRange)
        return label.indices.map { rows.weight[$0] * rows.startWeight($0) }
    }
}
