import SplitRegression

/// The survival curve: steps from 1 at the start down at each declared time.
struct SurvivalPlot {
    let table: SurvivalTable

    /// Corners of the steps, as time and survival.
    var corners: [(time: Double, survival: Double)] {
        var corners = [(time: 0.0, survival: 1.0)]
        var level = 1.0
        for point in table.points {
            corners += [(point.time, level), (point.time, point.survival)]
            level = point.survival
        }
        return corners
    }

    func figure(id: String) -> HTML {
        let frame = Frame(x: (0, table.points.last?.time ?? 1), y: (0, 1), height: 300)
        var figure = Figure(
            id: id, title: "Survival curve at the declared times",
            description: "1 at time 0; "
                + table.points.map {
                    "\(Number.fixed($0.survival, decimals: 3)) at time \(Number.short($0.time))"
                }.joined(separator: "; ") + ".",
            height: frame.height,
            caption:
                "Known at the declared times alone, the dots. Between them it is drawn level, though it falls there.")
        figure.shapes = frame.axes("time", "survival")
        figure.shapes.append(Drawing.path("first", through: corners.map { frame.point($0.time, $0.survival) }))
        figure.shapes += table.points.map {
            let place = frame.point($0.time, $0.survival)
            return Drawing.circle("first-mark", place.x, place.y)
        }
        return figure.html
    }
}
