import Records
import SplitRegression

/// What scores or sums say about labels, of the rows that were fitted, of the same rows each without its fold, and of those held out
/// side by side: two files and a text (`protocols/evaluation.md` 5).
struct EvaluationTable {
    /// Rows under one name, with their metrics.
    private typealias Rows = (name: String, metrics: ScoreMetrics)

    private let rows: [Rows]

    /// - Returns: nil at a party without scores.
    init?(fitted: ScoreMetrics?, validated: ScoreMetrics? = nil, heldOut: ScoreMetrics?) {
        rows = [("fitted", fitted), ("cross-validated", validated), ("held-out", heldOut)]
            .compactMap { name, metrics in metrics.map { (name, $0) } }
        guard !rows.isEmpty else { return nil }
    }

    /// Whether rows have scores: else there are sums alone.
    var hasScores: Bool { rows.contains { $0.metrics.deciles != nil } }

    /// One line of a table: what R calls it, what people call it, its value.
    private struct Measure {
        let name: String
        let words: String
        let value: Value
        var decimals = 4

        enum Value {
            case count(Int)
            case number(Double)
            case estimate(Estimate)
        }
    }

    // MARK: Files

    /// broom's names: `rows, measure, estimate, std.error, conf.low, conf.high`.
    func csv() throws -> [UInt8] {
        var writer = try CSVWriter(header: ["rows", "measure", "estimate", "std.error", "conf.low", "conf.high"])
        for (name, metrics) in rows {
            for measure in Self.measures(metrics) {
                let cells: [CSVWriter.Cell] =
                    switch measure.value {
                    case .count(let count): [.integer(count), .missing, .missing, .missing]
                    case .number(let number): [.number(number), .missing, .missing, .missing]
                    case .estimate(let value):
                        [.number(value.estimate)]
                            + [value.standardError, value.confLow, value.confHigh].map { number in
                                number.map { .number($0) } ?? .missing
                            }
                    }
                try writer.append([.text(name), .text(measure.name)] + cells)
            }
        }
        return writer.bytes
    }

    func deciles() throws -> [UInt8] {
        var writer = try CSVWriter(header: ["rows", "group", "n", "predicted", "observed", "lowest", "highest"])
        for (name, metrics) in rows {
            for group in metrics.deciles ?? [] {
                try writer.append([
                    .text(name), .integer(group.group), .integer(group.n), .number(group.predicted),
                    .number(group.observed), .number(group.lowest), .number(group.highest),
                ])
            }
        }
        return writer.bytes
    }

    // MARK: Text

    /// For people: measures with their intervals, then deciles of the rows that say most, those held out if there are any.
    var text: String {
        var table = TextTable(
            ["evaluation"] + columns, sides: [.left] + rows.map { _ in .left })
        for line in lines { table.add(line) }
        return ([table.text()] + notes + decileText).joined(separator: "\n")
    }

    /// What the columns of `lines` are about, beside the first.
    var columns: [String] { rows.map { "\($0.name) rows" } }

    /// A measure each: what people call it, then its value for each kind of rows.
    var lines: [[String]] {
        let columns = rows.map { Self.measures($0.metrics) }
        var names: [String] = []
        for measure in columns.joined() where !names.contains(measure.name) { names.append(measure.name) }
        return names.compactMap { name in
            let measures = columns.map { column in column.first { $0.name == name } }
            return measures.compactMap { $0?.words }.first.map { words in
                [words] + measures.map { $0.map(Self.shown) ?? "NA" }
            }
        }
    }

    /// Why something is missing.
    var notes: [String] {
        rows.compactMap { rows in
            rows.metrics.calibration?.withheld.map { "calibration of \(rows.name) rows: \($0)" }
        }
    }

    /// The rows that say most, those held out if there are any.
    var tenths: (name: String, metrics: ScoreMetrics, groups: [ScoreGroup])? {
        guard let (name, metrics) = rows.last, let groups = metrics.deciles, !groups.isEmpty else { return nil }
        return (name, metrics, groups)
    }

    private var decileText: [String] {
        guard let (name, _, groups) = tenths else { return [] }
        var table = TextTable(
            ["group", "n", "predicted", "observed"], sides: [.right, .right, .right, .right])
        for group in groups {
            table.add([
                "\(group.group)", "\(group.n)", Number.fixed(group.predicted, decimals: 4),
                Number.fixed(group.observed, decimals: 4),
            ])
        }
        return ["\(name) rows by tenths of their scores, ties together:", table.text()]
    }

    private static func shown(_ measure: Measure) -> String {
        func fixed(_ value: Double) -> String { Number.fixed(value, decimals: measure.decimals) }
        switch measure.value {
        case .count(let count): return "\(count)"
        case .number(let number): return fixed(number)
        case .estimate(let value):
            guard let low = value.confLow, let high = value.confHigh else { return fixed(value.estimate) }
            return "\(fixed(value.estimate)) (\(fixed(low)) to \(fixed(high)))"
        }
    }

    private static func measures(_ metrics: ScoreMetrics) -> [Measure] {
        var list = [Measure(name: "n", words: "rows", value: .count(metrics.n))]
        func add(_ name: String, _ words: String, _ number: Double?) {
            if let number { list.append(Measure(name: name, words: words, value: .number(number))) }
        }
        func add(_ name: String, _ words: String, _ estimate: Estimate?) {
            if let estimate { list.append(Measure(name: name, words: words, value: .estimate(estimate))) }
        }
        if let events = metrics.events {
            list.append(Measure(name: "events", words: "events", value: .count(events)))
        }
        add("observed", "mean observed", metrics.observed)
        add("predicted", "mean predicted", metrics.predicted)
        add("auc", "AUC (95%, DeLong)", metrics.area)
        add("concordance", "concordance (Harrell's C)", metrics.concordance)
        add("ks", "KS", metrics.ks)
        add("log.loss", "log-loss", metrics.logLoss)
        add("brier", "Brier score", metrics.brier)
        add("accuracy", "accuracy at 1/2", metrics.accuracy)
        add("r.squared", "R^2", metrics.r2)
        add("rmse", "root mean square error", metrics.rmse)
        add("mae", "mean absolute error", metrics.mae)
        add("deviance", "deviance", metrics.deviance)
        add("calibration.in.the.large", "calibration in the large", metrics.calibration?.inTheLarge)
        add("calibration.intercept", "calibration intercept", metrics.calibration?.intercept)
        add("calibration.slope", "calibration slope", metrics.calibration?.slope)
        return list
    }
}
