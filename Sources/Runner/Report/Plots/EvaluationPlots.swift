import SplitRegression

/// The ROC curve at the borders of the tenths: exact points of the curve, and no row of its own among them.
struct ReceiverCurve {
    struct Point: Sendable, Hashable {
        /// Rows with a higher score are called positive: so many of them.
        let rows: Int
        let falsePositives: Double
        let truePositives: Double
    }

    let points: [Point]

    /// - Parameter groups: of yes/no labels, lowest scores first.
    /// - Returns: nil where one class alone is there.
    init?(_ groups: [ScoreGroup]) {
        let events = groups.map { (Double($0.n) * $0.observed).rounded() }
        let (positives, rows) = (events.reduce(0, +), groups.reduce(0) { $0 + $1.n })
        let negatives = Double(rows) - positives
        guard positives > 0, negatives > 0 else { return nil }
        var (taken, found) = (0, 0.0)
        var points = [Point(rows: 0, falsePositives: 0, truePositives: 0)]
        for (group, events) in zip(groups, events).reversed() {
            taken += group.n
            found += events
            points.append(
                Point(
                    rows: taken, falsePositives: (Double(taken) - found) / negatives, truePositives: found / positives))
        }
        self.points = points
    }

    /// - Parameters:
    ///   - rows: which rows, in a word.
    ///   - area: of the whole curve, as the results have it.
    func figure(id: String, rows: String, area: String?) -> HTML {
        let frame = Frame(x: (0, 1), y: (0, 1), height: 380)
        let area = area.map { " The area under the whole curve is \($0)." } ?? ""
        var figure = Figure(
            id: id, title: "ROC curve of the \(rows) rows",
            description: points.map {
                "sensitivity \(Number.fixed($0.truePositives, decimals: 3)) at 1 - specificity "
                    + Number.fixed($0.falsePositives, decimals: 3)
            }.joined(separator: "; ") + ".",
            height: frame.height,
            caption:
                "At the borders between tenths of the scores, joined by straight lines.\(area) Dashed: chance alone.")
        figure.shapes = frame.axes("1 - specificity", "sensitivity")
        let (origin, end) = (frame.point(0, 0), frame.point(1, 1))
        figure.shapes.append(Drawing.line("reference", origin.x, origin.y, end.x, end.y))
        let places = points.map { frame.point($0.falsePositives, $0.truePositives) }
        figure.shapes.append(Drawing.path("first", through: places))
        figure.shapes += places.map { Drawing.circle("first-mark", $0.x, $0.y) }
        return figure.html
    }
}

/// What was predicted in each tenth against what was observed.
struct CalibrationPlot {
    let groups: [ScoreGroup]
    /// Yes/no labels: shares, from 0 to 1.
    let areShares: Bool

    func figure(id: String, rows: String) -> HTML {
        let values = groups.flatMap { [$0.predicted, $0.observed] }
        let (low, high) = areShares ? (0, 1) : (values.min() ?? 0, values.max() ?? 1)
        let room = areShares ? 0 : (high - low) * 0.04
        let frame = Frame(x: (low - room, high + room), y: (low - room, high + room), height: 380)
        var figure = Figure(
            id: id, title: "Calibration of the \(rows) rows",
            description: groups.map {
                "predicted \(Number.fixed($0.predicted, decimals: 4)), observed "
                    + "\(Number.fixed($0.observed, decimals: 4))"
            }.joined(separator: "; ") + ".",
            height: frame.height,
            caption: "Means of each tenth of the scores. On the dashed line as much was observed as was predicted.")
        let axis = areShares ? "share" : "mean"
        figure.shapes = frame.axes("predicted \(axis)", "observed \(axis)")
        let (origin, end) = (frame.point(low - room, low - room), frame.point(high + room, high + room))
        figure.shapes.append(Drawing.line("reference", origin.x, origin.y, end.x, end.y))
        let places = groups.map { frame.point($0.predicted, $0.observed) }
        figure.shapes.append(Drawing.path("first", through: places))
        figure.shapes += places.map { Drawing.circle("first-mark", $0.x, $0.y) }
        return figure.html
    }
}
