public import Jobs
public import Wire

/// Everything that a verifier, a ledger and a reader of leakage tables know about the sessions of one purpose: one value a purpose, in
/// place of a switch wherever it matters. How a site runs such a session is the runner's refinement of it.
///
/// CONTRIBUTING.md shows with an example how a purpose is added.
public protocol SessionProtocol: Sendable {
    /// Its name, which is hashed and stays as it is.
    var purpose: SessionPurpose { get }
    /// For sentences: "an alignment".
    var phrase: String { get }
    /// What a reader might take it for and it is not: "with coefficients of each party's choice".
    var caveat: String? { get }
    /// What both hellos list.
    var versions: [ProtocolVersion] { get }
    /// Every description that its plans are made of, whatever the job.
    var descriptions: [ProtocolDescription] { get }
    /// What may come in which order: followed by the running session and by the verifier.
    func plan(for job: Job) -> ProtocolPlan
    /// The same for a session between two of the job's parties, where a job has more.
    func plan(for job: Job, between parties: [String]) -> ProtocolPlan
    /// Its sessions are under jobs of this kind, and under no other.
    var jobKind: JobKind { get }
    /// Labels of what each party commits to before the first protocol message, these and no others (`protocols/transcript.md` 7):
    /// cells only where the session computes with them.
    var commitments: Set<String> { get }
    /// What looks at payloads: the running session and the verifier both ask here, so that neither accepts what the other rejects
    /// (`protocols/wire.md` 8.1).
    ///
    /// - Throws: where the job asks for something that no such session can do.
    func inspectors(for job: Job, in session: InspectedSession) throws -> [any PayloadInspector]
    /// What every outcome counts, these and no others.
    var counts: Set<String> { get }
    /// Whether outcomes name metrics.
    var hasMetrics: Bool { get }
    /// Which of the job's guards hold for it.
    var guards: GuardScope { get }
    /// What the guards need to know of a session as it ran, from its outcome's counts; `nil` where these do not say it.
    func guardFacts(for job: Job, counts: [String: Int64]) -> GuardFacts?
    /// What it costs.
    var disclosure: Disclosure { get }
    /// Phases of the leakage table that it goes through, in their order.
    var phases: [LeakagePhase] { get }
    /// Rows of the leakage table that `Jobs` does not have already: what each party sends and learns in phases of its own.
    ///
    /// - Parameter rows: rows of the cohort, once they are known.
    func leakage(of job: Job, rows: Int?) -> [LeakageTable.Row]
}

extension SessionProtocol {
    public var caveat: String? { nil }
    public var hasMetrics: Bool { false }
    public var guards: GuardScope { .cohort }
    public var jobKind: JobKind { .pair }

    public func plan(for job: Job, between parties: [String]) -> ProtocolPlan { plan(for: job) }
    /// The cohort's size, if an outcome of it says so.
    public func guardFacts(for job: Job, counts: [String: Int64]) -> GuardFacts? {
        counts["rows"].map { GuardFacts(job: job, rows: Int($0)) }
    }

    public func leakage(of job: Job, rows: Int?) -> [LeakageTable.Row] { [] }

    /// So that nobody takes a session for more than it was.
    public var notTheJob: String? {
        // Under a job of many parties there is nothing else.
        guard purpose != .fit, jobKind == .pair else { return nil }
        return "This session was \(phrase) under the job\(caveat.map { ", \($0)" } ?? ""), not the job's own fit."
    }
}

/// Which of a job's guards hold for a session under it.
public enum GuardScope: Sendable, Hashable {
    /// All: it fits the job's model.
    case all
    /// The job limits the cohort and nothing else.
    case cohort
}

/// What inspectors may need of a session: for the contexts of proofs, and for what only a running session knows.
public struct InspectedSession: Sendable, Hashable {
    public let session: Bytes32
    /// Both of them; for a verifier the keeper of the transcript is the first.
    public let parties: [PartyDescription]
    /// The party that runs the session now; `nil` for a verifier.
    public let local: String?

    public init(session: Bytes32, parties: [PartyDescription], local: String? = nil) {
        self.session = session
        self.parties = parties
        self.local = local
    }
}
