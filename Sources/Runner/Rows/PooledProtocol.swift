package import Jobs
import PooledRegression
package import ProtocolKit
import Records
import SecureSums
import Site
package import Wire

/// A fit or another analysis over the rows of all sites: one session of each pair, all of one mesh (`protocols/row-split.md`). What is said
/// here is about one pair's session; ``MeshExecution`` runs them together.
package struct PooledProtocol: SiteProtocol {
    package init() {}

    /// What a site commits to: its rows, as one leaf.
    static let commitment = "table"

    package var purpose: SessionPurpose { SessionPurpose("pooled") }
    package var phrase: String { "a pooled fit" }
    package var caveat: String? { nil }
    package var jobKind: JobKind { .rows }
    package var versions: [ProtocolVersion] { [SumDescription.protocolVersion, .mesh] }
    package var descriptions: [ProtocolDescription] { [SumDescription.description, .meshHeads] }
    package var commitments: Set<String> { [Self.commitment] }
    package var counts: Set<String> { ["rows", "sites", "sums", "parameters"] }
    package var disclosure: Disclosure { [] }
    package var phases: [LeakagePhase] { LeakagePhase.ofRows }

    package func plan(for job: Job) -> ProtocolPlan { plan(for: job, between: job.parties.prefix(2).map(\.name)) }

    package func plan(for job: Job, between parties: [String]) -> ProtocolPlan {
        let ordered = parties.sorted { (job.index(of: $0) ?? 0) < (job.index(of: $1) ?? 0) }
        let roles = Dictionary(
            zip([SumDescription.first, SumDescription.second], ordered), uniquingKeysWith: { first, _ in first })
        return ProtocolPlan([
            .init(.opening, ofEach: ordered), .init(SumDescription.description, parties: roles),
            .init(.meshHeads, parties: roles), .init(.checkpoint, ofEach: ordered),
        ])
    }

    package func inspectors(for job: Job, in session: InspectedSession) throws -> [any PayloadInspector] {
        [SumInspector(settings: try SumSettings(job)), MeshHeadsInspector(sites: job.parties.map(\.name))]
    }

    /// The guards are each site's own to check, over its own rows.
    package func guardFacts(for job: Job, counts: [String: Int64]) -> GuardFacts? { nil }

    package func check(_ inputs: JobInputs) throws {
        guard inputs.job.isSplitByRows else {
            throw Failure(
                .usage, "notSplitByRows", "a pooled fit is for jobs split by rows, and this one is split by columns",
                hint: "moiety job run without --as fits it")
        }
    }

    package func work(_ setup: WorkSetup) throws -> MeshSessionWork<PooledResult> { MeshSessionWork() }

    package func results(of finished: FinishedSession<PooledResult>) throws -> [ResultFile] {
        try PooledFiles(finished.inputs.file, finished.result).results()
    }

    package func details(of result: PooledResult) -> [String: String] {
        ["rows": "\(result.answer.rows)", "sites": "\(result.answer.sites.count)"]
    }
}
