import Jobs
import Records
import SplitRegression

/// How well the model predicts: what was opened says how much can be told.
extension StudyReport {
    var evaluationSection: ReportSection {
        var body: [HTML] = [reminder]
        if let table = results.evaluation {
            body.append(measures(table))
            body += table.notes.map { .paragraph(.text(Self.sentence($0)), kind: "small") }
        } else if !sums.isEmpty {
            body.append(sumsTable)
        }
        body += curves
        return ReportSection("evaluation", "How well it predicts", body)
    }

    private func measures(_ evaluation: EvaluationTable) -> HTML {
        var table = HTMLTable(
            id: "measures", caption: "Predictions against outcomes, as evaluation.csv has them",
            ["measure"] + evaluation.columns, sides: [.left] + evaluation.columns.map { _ in .right })
        for line in evaluation.lines { table.add(line.map { .text($0) }) }
        return table.html
    }

    /// What sums over the fitted rows say, where a job opens no more.
    private var sums: [(name: String, value: String)] {
        [
            ("log-loss", results.fit.logLoss), ("Brier score", results.fit.brier), ("R^2", results.fit.r2),
        ].compactMap { name, value in value.map { (name, Number.fixed($0, decimals: 4)) } }
    }

    private var sumsTable: HTML {
        var table = HTMLTable(
            id: "measures", caption: "Of the fitted rows, as metrics.json has them", ["measure", "fitted rows"],
            sides: [.left, .right])
        for (name, value) in sums { table.add([.text(name), .text(value)]) }
        return table.html
    }

    private var isYesNo: Bool { family.predictsProbability }

    /// The figures, or the reason why there are none.
    private var curves: [HTML] {
        if family == .cox {
            return [.paragraph("There is no calibration plot: a Cox model ranks people, and predicts no one's time.")]
        }
        let figures = isYesNo ? "ROC curve and no calibration plot" : "calibration plot"
        guard let tenths = results.evaluation?.tenths else {
            let active = job.active.name
            let reason =
                !job.reveals(.scores)
                ? "the job does not open scores, from which they are drawn"
                : study.party == active
                    ? "metrics.json has no tenths"
                    : "scores are opened to \(active) alone: its report has what "
                        + "follows from them"
            return [.paragraph("There is no \(figures): \(reason).")]
        }
        // A group of few people would tell about each of them.
        guard tenths.groups.allSatisfy({ $0.n >= job.limits.minimumCell }) else {
            return [
                .paragraph(
                    "There is no \(figures): a tenth of the \(tenths.name) rows has fewer than "
                        + "\(job.limits.minimumCell) people, the job's smallest group. deciles.csv at \(study.party) "
                        + "has them.")
            ]
        }
        let area = tenths.metrics.area.map { value in
            let interval = value.confLow.flatMap { low in
                value.confHigh.map {
                    " (95% CI \(Number.fixed(low, decimals: 4)) to \(Number.fixed($0, decimals: 4)))"
                }
            }
            return Number.fixed(value.estimate, decimals: 4) + (interval ?? "")
        }
        var body: [HTML] = []
        if isYesNo, let curve = ReceiverCurve(tenths.groups) {
            body += [
                .heading("ROC curve"), curve.figure(id: "roc", rows: tenths.name, area: area), receiverTable(curve),
            ]
        }
        body += [
            .heading("Calibration"),
            CalibrationPlot(groups: tenths.groups, areShares: isYesNo).figure(id: "calibration", rows: tenths.name),
            tenthsTable(tenths.name, tenths.groups),
        ]
        return body
    }

    private func receiverTable(_ curve: ReceiverCurve) -> HTML {
        var table = HTMLTable(
            id: "roc-numbers", caption: "Points of the ROC curve: the rows with the highest scores called positive",
            ["rows called positive", "1 - specificity", "sensitivity"], sides: [.right, .right, .right])
        for point in curve.points {
            table.add([
                "\(point.rows)", .text(Number.fixed(point.falsePositives, decimals: 4)),
                .text(Number.fixed(point.truePositives, decimals: 4)),
            ])
        }
        return table.html
    }

    private func tenthsTable(_ name: String, _ groups: [ScoreGroup]) -> HTML {
        var table = HTMLTable(
            id: "calibration-numbers", caption: "\(Self.sentence(name)) rows by tenths of their scores, ties together",
            ["tenth", "rows", "predicted", "observed"], sides: [.right, .right, .right, .right])
        for group in groups {
            table.add([
                "\(group.group)", "\(group.n)", .text(Number.fixed(group.predicted, decimals: 4)),
                .text(Number.fixed(group.observed, decimals: 4)),
            ])
        }
        return table.html
    }
}
