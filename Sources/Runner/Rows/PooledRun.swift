import Jobs
import PooledRegression
import ProtocolKit
import Records
import SecureSums
import Site
import Transcript
package import Wire

/// What came of a pooled fit, the same at every site.
package struct PooledResult: Sendable {
    package let answer: PooledAnswer
    /// Identity of the mesh.
    package let mesh: Bytes32

    func facts(salt: Bytes32) throws -> ResultFacts {
        ResultFacts(try answer.json(), file: "pooled.json", salt: salt, counts: Self.counts(of: answer))
    }

    /// What each site signs of it.
    static func counts(of answer: PooledAnswer) -> [String: Int64] {
        [
            "rows": Int64(answer.rows), "sites": Int64(answer.sites.count),
            "sums": Int64(answer.rounds), "parameters": Int64(answer.parameters),
        ]
    }
}

/// One site's side of a pooled fit, from the set-up of the mesh to its result: what runs when the sessions run, and over sessions that
/// read their logs when they are replayed.
struct PooledRun: Sendable {
    let job: Job
    let own: Int
    let rows: PooledAnalysis.Rows
    /// What its objections in votes are drawn from.
    let secret: SiteSecret
    /// Signs statements with the site's identity.
    let signer: StatementSigner
    /// Where a run that stopped goes on.
    let start: PooledState
    let patience: Duration
    /// Hears the identity of the mesh.
    var opened: @Sendable (Bytes32) -> Void = { _ in }
    /// Before anything is sent, before a sum is opened, and after it.
    var hooks = SumHooks()

    /// What the sums from which the run would go on already say.
    ///
    /// - Throws: `SumError.badState` where nothing has ended with them.
    func outcomeOfStart() throws -> PooledAnswer {
        try PooledTask(job).outcome(of: start.rounds, SumSettings(job, patience: patience))
    }

    /// - Parameter sessions: by the number of the peer, approvals and commitments exchanged.
    func run(over sessions: [Int: Session]) async throws -> PooledResult {
        let mesh = try await SumMesh.open(
            sessions, settings: SumSettings(job, patience: patience), own: own, signer: signer)
        opened(mesh.id)
        let answer = try await PooledTask(job).run(rows, over: mesh, from: start, secret, hooks)
        return PooledResult(answer: answer, mesh: mesh.id)
    }
}

extension SumSettings {
    /// - Throws: `SumError.badSettings` for a job that is not split by rows.
    init(_ job: Job, patience: Duration = .seconds(600)) throws {
        try self.init(
            parties: job.parties.map(\.name), coalition: job.rows?.coalition ?? 0,
            onLoss: job.rows?.onLoss == .continue ? .continue : .wait, patience: patience)
    }
}

extension PooledModel {
    /// The model of a job split by rows.
    init(_ job: Job) {
        let party = job.parties[0]
        let robust: Robust? =
            switch job.rows?.covariance ?? .classical {
            case .classical: nil
            case .hc0: .hc0
            case .hc1: .hc1
            case .sites: .sites
            }
        let columns = party.features.map { ColumnSpec($0) }
        self.init(
            family: job.model.family, terms: columns.flatMap { $0.terms.map(\.name) },
            indicators: columns.flatMap { column in column.terms.map { _ in column.kind != .numeric } },
            hasWeights: party.beside.weights != nil, hasOffset: party.beside.movesPredictor, theta: job.model.theta,
            ties: job.model.ties ?? .efron, robust: robust, smallestCell: job.limits.minimumCell,
            iterations: job.model.maximumPasses, largestLeverage: Guards.largestLeverage(job),
            fewestRows: job.limits.minimumCohort)
    }
}

extension PooledRows {
    /// All usable rows of a site's table, in the ascending order of their identifiers.
    ///
    /// - Throws: `RecordsError` for what is wrong in the table.
    init(_ table: PartyTable, _ rows: AlignedRows) throws {
        guard let label = try table.outcome(rows) else {
            throw Failure(.internalError, "noLabel", "a job split by rows has a label")
        }
        var columns: [[Double]] = []
        for spec in table.features {
            let values = try rows.values(spec, missing: table.missing)
            switch spec.kind {
            case .numeric, .binary: columns.append(values)
            case .categorical(let levels, let reference):
                for (index, level) in levels.enumerated() where level != reference {
                    columns.append(values.map { $0 == Double(index) ? 1 : 0 })
                }
            }
        }
        self.init(
            label: label.values, columns: columns, offset: try table.predictorOffset(rows),
            weight: try table.values(of: .weight, rows), survival: try table.survival(rows))
    }
}

extension PartyTable {
    /// All usable rows in the ascending order of their identifiers: the same however the table is sorted.
    func pooledRows() throws -> AlignedRows {
        try table.rows(at: Array(0..<identifiers.count), of: identifiers).sortedByIdentifier
    }

    /// What makes this site's rows unfit for sums that others learn: too few for the model, small cells, rows that weigh too much. A level
    /// that nobody has here, and columns that do not vary here, do no harm: other sites' rows are in the sums too.
    func pooledProblems(for job: Job, _ rows: AlignedRows) throws -> [DesignProblem] {
        // Cells of tables, curves and grids are voted on.
        guard let terms = job.rows, terms.analysis == .model, !terms.hasGrid else { return [] }
        // A refusal by what rows hold would tell of them.
        guard terms.privacy == nil else { return [] }
        let limits = DesignLimits(job)
        let design = try DesignMatrix(rows, columns: features, missing: missing)
        for column in beside { _ = try values(of: column.domain, rows) }
        try checkEntries(rows)
        let outcome = try outcome(rows)
        let problems =
            design.problems(limits: limits, parameters: job.coefficientCount)
            + (outcome?.problems(limits: limits) ?? [])
        return problems.filter { problem in
            switch problem {
            case .constant, .aliased: false
            case .smallCell(_, _, let rows, _): rows > 0
            default: true
            }
        }
    }
}
