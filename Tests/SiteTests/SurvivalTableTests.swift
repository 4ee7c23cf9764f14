import Jobs
import Records
import TestSupport
import Testing

@testable import Site

/// Times, entries and strata in a table.
@Suite struct SurvivalTableTests {
    private let folder: TemporaryFolder
    private let job: Job

    init() throws {
        folder = try TemporaryFolder()
        let columns = "label: outcome, time: end, entry: start, strata: ward"
        let yaml = SmallJob.yaml().replacing("label: outcome", with: columns).replacing("linear", with: "cox")
        job = try Job(yaml: yaml)
    }

    private func table(_ rows: String) throws -> PartyTable {
        let csv = try folder.write("patients.csv", "id,outcome,age,end,start,ward\n" + rows)
        return try PartyTable(job, party: job.active, csv: csv, delimiter: nil, missing: .standard)
    }

    private func error(_ rows: String) throws -> RecordsError? {
        let table = try table(rows)
        do {
            _ = try table.check(for: job)
            return nil
        } catch { return error as? RecordsError }
    }

    private let honest = "P1,1,20,3,0,1\nP2,0,31,5.5,1,1\nP3,1,45,0.25,0,2\n"

    @Test func columnsAreReadInTheOrderOfTheJob() throws {
        let table = try table(honest)
        #expect(table.privateColumns.map(\.name) == ["outcome", "end", "start", "ward", "age"])
        #expect(try error(honest) == nil)
        let rows = try table.table.rows(at: [0, 1, 2], of: table.identifiers)
        #expect(try table.values(of: .time, rows) == [3, 5.5, 0.25])
        #expect(try table.values(of: .stratum, rows) == [1, 1, 2])
    }

    @Test(arguments: ["5.5", "6"]) func anEntryMustBeBelowItsTime(_ entry: String) throws {
        let found = try #require(try error(honest.replacing("5.5,1,1", with: "5.5,\(entry),1")))
        guard case .notBelow(let place, other: "end") = found else {
            Issue.record("\(found)")
            return
        }
        #expect(place.line == 3 && place.column == "start")
        #expect(
            found.description.hasSuffix(
                "patients.csv, row 3, column \"start\": not below column \"end\" of the same row"))
        #expect(found.hint?.contains("observation of a row begins before it ends") == true)
        #expect(Failure(describing: found).code == "notBelow" && found.category == .badData)
    }

    @Test(arguments: [
        ("3,0,1", "0,0,1", ValueDomain.time, "end"), ("3,0,1", "-1,0,1", .time, "end"),
        ("3,0,1", "3,-1,1", .entry, "start"), ("3,0,1", "3,0,1.5", .stratum, "ward"),
    ])
    func valuesOutsideTheirDomain(_ old: String, _ new: String, _ domain: ValueDomain, _ column: String) throws {
        guard case .outOfDomain(let place, let found)? = try error(honest.replacing(old, with: new)) else {
            Issue.record("no error")
            return
        }
        #expect(found == domain && place.line == 2 && place.column == column)
    }

    /// New rows have no outcome, and so none of these.
    @Test func scoringNeedsNone() throws {
        let csv = try folder.write("new.csv", "id,age\nP9,33\n")
        let table = try PartyTable(scoring: job.active, csv: csv, delimiter: nil, missing: .standard)
        #expect(table.beside.isEmpty && table.privateColumns.map(\.name) == ["age"])
    }

    @Test func aDraftGuessesTheTime() throws {
        let csv = "id,died,age,futime\n" + (1...40).map { "P\($0),\($0 % 2),\(20 + $0),\(10 * $0)\n" }.joined()
        let table = try Table.read(csv: folder.write("draft.csv", csv))
        func draft(_ family: ModelFamily) throws -> TableDraft {
            try TableDraft(table, missing: .standard, identifier: "id", label: "died", family: family)
        }
        let cox = try draft(.cox)
        #expect(cox.time == "futime" && cox.features.map(\.column) == ["age"])
        #expect(cox.notes.contains { $0.hasPrefix("time: 'futime'") })
        #expect(try draft(.logistic).time == nil)
    }
}
