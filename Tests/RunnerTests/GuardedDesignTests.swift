import Jobs
import Records
import Site
import TestSupport
import Testing
import Transcript

@testable import Runner

/// Guards that only one side's data can answer, where a run asks them.
@Suite struct GuardedDesignTests {
    private let folder: TemporaryFolder
    private let site: SiteFolder

    init() throws {
        folder = try TemporaryFolder()
        let new = try NewSite(
            at: folder.path("hospital"), name: "hospital", listen: NetworkAddress(host: "127.0.0.1", port: 0),
            tables: [("patients", folder.path("patients.csv"))])
        try new.create()
        site = try SiteFolder(opening: new.path)
    }

    /// - Parameter last: age of the last person; the others are 20 to 60.
    private func csv(rows: Int, last: Int? = nil) -> String {
        let lines = (0..<rows).map { row in
            "P\(row),\(row * 7 % 2),\(row == rows - 1 ? last ?? 30 : 20 + row * 13 % 41)\n"
        }
        return "id,outcome,age\n" + lines.joined()
    }

    private func design(_ file: JobFile, _ csv: String) throws -> JobDesign {
        let table = try SmallJob.table(file.job, csv: csv, in: folder)
        let inputs = JobInputs(
            file, for: FitProtocol(), own: file.job.active, peer: file.job.passive, table: table)
        return try JobDesign(
            inputs, table.table.rows(at: Array(0..<table.identifiers.count), of: table.identifiers))
    }

    /// The lab's side of the job.
    private func passiveDesign(_ file: JobFile, _ csv: String) throws -> JobDesign {
        let table = try PartyTable(
            file.job, party: file.job.passive, csv: folder.write("lab.csv", csv), delimiter: nil, missing: .standard)
        let inputs = JobInputs(
            file, for: FitProtocol(), own: file.job.passive, peer: file.job.active, table: table)
        return try JobDesign(
            inputs, table.table.rows(at: Array(0..<table.identifiers.count), of: table.identifiers))
    }

    private func start(_ file: JobFile, _ csv: String) throws -> [StartCheck] {
        _ = try folder.write("patients.csv", csv)
        return JobStart(file, isDraft: true, at: site).checks
    }

    /// A level of twelve rows of which eleven weigh next to nothing, by case weights or by exposures: the twelfth's outcome could be read
    /// off its coefficient, and the other party's part of its predictor with it.
    @Test(arguments: [("linear", "weights"), ("poisson", "exposure")])
    func aRowThatItsLevelLeavesAlone(_ family: String, _ word: String) throws {
        let file = try SmallJob.file(
            (
                "label: outcome, features: [age]",
                "label: outcome, \(word): w, features: [age, {column: tag, type: binary}]"
            ),
            ("logistic", family), ("reveal: [coefficients, scores]", "reveal: [coefficients]"))
        func csv(light: String) -> String {
            "id,outcome,age,tag,w\n"
                + (0..<160).map { row in
                    "P\(row),\(row * 7 % 5),\(20 + row * 13 % 41),\(row < 12 ? 1 : 0),\((1..<12).contains(row) ? light : "1")\n"
                }.joined()
        }
        let problems = try design(file, csv(light: "0.001")).problems(for: file.job)
        guard case .leverage(rows: 1, let largest, limit: 0.2)? = problems.first, problems.count == 1 else {
            Issue.record("\(problems)")
            return
        }
        #expect(largest > 0.9)
        #expect(try design(file, csv(light: "0.9")).problems(for: file.job).isEmpty)
    }

    /// Weights of which few carry all are few rows.
    @Test func effectiveRowsAreACohort() throws {
        let file = try SmallJob.file(("label: outcome,", "label: outcome, weights: w,"), ("logistic", "linear"))
        let lines = (0..<160).map { row in
            "P\(row),\(row * 7 % 2),\(20 + row * 13 % 41),\(row % 8 == 0 ? 100 : 0.01)\n"
        }
        let problems = try design(file, "id,outcome,age,w\n" + lines.joined()).problems(for: file.job)
        #expect(problems.contains { if case .fewEffectiveRows(20, _) = $0 { true } else { false } }, "\(problems)")
    }

    /// 160 rows, one far off: a leverage between both limits.
    @Test func leverageIsRefusedUnlessLoosened() throws {
        let file = try SmallJob.file()
        let outlier = csv(rows: 160, last: 160)
        let problems = try design(file, outlier).problems(for: file.job)
        guard case .leverage(rows: 1, let largest, limit: 0.2)? = problems.first, problems.count == 1 else {
            Issue.record("\(problems)")
            return
        }
        #expect(largest > 0.2 && largest < 0.7)
        let loosened = try SmallJob.file(("reveal:", "loosen: [leverage]\nreveal:"))
        #expect(try design(loosened, outlier).problems(for: loosened.job).isEmpty)
        // Loosened is no licence.
        let far = try design(loosened, csv(rows: 160, last: 5000)).problems(for: loosened.job)
        guard case .leverage(rows: 1, _, limit: 0.7)? = far.first else {
            Issue.record("\(far)")
            return
        }
        #expect(try design(file, csv(rows: 160)).problems(for: file.job).isEmpty)
    }

    /// The row may not be a common one: before the alignment it is only named, by its number of rows.
    @Test func leverageIsNamedBeforehand() throws {
        let file = try SmallJob.file()
        let check = try #require(
            start(file, csv(rows: 160, last: 160)).first { $0.name == "guard-leverage" })
        #expect(
            check.verdict == .warning && check.detail.contains("1 of this site's own rows has a leverage above 0.2"))
        #expect(try !start(file, csv(rows: 160)).contains { $0.name == "guard-leverage" })
    }

    /// 160 labels hold 160 bits at most; a fit may open hundreds.
    @Test func theBudgetIsRefusedBeforeAnybodyIsDialled() throws {
        let table = csv(rows: 160)
        let check = try #require(start(SmallJob.file(), table).first { $0.name == "guard-budget" })
        #expect(check.verdict == .failed && check.status == .refusedByPolicy)
        #expect(check.detail.contains("half of what 'outcome' holds is 80 bits"), "\(check)")
        let loosened = try SmallJob.file(("reveal:", "loosen: [budget]\nreveal:"))
        #expect(try !start(loosened, table).contains { $0.name == "guard-budget" })
    }

    /// A07: a program that does not ask its own guards is found by an auditor, by the same figures.
    @Test func anAuditorFindsWhatARunWouldHaveRefused() throws {
        let file = try SmallJob.file()
        let loose = try SmallJob.file(("reveal:", "loosen: [budget]\nreveal:"))
        func error(_ design: JobDesign, _ file: JobFile) -> String? {
            let finding = JobAudit.guards(design, file.job, of: "hospital")
            #expect(finding.check == .a07 && finding.status == (finding.error == nil ? .passed : .failed))
            return finding.error
        }
        #expect(error(try design(loose, csv(rows: 160, last: 160)), loose) == "guard-leverage")
        #expect(error(try design(file, csv(rows: 160)), file) == "guard-budget")
        #expect(error(try design(loose, csv(rows: 160)), loose) == nil)
        // 160 rows of the lab, four different ones: scores would show them.
        func lab(_ different: Int) -> String {
            let lines = (0..<160).map { row in
                let cell = row % different
                return "P\(row),\(cell * 7 % 11),\(cell * cell % 13),\(cell * 5 % 17)\n"
            }
            return "id,m1,m2,m3\n" + lines.joined()
        }
        #expect(error(try passiveDesign(loose, lab(4)), loose) == "guard-scores")
        #expect(error(try passiveDesign(loose, lab(157)), loose) == nil)
        let none = JobAudit.guards(nil, file.job, of: "hospital")
        #expect(none.status == .notEvaluated && none.error == nil)
    }

    /// What a run debits: the peer's bits, bounded by this party's data.
    @Test func aDesignKnowsItsBudget() throws {
        let file = try SmallJob.file()
        let budget = try design(file, csv(rows: 160)).budget(for: file.job)
        #expect(budget.bits == OpenedBits(file.job, rows: 160, to: .passive).total)
        #expect(budget.hidden.what == "outcome" && budget.hidden.bits == 160 && !budget.loosened)
    }
}
