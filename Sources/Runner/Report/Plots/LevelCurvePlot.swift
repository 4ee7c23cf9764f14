import SplitRegression

/// Survival curves of levels: steps from 1 at the start down at each declared time at which they are known.
struct LevelCurvePlot {
    let table: LevelCurveTable

    /// Corners of one level's steps, as time and survival, up to the last time at which it is known.
    static func corners(of curve: LevelCurve) -> [(time: Double, survival: Double)] {
        var corners = [(time: 0.0, survival: 1.0)]
        var level = 1.0
        for point in curve.points {
            guard let survival = point.survival else { continue }
            corners += [(point.time, level), (point.time, survival)]
            level = survival
        }
        return corners
    }

    func figure(id: String) -> HTML {
        let frame = Frame(x: (0, table.curves[0].points.last?.time ?? 1), y: (0, 1), height: 300)
        var figure = Figure(
            id: id, title: "Kaplan-Meier survival by \(table.column)",
            description: table.curves.map { curve in
                "\(curve.level): "
                    + curve.points.compactMap { point in
                        point.survival.map {
                            "\(Number.fixed($0, decimals: 3)) at time \(Number.short(point.time))"
                        }
                    }.joined(separator: ", ")
            }.joined(separator: "; ") + ".",
            height: frame.height,
            caption:
                "Known at the declared times alone, the marks. Between them it is drawn level, though it falls there.")
        figure.shapes = frame.axes("time", "survival")
        let corner = frame.point(0, 0)
        for (index, curve) in table.curves.enumerated() {
            let corners = Self.corners(of: curve)
            figure.shapes.append(
                Drawing.path(
                    index % 2 == 0 ? "first" : "other", through: corners.map { frame.point($0.time, $0.survival) }))
            figure.shapes += curve.points.compactMap { point in
                point.survival.map { survival in
                    let place = frame.point(point.time, survival)
                    return Self.mark(index, place.x, place.y)
                }
            }
            let y = corner.y - 12 - 16 * Double(table.curves.count - 1 - index)
            figure.shapes += [Self.mark(index, corner.x + 10, y - 4), Drawing.text(curve.level, corner.x + 18, y)]
        }
        return figure.html
    }

    /// Levels take turns in colour and form.
    private static func mark(_ index: Int, _ x: Double, _ y: Double) -> HTML {
        index % 2 == 0 ? Drawing.circle("first-mark", x, y) : Drawing.square("other-mark", x, y)
    }
}
