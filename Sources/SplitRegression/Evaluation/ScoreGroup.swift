/// Rows with neighbouring scores: a line of a table by deciles (`protocols/evaluation.md` 4).
public struct ScoreGroup: Sendable, Equatable, Codable {
    /// 1 (lowest scores) to 10. Ties are never split, so some may be missing.
    public var group: Int
    public var n: Int
    /// Mean predicted response, and the mean of the labels.
    public var predicted: Double
    public var observed: Double
    /// Lowest and highest predicted response.
    public var lowest: Double
    public var highest: Double

    /// - Parameters:
    ///   - score: decides the order.
    ///   - response: predicted, of the same rows; it grows with the score.
    static func deciles(of score: [Double], response: [Double], label: [Double]) -> [ScoreGroup] {
        let n = score.count
        let order = score.indices.sorted { score[$0] < score[$1] }
        var groups: [ScoreGroup] = []
        var start = 0
        while start < n {
            var end = start + 1
            while end < n, score[order[end]] == score[order[start]] { end += 1 }
            // Ranks start + 1 to end have the mean rank r = (start + 1 + end) / 2: group ceil(10 (r - 1/2) / n).
            let group = (10 * (start + end) + 2 * n - 1) / (2 * n)
            if groups.last?.group != group {
                let low = response[order[start]]
                groups.append(
                    ScoreGroup(group: group, n: 0, predicted: 0, observed: 0, lowest: low, highest: low))
            }
            var last = groups.removeLast()
            for row in order[start..<end] {
                last.n += 1
                last.predicted += response[row]
                last.observed += label[row]
                last.highest = response[row]
            }
            groups.append(last)
            start = end
        }
        return groups.map { sums in
            var mean = sums
            mean.predicted /= Double(sums.n)
            mean.observed /= Double(sums.n)
            return mean
        }
    }
}
