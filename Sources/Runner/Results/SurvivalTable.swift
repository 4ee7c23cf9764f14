import Records
import SplitRegression

/// The survival curve at the times that a job declares: a file and a text.
struct SurvivalTable {
    static let file = "survival.csv"
    /// Whose curve it is.
    static let whose = "survival of a person with the mean of every column"

    let points: [SurvivalPoint]

    /// - Returns: nil at a party without a curve.
    init?(_ points: [SurvivalPoint]?) {
        guard let points, !points.isEmpty else { return nil }
        self.points = points
    }

    /// Names of R's `summary(survfit(...), times)`; rows and events are of the fitted rows, events up to then.
    func csv() throws -> [UInt8] {
        let first = hasStrata ? ["stratum"] : []
        var writer = try CSVWriter(header: first + ["time", "n.risk", "n.event", "cumhaz", "surv"])
        for point in points {
            try writer.append(
                (hasStrata ? [.integer(point.stratum ?? 0)] : []) + [
                    .number(point.time), .integer(point.atRisk), .integer(point.events),
                    .number(point.cumulativeHazard),
                    .number(point.survival),
                ])
        }
        return writer.bytes
    }

    /// Whether there is a curve for each stratum.
    var hasStrata: Bool { points.contains { $0.stratum != nil } }

    /// The points of each curve, with its stratum.
    var curves: [(stratum: Int?, points: [SurvivalPoint])] {
        points.reduce(into: []) { curves, point in
            if let last = curves.last, last.stratum == point.stratum {
                curves[curves.count - 1].points.append(point)
            } else {
                curves.append((point.stratum, [point]))
            }
        }
    }

    var header: [String] { (hasStrata ? ["stratum"] : []) + Self.columns }

    private static let columns = ["time", "at risk", "events up to then", "cumulative hazard", "survival"]

    /// As people read them.
    var lines: [[String]] {
        points.map {
            (hasStrata ? ["\($0.stratum ?? 0)"] : []) + [
                Number.short($0.time), "\($0.atRisk)", "\($0.events)", Number.fixed($0.cumulativeHazard, decimals: 4),
                Number.fixed($0.survival, decimals: 4),
            ]
        }
    }

    var text: String {
        var table = TextTable(header, sides: header.map { _ in .right })
        for line in lines { table.add(line) }
        return Self.whose + "\n" + table.text()
    }
}
