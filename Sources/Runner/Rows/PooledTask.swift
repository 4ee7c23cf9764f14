import Jobs
import PooledRegression
import Records
import SecureSums
import Site
import Wire

/// What a job split by rows computes: a fit, or an analysis over sums of the same kind.
enum PooledTask: Sendable {
    case fit(PooledModel)
    case analysis(PooledAnalysis)

    init(_ job: Job) {
        guard let rows = job.rows else {
            self = .fit(PooledModel(job))
            return
        }
        switch rows.analysis {
        case .model:
            if rows.hasGrid {
                self = .analysis(.hazards(GridDesign(job, rows)))
            } else if let privacy = rows.privacy {
                self = .analysis(.noisy(NoisyDesign(job, privacy)))
            } else {
                self = .fit(PooledModel(job))
            }
        case .table: self = .analysis(.table(TableDesign(job)))
        case .survival: self = .analysis(.curves(CurveDesign(job, rows)))
        }
    }

    /// What the job alone shows.
    ///
    /// - Throws: `PooledError`.
    func check(_ settings: SumSettings) throws {
        switch self {
        case .fit(let model): try PooledFit.check(model, settings)
        case .analysis(let analysis): try analysis.check(settings)
        }
    }

    /// That these rows are taken, before anybody is called.
    ///
    /// - Throws: `PooledError`.
    func check(_ rows: PooledAnalysis.Rows, _ settings: SumSettings, _ secret: SiteSecret) throws {
        switch self {
        case .fit(let model): try PooledFit(model, rows: rows.ofModel).checkScale()
        case .analysis(let analysis): _ = try analysis.prepare(rows, settings, secret: secret)
        }
    }

    /// Opens sum after sum.
    func run(
        _ rows: PooledAnalysis.Rows, over mesh: SumMesh, from state: PooledState, _ secret: SiteSecret,
        _ hooks: SumHooks
    ) async throws -> PooledAnswer {
        switch self {
        case .fit(let model):
            var fit = try PooledFit(model, rows: rows.ofModel)
            (fit.begin, fit.willOpen, fit.save) = (hooks.begin, hooks.willOpen, hooks.save)
            return .fit(try await fit.run(over: mesh, from: state))
        case .analysis(let analysis):
            let prepared = try analysis.prepare(rows, mesh.settings, secret: secret)
            return .analysis(try await prepared.run(over: mesh, from: state, hooks))
        }
    }

    /// What the ledger keeps of a sum that is about to be opened; nil for one of a model.
    func cells(_ settings: SumSettings, step: String) throws -> PooledBook.Cells? {
        guard case .analysis(let analysis) = self, let cells = try analysis.cells(settings) else { return nil }
        return PooledBook.Cells(cells.kind, design: cells.design, isOpened: step == cells.step)
    }

    /// All sites of the job, where it fits a model without noise or cells.
    func sitesOfFit(_ job: Job) -> [String]? {
        guard case .fit = self else { return nil }
        return job.parties.map(\.name)
    }

    /// What sums come to.
    ///
    /// - Throws: `SumError.badState` for sums of another job, or that are not all; `PooledError` where there is no result.
    func outcome(of sums: [OpenedSum], _ settings: SumSettings) throws -> PooledAnswer {
        switch self {
        case .fit(let model): .fit(try PooledFit.outcome(of: sums, model, settings))
        case .analysis(let analysis): .analysis(try analysis.outcome(of: sums, settings))
        }
    }
}

extension SiteSecret {
    /// Of this site for this job.
    init(_ identity: SiteIdentity, _ job: Job) throws {
        guard let secret = SiteSecret(bytes: RowsSecret.bytes(of: identity, job: job.hash)) else {
            throw Failure(.internalError, "noSecret", "a derived key has 32 bytes")
        }
        self = secret
    }
}

extension GridDesign {
    init(_ job: Job, _ rows: RowTerms) {
        let model = PooledModel(job)
        self.init(
            terms: model.terms, features: job.parties[0].features.map { ColumnSpec($0).terms.count }, times: rows.times,
            isRobust: rows.covariance == .hc0, smallestCell: job.limits.minimumCell,
            iterations: job.model.maximumPasses)
    }
}

extension NoisyDesign {
    init(_ job: Job, _ privacy: PrivacyTerms) {
        func bounds(_ column: String?) -> Bounds? {
            privacy.bounds.first { $0.column == column }.map { Bounds(low: $0.low, high: $0.high) }
        }
        let party = job.parties[0]
        self.init(
            family: job.model.family, terms: PooledModel(job).terms,
            bounds: party.features.flatMap { feature in
                ColumnSpec(feature).terms.map { _ in
                    feature.levels == nil ? bounds(feature.column) ?? Bounds(low: 0, high: 0) : Bounds(low: 0, high: 1)
                }
            }, labelBounds: job.model.family == .linear ? bounds(party.label) : nil,
            budget: PrivacyBudget(epsilon: privacy.epsilon, delta: privacy.delta), clip: privacy.clip,
            rounds: privacy.rounds)
    }
}

extension TableDesign {
    init(_ job: Job) {
        let group = job.rowsGroup
        self.init(
            columns: job.parties[0].features.filter { $0.column != group?.column }.map { Column($0) },
            group: group.map { Column($0) }, smallestCell: job.limits.minimumCell,
            largestLeverage: Guards.largestLeverage(job), fewestRows: job.limits.minimumCohort)
    }
}

extension CurveDesign {
    init(_ job: Job, _ rows: RowTerms) {
        self.init(
            times: rows.times, group: job.rowsGroup.map { TableDesign.Column($0) },
            smallestCell: job.limits.minimumCell)
    }
}

extension TableDesign.Column {
    init(_ feature: Feature) { self.init(name: feature.column, levels: feature.levels ?? []) }
}

extension PooledAnalysis.Rows {
    /// All usable rows of a site's table, in the ascending order of their identifiers.
    ///
    /// - Throws: `RecordsError` for what is wrong in the table.
    init(_ job: Job, _ table: PartyTable, _ rows: AlignedRows) throws {
        let group = table.features.first { $0.name == job.rows?.group }
        let places = try group.map { spec in
            try rows.optionalValues(spec, missing: table.missing).map { value in value.map { Int($0) } }
        }
        switch job.rows?.analysis ?? .model {
        case .model: self = .model(try PooledRows(table, rows))
        case .table:
            let columns = try table.features.filter { $0.name != group?.name }.map {
                try rows.optionalValues($0, missing: table.missing)
            }
            self = .table(TableRows(columns: columns, group: places))
        case .survival:
            guard let label = try table.outcome(rows), let time = try table.values(of: .time, rows) else {
                throw Failure(.internalError, "noTime", "a job for curves has label and time")
            }
            self = .curves(CurveRows(time: time, event: label.values, group: places))
        }
    }

    /// - Throws: `PooledError`: they are of another analysis.
    var ofModel: PooledRows {
        get throws {
            guard case .model(let rows) = self else {
                throw PooledError.badRows("they are of another analysis", row: nil)
            }
            return rows
        }
    }
}
