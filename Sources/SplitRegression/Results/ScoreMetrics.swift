/// Metrics of predicted probabilities, or of predicted values, against labels; for jobs that reveal scores to the active
/// party.
public struct ScoreMetrics: Sendable, Equatable, Codable {
    public var n: Int
    public var events: Int?
    public var auc: Double?
    public var logLoss: Double?
    public var brier: Double?
    public var accuracy: Double?
    public var ks: Double?
    public var r2: Double?
    public var rmse: Double?

    /// Logistic: `predictor` on the logit scale, labels 0 or 1.
    public static func logistic(predictor: [Double], label: [Double]) -> ScoreMetrics {
        let n = label.count
        let events = label.count { $0 > 0.5 }
        let probability = predictor.map(ResponseFamily.mean)
        var loss = 0.0
        var brier = 0.0
        var correct = 0
        for i in 0..<n {
            loss += ResponseFamily.logistic.loss(predictor[i], label: label[i])
            brier += (probability[i] - label[i]) * (probability[i] - label[i])
            if (probability[i] >= 0.5) == (label[i] > 0.5) { correct += 1 }
        }
        let (auc, ks) = ranking(predictor, label)
        return ScoreMetrics(
            n: n, events: events, auc: auc, logLoss: loss / Double(n), brier: brier / Double(n),
            accuracy: Double(correct) / Double(n), ks: ks)
    }

    /// Linear: predicted values on the label's own scale.
    public static func linear(predicted: [Double], label: [Double]) -> ScoreMetrics {
        let n = Double(label.count)
        let mean = label.reduce(0, +) / n
        var residual = 0.0
        var total = 0.0
        for i in label.indices {
            residual += (label[i] - predicted[i]) * (label[i] - predicted[i])
            total += (label[i] - mean) * (label[i] - mean)
        }
        return ScoreMetrics(
            n: label.count, r2: total > 0 ? 1 - residual / total : nil, rmse: (residual / n).squareRoot())
    }

    /// Area under the ROC curve with ties counted half (Mann and Whitney), and the Kolmogorov-Smirnov distance.
    private static func ranking(_ score: [Double], _ label: [Double]) -> (auc: Double?, ks: Double?) {
        let order = score.indices.sorted { score[$0] < score[$1] }
        let positives = Double(label.count { $0 > 0.5 })
        let negatives = Double(label.count) - positives
        guard positives > 0, negatives > 0 else { return (nil, nil) }
        var seenNegatives = 0.0
        var seenPositives = 0.0
        var area = 0.0
        var ks = 0.0
        var start = 0
        while start < order.count {
            var end = start
            var tiedPositives = 0.0
            var tiedNegatives = 0.0
            while end < order.count, score[order[end]] == score[order[start]] {
                if label[order[end]] > 0.5 { tiedPositives += 1 } else { tiedNegatives += 1 }
                end += 1
            }
            area += tiedPositives * (seenNegatives + tiedNegatives / 2)
            seenPositives += tiedPositives
            seenNegatives += tiedNegatives
            ks = max(ks, abs(seenPositives / positives - seenNegatives / negatives))
            start = end
        }
        return (area / (positives * negatives), ks)
    }
}
