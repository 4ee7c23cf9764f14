import Jobs
package import PooledRegression
import ProtocolKit
import Records
import SecureSums
import Site
import Transcript
package import Wire

/// What came of a pooled fit, the same at every site.
package struct PooledResult: Sendable {
    package let outcome: PooledOutcome
    /// Identity of the mesh.
    package let mesh: Bytes32

    func facts(salt: Bytes32) throws -> ResultFacts {
        ResultFacts(
            try ResultFiles.json(outcome), file: "pooled.json", salt: salt,
            counts: [
                "rows": Int64(outcome.summary.n), "sites": Int64(outcome.summary.sites.count),
                "sums": Int64(outcome.summary.rounds), "parameters": Int64(outcome.summary.parameters),
            ])
    }
}

/// One site's side of a pooled fit, from the set-up of the mesh to its result: what runs when the sessions run, and over sessions that
/// read their logs when they are replayed.
struct PooledRun: Sendable {
    let job: Job
    let own: Int
    let rows: PooledRows
    /// Signs statements with the site's identity.
    let signer: StatementSigner
    /// Where a run that stopped goes on.
    let start: PooledState
    let patience: Duration
    /// Hears the identity of the mesh.
    var opened: @Sendable (Bytes32) -> Void = { _ in }
    /// Before anything is sent, before a sum is opened, and after it.
    var begin: @Sendable (PooledState) async throws -> Void = { _ in }
    var willOpen: @Sendable (PooledFit.Notice) async throws -> Void = { _ in }
    var save: @Sendable (PooledState, PooledFit.Notice) async throws -> Void = { _, _ in }

    /// What the sums from which the run would go on already say.
    ///
    /// - Throws: `SumError.badState` where the fit has not ended with them.
    func outcomeOfStart() throws -> PooledOutcome {
        try PooledFit(PooledModel(job), rows: rows).outcome(of: start, settings: SumSettings(job, patience: patience))
    }

    /// - Parameter sessions: by the number of the peer, approvals and commitments exchanged.
    func run(over sessions: [Int: Session]) async throws -> PooledResult {
        let mesh = try await SumMesh.open(
            sessions, settings: SumSettings(job, patience: patience), own: own, signer: signer)
        opened(mesh.id)
        var fit = try PooledFit(PooledModel(job), rows: rows)
        fit.begin = begin
        fit.willOpen = willOpen
        fit.save = save
        return PooledResult(outcome: try await fit.run(over: mesh, from: start), mesh: mesh.id)
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
