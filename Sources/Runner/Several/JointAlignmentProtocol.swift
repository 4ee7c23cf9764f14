package import Jobs
import PrivateSetIntersection
package import ProtocolKit
import Records
import Site
package import Wire

/// An alignment of three to eight parties: one session of each pair, all of one mesh (`protocols/multiparty-alignment.md`). What is said here
/// is about one pair's session; ``MeshExecution`` runs them together.
package struct JointAlignmentProtocol: SiteProtocol {
    package init() {}

    package var purpose: SessionPurpose { SessionPurpose("joint-alignment") }
    package var phrase: String { "an alignment of several parties" }
    package var jobKind: JobKind { .several }
    package var versions: [ProtocolVersion] { MultipartyAlignment.versions + [.mesh] }
    package var descriptions: [ProtocolDescription] {
        [.multipartyQuestions, .multipartyComparison, .meshHeads]
    }
    package var commitments: Set<String> { ["identifiers"] }
    package var counts: Set<String> { ["rows", "parties"] }
    package var disclosure: Disclosure { [] }
    package var phases: [LeakagePhase] { LeakagePhase.ofSeveral }

    package func plan(for job: Job) -> ProtocolPlan { plan(for: job, between: job.parties.prefix(2).map(\.name)) }

    package func plan(for job: Job, between parties: [String]) -> ProtocolPlan {
        let numbers = parties.compactMap { job.index(of: $0) }.sorted()
        let ordered = numbers.map { job.parties[$0].name }
        let roles = Dictionary(zip(["first", "second"], ordered), uniquingKeysWith: { first, _ in first })
        // A job of another kind has no such session: nothing may come.
        guard numbers.count == 2, let settings = try? MultipartySettings(job) else { return ProtocolPlan([]) }
        return ProtocolPlan([
            .init(.opening, ofEach: ordered), MultipartyAlignment.part(of: settings, between: (numbers[0], numbers[1])),
            .init(.meshHeads, parties: roles), .init(.checkpoint, ofEach: ordered),
        ])
    }

    package func inspectors(for job: Job, in session: InspectedSession) throws -> [any PayloadInspector] {
        try inspectors(for: job, hash: purpose.hash(of: job.hash), in: session, known: InspectionLedger())
    }

    /// The same in a session that goes on after the alignment.
    ///
    /// - Parameters:
    ///   - hash: of the job, for the session's purpose.
    ///   - single: labels of commitments to one value, whatever the set.
    func inspectors(
        for job: Job, hash: Bytes32, in session: InspectedSession, known: InspectionLedger,
        ofOne single: Set<String> = []
    ) throws -> [any PayloadInspector] {
        let pair = session.parties.compactMap { job.index(of: $0.name) }
        guard pair.count == 2 else { throw MultipartyError.badSessions("a session is of two of the job's parties") }
        let alignment = try MultipartyAlignment.inspectors(
            of: MultipartySettings(job), between: (pair[0], pair[1]), job: hash,
            session: session.session, moduli: known.moduli, duplicates: known.duplicates, local: session.local)
        let sizes = CommittedSetInspector(ofOne: single, hidesSizes: !pair.contains(0))
        // Two passive parties say nothing of their logs to the active one.
        let names = pair.contains(0) ? job.parties.map(\.name) : job.parties.dropFirst().map(\.name)
        return alignment + [sizes, MeshHeadsInspector(sites: names)]
    }

    package func check(_ inputs: JobInputs) throws {
        guard inputs.job.kind == .several else {
            throw Failure(
                .usage, "notOfSeveral", "this aligns three to eight parties, and the job is of another kind",
                hint: "moiety job explain says what the job is")
        }
    }

    package func work(_ setup: WorkSetup) throws -> MeshSessionWork<JointAlignmentResult> { MeshSessionWork() }

    package func results(of finished: FinishedSession<JointAlignmentResult>) throws -> [ResultFile] {
        try JointFiles(finished.inputs.file, finished.result).results()
    }

    package func details(of result: JointAlignmentResult) -> [String: String] { ["rows": "\(result.rows.count)"] }
}

extension MultipartySettings {
    /// - Throws: `MultipartyError.badSettings` for a job of another kind.
    init(_ job: Job, patience: Duration = .seconds(3600)) throws {
        try self.init(
            parties: job.parties.map(\.name), active: 0,
            alignment: AlignmentSettings(
                scheme: .paillierOPRF, keyBits: job.keys.bits, role: .bySize,
                maximumOwnCount: job.limits.maximumSetSize, maximumPeerCount: job.limits.maximumSetSize,
                minimumCohort: job.limits.minimumCohort), patience: patience)
    }
}
