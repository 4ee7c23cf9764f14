import Jobs
import Testing

@Suite("What a description groups by") struct GroupTests {
    private func problem(_ old: String, _ new: String) -> DocumentProblem? {
        Fixtures.problems(Fixtures.described.replacing(old, with: new)).first
    }

    @Test("The encoding has it, and a description has the other columns")
    func goesRound() throws {
        let job = try Job(yaml: Fixtures.described)
        #expect(job.active.group?.levels == ["placebo", "low", "high"])
        #expect(job.active.groupAlone?.column == "arm")
        #expect(try Job(canonical: job.canonical) == job)
        let feature = "group: {column: arm, levels: [placebo, low, high]}"
        let own = try Job(
            yaml: Fixtures.described.replacing(feature, with: "group: hemo").replacing(
                "hemo, homo", with: "{column: hemo, type: binary}, homo"))
        #expect(own.active.groupAlone == nil)
        #expect(own.active.described.map(\.column) == own.active.features.map(\.column).filter { $0 != "hemo" })
    }

    @Test(
        "Groups that no job can have, by the place that is named",
        arguments: [
            ("levels: [placebo, low, high]", "levels: [placebo]", "parties[0].group.levels"),
            ("levels: [placebo, low, high]", "levels: [a, b, c, d, e, f, g, h, i]", "parties[0].group.levels"),
            ("levels: [placebo, low, high]", "levels: [low, low]", "parties[0].group.levels[1]"),
            ("column: arm", "column: USUBJID", "parties[0].group"),
            ("column: arm", "column: age", "parties[0].group"),
            ("column: arm", "column: cens", "parties[0].group"),
            ("description]", "metrics]", "parties[0].group"),
            ("description]", "description, weighted-description]", "reveal"),
            ("description]", "description]\nlimits: {minimumCell: 101}", "limits.minimumCell"),
        ])
    func refused(_ old: String, _ new: String, _ path: String) {
        #expect(problem(old, new)?.path == path)
    }
}
