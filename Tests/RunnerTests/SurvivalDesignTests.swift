import Jobs
import Records
import Site
import TestSupport
import Testing

@testable import Runner
@testable import SplitRegression

/// What a run makes of times, entries and strata, and which rows it refuses.
@Suite struct SurvivalDesignTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static func file(_ replaced: (String, String)...) throws -> JobFile {
        let columns = "label: outcome, time: days, entry: from, strata: ward"
        let yaml = SmallJob.yaml.replacing("label: outcome", with: columns)
            .replacing("family: logistic", with: "family: cox")
        return try JobFile(yaml: replaced.reduce(yaml) { $0.replacing($1.0, with: $1.1) })
    }

    /// Every third of 160 rows has an event: 53 in all.
    private func design(_ file: JobFile, entryOf late: Int? = nil) throws -> JobDesign {
        let lines = (0..<160).map { row in
            let days = 5 + row * 11 % 97
            let (event, age) = (row % 3 == 1 ? 1 : 0, 20 + row * 13 % 41)
            return "P\(row),\(event),\(age),\(days),\(row == late ? days : 1),\(row % 2)\n"
        }
        let table = try SmallJob.table(file.job, csv: "id,outcome,age,days,from,ward\n" + lines.joined(), in: folder)
        let inputs = JobInputs(file, for: FitProtocol(), own: file.job.active, peer: file.job.passive, table: table)
        return try JobDesign(
            inputs, table.table.rows(at: Array(0..<table.identifiers.count), of: table.identifiers))
    }

    @Test func trainingGetsTheTimesOfItsRows() throws {
        let design = try design(Self.file())
        let survival = try #require(try design.input().survival)
        #expect(survival.time.prefix(3) == [5, 16, 27] && survival.time.count == 160)
        #expect(survival.entry == Array(repeating: 1, count: 160))
        #expect(survival.stratum?.prefix(4) == [0, 1, 0, 1])
        #expect(try design.input().testSurvival == nil)
        #expect(design.plan.family == .cox && design.plan.ties == .efron && design.plan.mostEvents == nil)
        #expect(design.label?.values.prefix(3) == [0, 1, 0])
    }

    @Test func rowsHeldOutHaveTheirOwn() throws {
        let design = try design(Self.file(("reveal:", "holdout: hash\nreveal:")))
        let input = try design.input()
        let (fitted, kept) = (try #require(input.survival), try #require(input.testSurvival))
        #expect(fitted.time.count == design.design.rows && fitted.time.count + kept.time.count == 160)
        #expect(kept.entry?.count == kept.time.count && kept.stratum?.count == kept.time.count)
    }

    @Test func thePlanHasTiesAndEvents() throws {
        let file = try Self.file(("family: cox", "family: cox, ties: breslow, mostEvents: 60"))
        let plan = try design(file).plan
        #expect(plan.ties == .breslow && plan.mostEvents == 60)
        #expect(plan.decisionBits == OpenedBits.decisions(file.job) && plan.activeColumns == 2)
    }

    /// Named with its row, before anything about the rows is opened.
    @Test func aRowMustBeObservedBeforeItsEnd() throws {
        let place = Place(file: folder.path("hospital.csv"), line: 9, column: "from")
        #expect(throws: RecordsError.notBelow(place, other: "days")) { try design(Self.file(), entryOf: 7) }
    }

    @Test func moreEventsThanAgreedAreRefused() throws {
        let few = try Self.file(("family: cox", "family: cox, mostEvents: 52"))
        let problems = try design(few).problems(for: few.job)
        #expect(problems == [.tooManyEvents(column: "outcome", events: 53, limit: 52)])
        let error = RecordsError.unfitDesign(problems)
        #expect(error.description == "outcome is yes on 53 rows: at most 52 events are allowed")
        #expect(error.hint == "agree on a larger model.mostEvents, or drop it from the job")
        let enough = try Self.file(("family: cox", "family: cox, mostEvents: 53"))
        #expect(try design(enough).problems(for: enough.job).isEmpty)
    }

    // MARK: The survival curve

    private static func curve(_ times: String, _ more: (String, String)...) throws -> JobFile {
        let plain = try Self.file(
            (", strata: ward", ""), ("family: cox", "family: cox, times: [\(times)]"), ("scores]", "scores, survival]"))
        return try JobFile(yaml: more.reduce(plain.yaml) { $0.replacing($1.0, with: $1.1) })
    }

    @Test func thePlanHasTheTimesOfTheCurve() throws {
        #expect(try design(Self.curve("30, 60.5")).plan.times == [30, 60.5])
        #expect(try design(Self.file()).plan.times.isEmpty)
    }

    /// Times are 5 to 101, 63 of them of two rows.
    @Test func timesFarApartAreTaken() throws {
        let file = try Self.curve("30, 60")
        #expect(try design(file).problems(for: file.job).isEmpty)
    }

    @Test func tooFewRowsBetweenTimesAreRefused() throws {
        // 160 rows of which the time is 5 + (11 row mod 97).
        let times = (0..<160).map { 5 + $0 * 11 % 97 }
        func rows(above low: Int, upTo high: Int) -> Int { times.count { $0 > low && $0 <= high } }
        func events(above low: Int, upTo high: Int) -> Int {
            times.indices.count { $0 % 3 == 1 && times[$0] > low && times[$0] <= high }
        }
        let file = try Self.curve("6, 60, 62, 100")
        let problems = try design(file).problems(for: file.job)
        #expect(
            problems == [
                .timesTooClose(column: "days", after: nil, upTo: 6, rows: events(above: 0, upTo: 6), minimum: 11),
                .timesTooClose(column: "days", after: 60, upTo: 62, rows: events(above: 60, upTo: 62), minimum: 11),
                .timesTooClose(column: "days", after: 100, upTo: nil, rows: rows(above: 100, upTo: 999), minimum: 11),
            ])
        let error = RecordsError.unfitDesign(problems)
        #expect(error.hint == "declare fewer times, farther apart")
        #expect(
            problems[1].description.hasPrefix("days is above 60 and at most 62 on ")
                && problems[1].description.hasSuffix("at least 11 are needed between times of the survival curve"))
        #expect(
            problems[0].description.hasPrefix("days is at most 6 on ")
                && problems[2].description.contains("at least 11 must be left after the last time"))
        // The end of an interval belongs to it, and the job's own cell decides.
        let (first, least) = (events(above: 0, upTo: 45), rows(above: 45, upTo: 999))
        try #require(first >= 11 && least > first)
        for (cell, isRefused) in [(first, false), (first + 1, true)] {
            let file = try Self.curve("45", ("reveal:", "limits: {minimumCell: \(cell)}\nreveal:"))
            let found = try design(file).problems(for: file.job)
            #expect(found.contains { if case .timesTooClose = $0 { true } else { false } } == isRefused, "\(cell)")
        }
    }

    /// A few large weights leave few rows.
    @Test func weightedRowsAreCountedByTheirWeights() throws {
        let plain = try Self.curve("45")
        #expect(try design(plain).problems(for: plain.job).isEmpty)
        let weighted = try Self.curve("45", ("time: days,", "time: days, weights: ward,"))
        let lines = (0..<160).map { row in
            "P\(row),\(row % 3 == 1 ? 1 : 0),\(20 + row * 13 % 41),\(5 + row * 11 % 97),1,\(row == 1 ? 100 : 1)\n"
        }
        let table = try SmallJob.table(
            weighted.job, csv: "id,outcome,age,days,from,ward\n" + lines.joined(), in: folder)
        let inputs = JobInputs(
            weighted, for: FitProtocol(), own: weighted.job.active, peer: weighted.job.passive, table: table)
        let design = try JobDesign(
            inputs, table.table.rows(at: Array(0..<table.identifiers.count), of: table.identifiers))
        // Few effective rows in all, and one that pulls the fit to itself, are named beside it.
        let problems = try design.problems(for: weighted.job).filter {
            if case .timesTooClose = $0 { true } else { false }
        }
        #expect(
            problems == [
                .timesTooClose(column: "days", after: nil, upTo: 45, rows: 1, isWeighted: true, minimum: 11)
            ])
        #expect(problems.first?.description.contains("on 1 rows (counted by their weights) with an event") == true)
    }

    /// Each stratum has its own events, and its rows under observation.
    @Test func everyStratumHasItsCell() throws {
        let strata = (", strata: ward", ", strata: ward")
        func file(_ times: String, most: Int) throws -> JobFile {
            try Self.file(
                strata, ("family: cox", "family: cox, times: [\(times)], mostStrata: \(most)"),
                ("scores]", "scores, survival]"))
        }
        let near = try file("20", most: 2)
        let problems = try design(near).problems(for: near.job)
        let counts = (0...1).map { ward in
            (0..<160).count { $0 % 2 == ward && $0 % 3 == 1 && 5 + $0 * 11 % 97 <= 20 }
        }
        try #require(counts.allSatisfy { $0 < 11 })
        #expect(
            problems
                == (0...1).map {
                    .timesTooClose(column: "days", after: nil, upTo: 20, stratum: $0, rows: counts[$0], minimum: 11)
                })
        #expect(problems[1].description.hasPrefix("in stratum 1, days is at most 20 on "))
        let far = try file("60", most: 3)
        #expect(try design(far).problems(for: far.job).isEmpty)
        #expect(try design(far).plan.curveStrata == 3)
        let few = try file("60", most: 1)
        let found = try design(few).problems(for: few.job)
        #expect(found == [.tooManyStrata(column: "ward", strata: 2, limit: 1)])
        #expect(found[0].description == "ward has 2 codes on these rows: at most 1 strata are allowed")
        #expect(RecordsError.unfitDesign(found).hint == "agree on a larger model.mostStrata, or merge strata")
    }

    /// Rows that enter later are not under observation at the last time.
    @Test func rowsThatEnterLaterAreNotLeft() throws {
        let file = try Self.curve("30")
        let lines = (0..<160).map { row in
            let days = 5 + row * 11 % 97
            return "P\(row),\(row % 3 == 1 ? 1 : 0),\(20 + row * 13 % 41),\(days),\(days > 30 ? 30.5 : 1)\n"
        }
        let table = try SmallJob.table(file.job, csv: "id,outcome,age,days,from\n" + lines.joined(), in: folder)
        let inputs = JobInputs(file, for: FitProtocol(), own: file.job.active, peer: file.job.passive, table: table)
        let design = try JobDesign(
            inputs, table.table.rows(at: Array(0..<table.identifiers.count), of: table.identifiers))
        #expect(
            try design.problems(for: file.job)
                == [.timesTooClose(column: "days", after: 30, upTo: nil, rows: 0, minimum: 11)])
    }

    /// Without an event, and with fewer than the smallest cell, the label's own rule refuses.
    @Test func eventsAreNotFewerThanTheSmallestCell() throws {
        let file = try Self.file(("reveal:", "limits: {minimumCell: 60}\nreveal:"))
        #expect(
            try design(file).problems(for: file.job)
                == [.smallCell(column: "outcome", level: "yes", rows: 53, minimum: 60)])
    }

    // MARK: Results

    @Test func bothPartiesTermsAreMergedWithoutAnIntercept() throws {
        let header = CoefficientColumns.header(hasRatios: true).joined(separator: ",")
        func source(_ term: String, of party: String) throws -> CoefficientSource {
            try CoefficientSource(
                folder.write("\(party).csv", "\(header)\n\(term),0.5,NA,NA,NA,NA,NA,\(party),0.1,1.6,NA,NA,NA\n"))
        }
        let merged = try MergedCoefficients([source("age", of: "hospital"), source("m1", of: "lab")])
        #expect(merged.parties == ["hospital", "lab"] && merged.count == 2)
    }
}
