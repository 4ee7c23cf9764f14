package import Jobs
package import PrivateSetIntersection
package import ProtocolKit
import Transcript
package import Wire

/// About how many rows are common, and not which.
package struct CountProtocol: SiteProtocol {
    package init() {}

    package var purpose: SessionPurpose { SessionPurpose("count") }
    package var phrase: String { "a count of common rows" }
    package var versions: [ProtocolVersion] { [.alignment] }
    package var descriptions: [ProtocolDescription] { [.alignmentCount] }
    package var commitments: Set<String> { ["identifiers"] }
    package var counts: Set<String> { ["rounded", "rounding"] }
    package var disclosure: Disclosure { .count }
    package var phases: [LeakagePhase] { [.session, .count, .early] }

    package func plan(for job: Job) -> ProtocolPlan { ProtocolPlan(job, aligning: .alignmentCount) }

    package func inspectors(for job: Job, in session: InspectedSession) throws -> [any PayloadInspector] {
        [
            try CountInspector(
                maximumSetSize: job.limits.maximumSetSize, minimumCohort: job.limits.minimumCohort, local: session.local
            ),
            CommittedSetInspector(),
        ]
    }

    /// In a replay the rounding is what this party said then: its policy may have changed since.
    package func work(_ setup: WorkSetup) throws -> CountWork {
        let said = try setup.log?.payload(ofSent: AlignmentAudit.countOpening)
        let rounding = setup.policy?.roundCountsTo ?? said.flatMap { AlignmentAudit.rounding(inOpening: $0) }
        return CountWork(inputs: setup.inputs, opening: setup.opening, rounding: rounding ?? 1, books: setup.books)
    }

    package func results(of finished: FinishedSession<CommonCount>) throws -> [ResultFile] {
        let report = CountReport(finished.result, of: finished.inputs, out: nil)
        return [ResultFile("count.json", try ResultFiles.json(report))]
    }

    package func details(of count: CommonCount) -> [String: String] {
        ["rows": "\(count.roundedCount)", "rounding": "\(count.rounding)"]
    }
}
