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

    @Test func trialRunsPlain() throws {
        let (job, _) = try job("actg175")
        let entropy = GuardFacts.labelEntropy(events: 416, rows: 1728)
        try Guards.check(job, GuardFacts(job: job, rows: 1728, labelEntropy: entropy))
        #expect(job.loosened.isEmpty)
    }

    @Test func breastRunsLoosenedOnly() throws {
        let (loose, text) = try job("breast")
        let entropy = GuardFacts.labelEntropy(events: 300, rows: 475)
        try Guards.check(loose, GuardFacts(job: loose, rows: 475, labelEntropy: entropy))
        let plain = try Job(yaml: text.replacing("loosen: [guard-1, guard-4]", with: ""))
        let refusal = #expect(throws: GuardRefusal.self) {
            try Guards.check(plain, GuardFacts(job: plain, rows: 475, labelEntropy: entropy))
        }
        #expect(refusal?.name == "guard-1-labels")
    }

    @Test func diabetesRunsPlain() throws {
        let (job, _) = try job("diabetes")
        try Guards.check(job, GuardFacts(job: job, rows: 377, labelEntropy: 7))
        #expect(job.passive.identifier.columns == ["nhs_no"])
    }
}
