package import Jobs
import PrivateSetIntersection
package import ProtocolKit
import Records
import Site
import SplitRegression
package import Wire

/// A fit of three to eight parties with different columns: their alignment, then training with a helper, over one session of each pair, all of
/// one mesh (`protocols/multiparty-training.md`). What is said here is about one pair's session; ``MeshExecution`` runs them together.
package struct JointFitProtocol: SiteProtocol {
    private let alignment = JointAlignmentProtocol()

    package init() {}

    package var purpose: SessionPurpose { SessionPurpose("joint-fit") }
    package var phrase: String { "a fit of several parties" }
    package var jobKind: JobKind { .several }
    package var versions: [ProtocolVersion] { alignment.versions + [.inputs, .training, .model] }
    package var descriptions: [ProtocolDescription] {
        alignment.descriptions + [.inputs, .model]
            + ModelFamily.allCases.flatMap { [.trainingOfHolders($0), .trainingOfOthers($0)] }
    }
    package var commitments: Set<String> { alignment.commitments }
    package var counts: Set<String> { ["rows", "parties", "fitted", "passes", "parameters", "converged"] }
    package var hasMetrics: Bool { true }
    package var guards: GuardScope { .all }
    package var disclosure: Disclosure { .model }
    package var phases: [LeakagePhase] { LeakagePhase.ofSeveralFit }

    package func plan(for job: Job) -> ProtocolPlan { plan(for: job, between: job.parties.prefix(2).map(\.name)) }

    package func plan(for job: Job, between parties: [String]) -> ProtocolPlan {
        // A job of another kind has no such session: nothing may come.
        guard job.hasModel, let pair = JointPair(job, parties) else { return ProtocolPlan([]) }
        return ProtocolPlan(job, ofSeveral: parties) { _, names in
            training(job, pair) + [.init(.model, parties: ["active": names[0], "passive": names[1]])]
        }
    }

    private func training(_ job: Job, _ pair: JointPair) -> [ProtocolPlan.Part] {
        switch pair.training {
        case .shares(let active, let helper):
            [.init(.trainingOfHolders(job.model.family), parties: ["active": active, "passive": helper])]
        case .columns(let holder, let other, _, _):
            [.init(.trainingOfOthers(job.model.family), parties: ["holder": holder, "other": other])]
        case .nothing: []
        }
    }

    package func inspectors(for job: Job, in session: InspectedSession) throws -> [any PayloadInspector] {
        guard job.hasModel, let pair = JointPair(job, session.parties.map(\.name)) else {
            throw MultipartyError.badSessions("a session is of two of the job's parties")
        }
        let known = InspectionLedger()
        let plan: @Sendable (Int) -> TrainingPlan = { TrainingPlan(job, rows: $0) }
        let training: [any PayloadInspector] =
            switch pair.training {
            case .shares(let active, _):
                [
                    TrainingInspector(
                        session: session.session, active: active, moduli: known.moduli, duplicates: known.duplicates,
                        local: session.local, plan: plan)
                ]
            case .columns(let holder, _, let isHelper, let index):
                [
                    OtherTrainingInspector(
                        session: session.session, holder: holder, isHelper: isHelper, index: index,
                        moduli: known.moduli, duplicates: known.duplicates, local: session.local, plan: plan)
                ]
            case .nothing: []
            }
        return training
            + (try alignment.inspectors(for: job, hash: purpose.hash(of: job.hash), in: session, known: known))
            + [InputRootsInspector(job, label: true), ModelCommitmentInspector()]
    }

    package func guardFacts(for job: Job, counts: [String: Int64]) -> GuardFacts? {
        counts["fitted"].map { GuardFacts(job: job, rows: Int($0)) }
    }

    package func check(_ inputs: JobInputs) throws {
        try alignment.check(inputs)
        guard inputs.job.hasModel else {
            throw Failure(
                .usage, "alignsOnly",
                "a job of \(inputs.job.parties.count) parties without a model aligns their rows, and fits nothing",
                hint:
                    "moiety align run, at every party at the same time; or give the job a model and a helper (protocols/job.md 8)"
            )
        }
    }

    package func work(_ setup: WorkSetup) throws -> MeshSessionWork<JointFitResult> { MeshSessionWork() }

    package func results(of finished: FinishedSession<JointFitResult>) throws -> [ResultFile] {
        try JointFitFiles(finished.inputs.file, finished.inputs.own, finished.result).results()
    }

    package func details(of result: JointFitResult) -> [String: String] {
        ["rows": "\(result.alignment.rows.count)"]
    }
}

/// What a session of two parties of a fit carries.
struct JointPair {
    enum Training {
        /// The active party and the helper.
        case shares(active: String, helper: String)
        /// One of these with a further passive party, the number of which is among the further ones.
        case columns(holder: String, other: String, isHelper: Bool, index: Int)
        /// Two further passive parties compute nothing with each other.
        case nothing
    }

    /// In the order of the job.
    let numbers: [Int]
    let names: [String]
    let training: Training

    init?(_ job: Job, _ parties: [String]) {
        numbers = parties.compactMap { job.index(of: $0) }.sorted()
        names = numbers.map { job.parties[$0].name }
        guard numbers.count == 2, let helper = job.helper else { return nil }
        let further = job.furtherParties.map(\.name)
        let others = names.filter(further.contains)
        let holders = names.filter { !further.contains($0) }
        if let other = others.first, let holder = holders.first, let index = further.firstIndex(of: other) {
            training = .columns(holder: holder, other: other, isHelper: holder == helper, index: index)
        } else {
            training = holders.isEmpty ? .nothing : .shares(active: job.active.name, helper: helper)
        }
    }
}
