/// How well scores order the rows of two classes (`protocols/evaluation.md` 2), in O(n log n).
struct Ranking: Sendable, Equatable {
    /// Probability that a row with label 1 has the higher score, ties counted half (Mann and Whitney).
    var auc: Double
    /// By DeLong, DeLong and Clarke-Pearson (1988); nil where a class has one row, or the estimate is 0.
    var standardError: Double?
    /// Largest difference of the two classes' distribution functions (Kolmogorov and Smirnov, two-sided).
    var ks: Double

    /// Rows with one score: how many of each class.
    private struct Tie {
        var positives = 0.0
        var negatives = 0.0
    }

    /// - Parameter label: 1 for the positive class, 0 for the other.
    /// - Returns: nil where a class has no row.
    init?(_ score: [Double], label: [Double]) {
        let ties = Self.ties(score, label)
        let (positives, negatives) = ties.reduce((0.0, 0.0)) { ($0.0 + $1.positives, $0.1 + $1.negatives) }
        guard positives > 0, negatives > 0 else { return nil }

        // Of each row the share of the other class that it beats (Sun and Xu 2014): the same for all rows of a tie.
        var placements: [(tie: Tie, positive: Double, negative: Double)] = []
        var below = Tie()
        var (area, ks) = (0.0, 0.0)
        for tie in ties {
            let positive = (below.negatives + tie.negatives / 2) / negatives
            let negative = (positives - below.positives - tie.positives / 2) / positives
            placements.append((tie, positive, negative))
            area += tie.positives * (below.negatives + tie.negatives / 2)
            below.positives += tie.positives
            below.negatives += tie.negatives
            ks = max(ks, abs(below.positives / positives - below.negatives / negatives))
        }
        let auc = area / (positives * negatives)
        (self.auc, self.ks) = (auc, ks)

        guard positives > 1, negatives > 1 else { return }
        var (ofPositives, ofNegatives) = (0.0, 0.0)
        for placement in placements {
            let (p, q) = (placement.positive - auc, placement.negative - auc)
            ofPositives += placement.tie.positives * p * p
            ofNegatives += placement.tie.negatives * q * q
        }
        let variance = ofPositives / (positives - 1) / positives + ofNegatives / (negatives - 1) / negatives
        // Perfect or constant scores: an estimate of 0 says nothing about the error.
        if variance > 1e-30 { standardError = variance.squareRoot() }
    }

    private static func ties(_ score: [Double], _ label: [Double]) -> [Tie] {
        let order = score.indices.sorted { score[$0] < score[$1] }
        var ties: [Tie] = []
        var last: Double?
        for row in order {
            if score[row] != last { ties.append(Tie()) }
            last = score[row]
            if label[row] > 0.5 {
                ties[ties.count - 1].positives += 1
            } else {
                ties[ties.count - 1].negatives += 1
            }
        }
        return ties
    }
}
