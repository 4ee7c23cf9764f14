import Jobs
import PrivateSetIntersection
import Records
import SplitRegression
import Wire

/// Joint scoring of new rows with the parts of a model that both sites kept.
struct Prediction: Sendable {
    struct Scored: Sendable {
        /// In common order.
        let rows: AlignedRows
        /// The active party's joint linear predictors.
        let scores: [Double]?
    }

    let file: JobFile
    let saved: SavedModel
    let own: Party
    let peer: Party
    let table: PartyTable
    private let ledger: CohortLedger

    /// - Throws: `Failure` 4 when the job does not open scores or was never approved here, 65 when the model is not of
    ///   the job in it.
    init(_ saved: SavedModel, table: String, at site: SiteFolder) throws {
        self.saved = saved
        file = try JobFile(yaml: saved.jobYAML)
        guard file.hash == saved.job, saved.party == site.name else {
            throw Failure(.badData, "invalidModel", "the model is not of this site and the job in it")
        }
        (own, peer) = try file.parties(at: site)
        guard file.job.reveals(.scores) else {
            throw Failure(
                .refusedByPolicy, "scoresNotOpened", "the job of this model does not open scores",
                hint: "scores must stand in the job's reveal list when it is approved and run")
        }
        let identity = try site.identity()
        _ = try site.approvals.note(of: file, by: identity)
        ledger = CohortLedger(site: site, identity: identity, minimumDifference: file.job.limits.minimumCell)
        try site.policy().check(file.job, as: site.name)
        self.table = try PartyTable(scoring: own, site: site, table: table)
    }

    var family: TrainingPlan.Family { TrainingPlan.Family(file.job.model.family) }

    /// SHA-256("moiety/prediction/v1" || job hash): a session of predictions is no session of the job.
    private var termsHash: Bytes32 {
        Bytes32(hashing: Array("moiety/prediction/v1".utf8) + file.job.hash.bytes)
    }

    func run(over link: PeerLink, progress: ProgressReporter) async throws -> Scored {
        let terms = SessionTerms(
            jobHash: termsHash, role: own.role.rawValue, peerRole: peer.role.rawValue,
            protocols: [.alignment, .training])
        return try await link.withSession(
            terms, seed: SessionSeed(), recorder: MemoryRecorder(keepsPayloads: false)
        ) { session in
            let intersection = try await PrivateSetIntersection.Alignment.run(
                table.identifiers.values, over: session, settings: AlignmentSettings(file.job, own: own)
            ) { progress.report($0) }
            let rows = try table.table.rows(at: intersection.rowIndices, of: table.identifiers)
            progress.say("aligned \(rows.count) new rows with \(session.peerName)")
            try checkScores(rows)
            let design = try DesignMatrix(
                rows, columns: table.features, scalings: saved.model.scalings, missing: table.missing,
                fractionBits: family.featureFractionBits)
            let partial = try saved.model.partialScores(design)
            guard own.role == .active else {
                try await ScoreExchange.send(
                    partial, model: saved.model, minimumColumns: file.job.limits.minimumPassiveColumns, over: session,
                    round: 1)
                return Scored(rows: rows, scores: nil)
            }
            return Scored(
                rows: rows, scores: try await ScoreExchange.receive(adding: partial, over: session, round: 1))
        }
    }

    /// Guard 5: too many score vectors about the same rows would give away the other side's columns.
    private func checkScores(_ rows: AlignedRows) throws {
        let facts = GuardFacts(
            job: file.job, rows: rows.count,
            earlierScoreVectors: try ledger.scoreVectors(of: rows, peer: peer.name))
        let finding = Guards.findings(file.job, facts).first { $0.number == Guard.scores.number }
        guard let finding, finding.verdict == .refused else { return }
        throw Failure(.refusedByPolicy, finding.name, "\(finding.name): \(finding.figures)", hint: finding.remedy)
    }

    func remember(_ scored: Scored) throws {
        try ledger.rememberScores(of: scored.rows, job: file.hash, peer: peer.name)
    }
}
