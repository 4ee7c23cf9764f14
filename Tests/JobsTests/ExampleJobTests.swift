import Foundation
import Jobs
import TestSupport
import Testing

/// The jobs in `examples/` are read, and the guards judge them as their comments say.
@Suite struct ExampleJobTests {
    private func job(_ name: String) throws -> (Job, String) {
        let file = Protocols.folder.deletingLastPathComponent().appending(path: "examples/\(name)/job.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        return (try Job(yaml: text), text)
    }

    private func budget(_ job: Job, _ label: [Double]) -> GuardFinding {
        BitBudget(
            job, rows: label.count, owner: .active, hidden: HiddenBits(label: label, named: job.active.label ?? "")
        )
        .finding(earlier: 0, inAll: 0)
    }

    private func events(_ events: Int, of rows: Int) -> [Double] { (0..<rows).map { $0 < events ? 1 : 0 } }

    @Test func trialRunsPlain() throws {
        let (job, _) = try job("actg175")
        #expect(budget(job, events(416, of: 1728)).verdict == .kept)
        try Guards.check(job, GuardFacts(job: job, rows: 1728))
        #expect(job.loosened.isEmpty)
    }

    @Test func breastRunsLoosenedOnly() throws {
        let (loose, text) = try job("breast")
        let finding = budget(loose, events(300, of: 475))
        #expect(finding.verdict == .kept && finding.loosened)
        #expect(loose.loosened == [.leverage, .budget])
        let plain = try Job(yaml: text.replacing("loosen: [budget, leverage]", with: ""))
        #expect(budget(plain, events(300, of: 475)).verdict == .refused)
    }

    @Test func diabetesRunsPlain() throws {
        let (job, _) = try job("diabetes")
        try Guards.check(job, GuardFacts(job: job, rows: 377, distinctRows: 377))
        #expect(budget(job, (0..<377).map { Double($0 % 200) }).verdict == .kept)
        #expect(job.passive.identifier.columns == ["nhs_no"])
    }
}
