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
        var writer = try CSVWriter(header: ["time", "n.risk", "n.event", "cumhaz", "surv"])
        for point in points {
            try writer.append([
                .number(point.time), .integer(point.atRisk), .integer(point.events), .number(point.cumulativeHazard),
                .number(point.survival),
            ])
        }
        return writer.bytes
    }

    static let header = ["time", "at risk", "events up to then", "cumulative hazard", "survival"]

    /// As people read them.
    var lines: [[String]] {
        points.map {
            [
                Number.short($0.time), "\($0.atRisk)", "\($0.events)", Number.fixed($0.cumulativeHazard, decimals: 4),
                Number.fixed($0.survival, decimals: 4),
            ]
        }
    }

    var text: String {
        var table = TextTable(Self.header, sides: Self.header.map { _ in .right })
        for line in lines { table.add(line) }
        return Self.whose + "\n" + table.text()
    }
}
