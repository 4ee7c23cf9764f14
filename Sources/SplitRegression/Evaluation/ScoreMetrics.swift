/// What scores say about labels (`protocols/evaluation.md`): for jobs that reveal scores to the active party, which computes it alone.
/// Numbers that a family does not have, or that these rows do not determine, are nil.
public struct ScoreMetrics: Sendable, Equatable, Codable {
    public var n: Int
    /// Yes/no labels: rows with label 1.
    public var events: Int?
    /// Mean of the labels, and of the predicted responses.
    public var observed: Double?
    public var predicted: Double?
    public var auc: Double?
    /// DeLong's, and the 95% interval, cut to 0 ... 1.
    public var aucStandardError: Double?
    public var aucLow: Double?
    public var aucHigh: Double?
    public var ks: Double?
    public var logLoss: Double?
    public var brier: Double?
    /// Share of rows on the right side of a predicted probability of one half.
    public var accuracy: Double?
    /// Of these rows about their own mean.
    public var r2: Double?
    public var rmse: Double?
    public var mae: Double?
    /// Summed over the rows; of families with neither yes/no nor normal labels.
    public var deviance: Double?
    public var calibration: Calibration?
    public var deciles: [ScoreGroup]?
    /// Times to an event: Harrell's C.
    public var concordance: Double?

    init(n: Int) { self.n = n }

    /// - Parameters:
    ///   - predictor: joint linear predictor of each row.
    ///   - label: of the same rows, such as the family allows.
    package init(_ predictor: [Double], label: [Double], family: ResponseFamily) {
        n = label.count
        guard n > 0 else { return }
        let response = predictor.map { family.response($0) }
        observed = label.reduce(0, +) / Double(n)
        predicted = response.reduce(0, +) / Double(n)
        if family.isBinary {
            binary(predictor, response, label, family)
        } else {
            continuous(response, label)
            if family != .linear {
                deviance = zip(predictor, label).reduce(0) { $0 + family.deviance($1.0, label: $1.1) }
            }
        }
        calibration = Calibration(predictor, label: label, family: family)
        deciles = ScoreGroup.deciles(of: predictor, response: response, label: label)
    }

    /// Of times to an event: nothing but the order of scores can be set against them.
    init(_ score: [Double], event: [Double], _ sets: RiskSets) {
        n = score.count
        events = event.count { $0 == 1 }
        concordance = Concordance(score, sets)?.value
    }

    /// The area under the ROC curve with its error and interval.
    package var area: Estimate? {
        auc.map { Estimate($0, standardError: aucStandardError, within: 0...1) }
    }

    private mutating func binary(
        _ predictor: [Double], _ response: [Double], _ label: [Double], _ family: ResponseFamily
    ) {
        var (loss, squares, correct) = (0.0, 0.0, 0)
        for row in label.indices {
            loss += family.loss(predictor[row], label: label[row])
            squares += (response[row] - label[row]) * (response[row] - label[row])
            if (response[row] >= 0.5) == (label[row] > 0.5) { correct += 1 }
        }
        events = label.count { $0 > 0.5 }
        logLoss = loss / Double(n)
        brier = squares / Double(n)
        accuracy = Double(correct) / Double(n)
        guard let ranking = Ranking(predictor, label: label) else { return }
        (auc, aucStandardError, ks) = (ranking.auc, ranking.standardError, ranking.ks)
        (aucLow, aucHigh) = (area?.confLow, area?.confHigh)
    }

    private mutating func continuous(_ response: [Double], _ label: [Double]) {
        let mean = label.reduce(0, +) / Double(n)
        var (squares, total, absolute) = (0.0, 0.0, 0.0)
        for (label, response) in zip(label, response) {
            squares += (label - response) * (label - response)
            total += (label - mean) * (label - mean)
            absolute += abs(label - response)
        }
        r2 = total > 0 ? 1 - squares / total : nil
        rmse = (squares / Double(n)).squareRoot()
        mae = absolute / Double(n)
    }
}
