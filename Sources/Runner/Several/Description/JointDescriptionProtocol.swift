package import Jobs
import PrivateSetIntersection
package import ProtocolKit
import Records
import Site
import SplitRegression
package import Wire

/// Table 1 of the common rows of three to eight parties: their alignment, a description of the active one with each other, and what these
/// tell each other of it, over one session of each pair, all of one mesh (`protocols/describe.md` 9). What is said here is about
/// one pair's session; ``MeshExecution`` runs them together.
package struct JointDescriptionProtocol: SiteProtocol {
    private let alignment = JointAlignmentProtocol()

    package init() {}

    package var purpose: SessionPurpose { SessionPurpose("joint-describe") }
    package var phrase: String { "a description of the cohort of several parties" }
    package var jobKind: JobKind { .several }
    package var versions: [ProtocolVersion] { alignment.versions + [.inputs, .description] }
    package var descriptions: [ProtocolDescription] {
        alignment.descriptions + [.inputs, .describing, .partDigests, .describedParts]
    }
    package var commitments: Set<String> { alignment.commitments }
    package var counts: Set<String> { ["rows", "parties", "shown"] }
    package var disclosure: Disclosure { .model }
    package var phases: [LeakagePhase] { LeakagePhase.ofSeveralDescription }

    package func plan(for job: Job) -> ProtocolPlan { plan(for: job, between: job.parties.prefix(2).map(\.name)) }

    package func plan(for job: Job, between parties: [String]) -> ProtocolPlan {
        ProtocolPlan(job, ofSeveral: parties) { numbers, names in
            guard numbers[0] == 0 else {
                return [.init(.describedParts, parties: ["first": names[0], "second": names[1]])]
            }
            let roles = ["active": names[0], "passive": names[1]]
            return [.init(.describing, parties: roles), .init(.partDigests, parties: roles)]
        }
    }

    package func inspectors(for job: Job, in session: InspectedSession) throws -> [any PayloadInspector] {
        let pair = session.parties.compactMap { job.index(of: $0.name) }
        guard job.hasModel, pair.count == 2 else {
            throw MultipartyError.badSessions("a session is of two of the job's parties")
        }
        let known = InspectionLedger()
        return [
            JointDescriptionInspector(
                session: session.session, between: (pair[0], pair[1]), plan: JointDescriptionPlan(job),
                isRevealed: job.reveals(.description), moduli: known.moduli, duplicates: known.duplicates,
                local: session.local)
        ]
            + (try alignment.inspectors(for: job, hash: purpose.hash(of: job.hash), in: session, known: known))
            + [InputRootsInspector(job, label: true)]
    }

    package func check(_ inputs: JobInputs) throws {
        try alignment.check(inputs)
        try Self.demandOpened(inputs.job)
        try DescriptionProtocol.checkGroups(inputs.job, inputs.own, inputs.table)
    }

    /// - Throws: `Failure` 4 `descriptionNotOpened`.
    static func demandOpened(_ job: Job) throws {
        guard job.hasModel, job.reveals(.description) else {
            throw Failure(
                .refusedByPolicy, "descriptionNotOpened", "the job does not open a description of the cohort",
                hint: "'description' must stand in the job's reveal list when it is approved")
        }
    }

    package func work(_ setup: WorkSetup) throws -> MeshSessionWork<JointDescriptionResult> { MeshSessionWork() }

    package func results(of finished: FinishedSession<JointDescriptionResult>) throws -> [ResultFile] {
        let inputs = finished.inputs
        return try JointDescriptionFiles(inputs.file, inputs.own, inputs.table, finished.result).results()
    }

    package func details(of result: JointDescriptionResult) -> [String: String] {
        ["rows": "\(result.alignment.rows.count)", "shown": "\(result.table.shownColumns)"]
    }
}
