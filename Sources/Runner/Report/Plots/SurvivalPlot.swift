import SplitRegression

/// Survival curves, one or one a stratum: steps from 1 at the start down at each declared time.
struct SurvivalPlot {
    let table: SurvivalTable

    /// Corners of the steps of a curve, as time and survival.
    static func corners(_ points: [SurvivalPoint]) -> [(time: Double, survival: Double)] {
        var corners = [(time: 0.0, survival: 1.0)]
        var level = 1.0
        for point in points {
            corners += [(point.time, level), (point.time, point.survival)]
            level = point.survival
        }
        return corners
    }

    func figure(id: String) -> HTML {
        let frame = Frame(x: (0, table.points.map(\.time).max() ?? 1), y: (0, 1), height: 300)
        let curves = table.curves
        var figure = Figure(
            id: id,
            title: curves.count > 1 ? "Survival curves at the declared times" : "Survival curve at the declared times",
            description: curves.map { curve in
                (curve.stratum.map { "Stratum \($0): " } ?? "") + "1 at time 0; "
                    + curve.points.map {
                        "\(Number.fixed($0.survival, decimals: 3)) at time \(Number.short($0.time))"
                    }.joined(separator: "; ") + "."
            }.joined(separator: " "),
            height: frame.height,
            caption:
                "Known at the declared times alone, the dots. Between them it is drawn level, though it falls there.")
        figure.shapes = frame.axes("time", "survival")
        for (index, curve) in curves.enumerated() {
            let isFirst = index.isMultiple(of: 2)
            figure.shapes.append(
                Drawing.path(
                    isFirst ? "first" : "other",
                    through: Self.corners(curve.points).map { frame.point($0.time, $0.survival) }))
            let places = curve.points.map { frame.point($0.time, $0.survival) }
            figure.shapes += places.map { Drawing.circle(isFirst ? "first-mark" : "other-mark", $0.x, $0.y) }
            // Beside its last step, left of it: there is no room on the right.
            if let stratum = curve.stratum, let last = places.last {
                figure.shapes.append(Drawing.text("\(stratum)", last.x - 14, last.y - 6))
            }
        }
        return figure.html
    }
}
