package import Jobs
import PrivateSetIntersection
package import ProtocolKit
import Records
package import Wire

/// Which rows are common, without a fit.
package struct AlignmentProtocol: SiteProtocol {
    package init() {}

    package var purpose: SessionPurpose { SessionPurpose("alignment") }
    package var phrase: String { "an alignment" }
    package var versions: [ProtocolVersion] { [.alignment] }
    package var descriptions: [ProtocolDescription] { ProtocolDescription.alignments }
    package var commitments: Set<String> { ["identifiers"] }
    package var counts: Set<String> { ["rows"] }
    package var disclosure: Disclosure { [] }
    package var phases: [LeakagePhase] { [.session, .alignment, .early] }

    package func plan(for job: Job) -> ProtocolPlan { ProtocolPlan(aligning: job) }

    package func inspectors(for job: Job, in session: InspectedSession) throws -> [any PayloadInspector] {
        [try InspectionLedger().alignmentInspector(job, in: session), CommittedSetInspector()]
    }

    package func work(_ setup: WorkSetup) -> AlignmentWork {
        AlignmentWork(inputs: setup.inputs, opening: setup.opening, books: setup.books, progress: setup.progress)
    }

    package func results(of finished: FinishedSession<AlignmentWork.Result>) throws -> [ResultFile] {
        [ResultFile("intersection.csv", try IdentifierTable.csv(of: finished.result.rows), mode: .ownerOnly)]
    }

    package func details(of result: AlignmentWork.Result) -> [String: String] { ["rows": "\(result.rows.count)"] }
}
