package import Jobs
import PrivateSetIntersection
package import ProtocolKit
import Records
import Site
import SplitRegression
package import Wire

/// Table 1 of the common rows: all columns by group, before or after weighting.
package struct DescriptionProtocol: SiteProtocol {
    package init() {}

    package var purpose: SessionPurpose { SessionPurpose("describe") }
    package var phrase: String { "a description of the cohort" }
    package var versions: [ProtocolVersion] { [.alignment, .description, .inputs] }
    package var descriptions: [ProtocolDescription] { ProtocolDescription.alignments + [.inputs, .describing] }
    package var commitments: Set<String> { ["identifiers", "rows"] }
    package var counts: Set<String> { ["rows", "groups", "shown"] }
    package var disclosure: Disclosure { .model }
    package var phases: [LeakagePhase] { [.session, .alignment, .description, .early] }

    package func plan(for job: Job) -> ProtocolPlan {
        ProtocolPlan(
            aligning: job, then: [.init(.inputs, of: job), .checkpoint(job), .init(.describing, of: job)])
    }

    package func inspectors(for job: Job, in session: InspectedSession) throws -> [any PayloadInspector] {
        let seen = InspectionLedger()
        return [
            DescriptionInspector(
                session: session.session, active: job.active.name, plan: DescriptionPlan(job),
                isRevealed: job.reveals(.description), moduli: seen.moduli, duplicates: seen.duplicates,
                local: session.local),
            try seen.alignmentInspector(job, in: session), CommittedSetInspector(),
            InputRootsInspector(job, label: true),
        ]
    }

    package func check(_ inputs: JobInputs) throws {
        guard inputs.job.reveals(.description) else {
            throw Failure(
                .refusedByPolicy, "descriptionNotOpened", "the job does not open a description of the cohort",
                hint: "'description' must stand in the job's reveal list when it is approved")
        }
        try Self.checkGroups(inputs.job, inputs.own, inputs.table)
    }

    /// A group that is too small in this site's own table is so among the common rows.
    ///
    /// - Throws: `DescriptionError.smallGroup`.
    static func checkGroups(_ job: Job, _ own: Party, _ table: PartyTable) throws {
        guard own.role == .active, let group = own.group else { return }
        let rows = try table.table.rows(at: Array(0..<table.identifiers.count), of: table.identifiers)
        let values = try rows.values(ColumnSpec(group), missing: table.missing)
        for (index, level) in (group.levels ?? []).enumerated() {
            let count = values.count { Int($0) == index }
            guard count >= job.limits.minimumCell else {
                throw DescriptionError.smallGroup(level: level, rows: count, minimum: job.limits.minimumCell)
            }
        }
    }

    package func work(_ setup: WorkSetup) -> DescriptionWork {
        DescriptionWork(inputs: setup.inputs, opening: setup.opening, books: setup.books, progress: setup.progress)
    }

    package func results(of finished: FinishedSession<DescriptionWork.Result>) throws -> [ResultFile] {
        try DescriptionFiles(finished.result.table, finished.inputs).results()
            + [ResultFile("intersection.csv", try IdentifierTable.csv(of: finished.result.rows), mode: .ownerOnly)]
    }

    package func files(of finished: FinishedSession<DescriptionWork.Result>) throws -> [ResultFile] {
        try results(of: finished) + [
            ResultFile(
                "attrition.csv", try DescriptionFiles(finished.result.table, finished.inputs).attrition.csv()),
            ResultFile("job.yaml", Array(finished.inputs.file.yaml.utf8)),
        ]
    }

    package func details(of result: DescriptionWork.Result) -> [String: String] {
        ["rows": "\(result.rows.count)", "shown": "\(result.table.shownColumns)"]
    }
}

extension DescriptionPlan {
    /// - Parameter passive: the other party than the active one; of two the one that there is.
    init(_ job: Job, with passive: Party? = nil) {
        self.init(
            active: job.active.described.map(ColumnSpec.init),
            passive: (passive ?? job.passive).features.map(ColumnSpec.init),
            groupColumn: job.active.group?.column, groups: job.active.group?.levels ?? [],
            isWeighted: job.reveals(.weightedDescription),
            minimumCell: job.limits.minimumCell, keyBits: job.keys.bits, nonces: job.keys.nonces.length)
    }
}
