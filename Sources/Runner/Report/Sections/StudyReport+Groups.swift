import SplitRegression

/// Levels that the job compares, where it opens that to this party.
extension StudyReport {
    var groupSection: ReportSection? {
        let (test, curves) = (LevelTestTable(results.groups), LevelCurveTable(results.groups))
        guard let column = test?.column ?? curves?.column else { return nil }
        var body: [HTML] = [reminder]
        if let test {
            body.append(.paragraph(.text("\(Self.sentence(test.words)).")))
            if !test.test.levels.isEmpty {
                var table = HTMLTable(
                    id: "logrank-numbers", caption: "Rows and events of each level, as \(LevelTestTable.file) has them",
                    LevelTestTable.header, sides: [.left] + LevelTestTable.header.dropFirst().map { _ in .right })
                for line in test.lines { table.add(line.map { .text($0) }) }
                body.append(table.html)
            }
        }
        if let curves {
            body.append(
                .paragraph(
                    .text(
                        "The product-limit estimate of each level at the times that the job declares, of the fitted rows. A time "
                            + "at which some level has fewer events since the time before, or fewer people or events after it, than the "
                            + "smallest cell is left out for all levels."
                    )))
            body.append(LevelCurvePlot(table: curves).figure(id: "level-plot"))
            var table = HTMLTable(
                id: "level-numbers", caption: "Survival by level, as \(LevelCurveTable.file) has it", curves.header,
                sides: curves.header.map { _ in .right })
            for line in curves.lines { table.add(line.map { .text($0) }) }
            body.append(table.html)
        }
        return ReportSection("groups", "Survival by \(column)", body)
    }
}
