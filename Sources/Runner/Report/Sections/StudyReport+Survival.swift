/// The survival curve, where the job opens it to this party.
extension StudyReport {
    var survivalSection: ReportSection? {
        guard let curve = SurvivalTable(results.survival) else { return nil }
        var table = HTMLTable(
            id: "survival-numbers", caption: "The survival curve, as \(SurvivalTable.file) has it",
            curve.header, sides: curve.header.map { _ in .right })
        for line in curve.lines { table.add(line.map { .text($0) }) }
        return ReportSection(
            "survival", curve.hasStrata ? "Survival curves of strata" : "Survival curve",
            [
                reminder,
                .paragraph(
                    .text(
                        "\(Self.sentence(SurvivalTable.whose)), at the times that the job declares. People at risk and events "
                            + "are those of the fitted rows; events are all up to that time.")),
                SurvivalPlot(table: curve).figure(id: "survival-plot"), table.html,
            ])
    }
}
