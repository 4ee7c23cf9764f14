package import Jobs
package import Records
import Site
import SplitRegression

/// The aligned rows as a description takes them.
package struct DescribedCohort: Sendable {
    package let rows: AlignedRows
    let plan: DescriptionPlan
    let input: CohortDescription.Input
    private let own: Party
    private let design: DesignMatrix
    /// By name: what this party's rows hold that no other must learn.
    private let hidden: [(name: String, values: [Double])]

    /// - Parameter own: the party whose rows they are.
    init(_ job: Job, _ own: Party, _ table: PartyTable, _ rows: AlignedRows) throws {
        self.rows = rows
        self.own = own
        let isActive = own.role == .active
        // Of several passive parties the active one has such a plan with each.
        plan = DescriptionPlan(job, with: isActive ? job.passive : own)
        let specs = isActive ? plan.active : plan.passive
        let columns = try specs.map { try rows.values($0, missing: table.missing) }
        let group =
            try isActive ? job.active.group.map { try rows.values(ColumnSpec($0), missing: table.missing) } : nil
        input = CohortDescription.Input(
            columns: columns, rows: rows.count, group: group.map { $0.map { Int($0) } },
            weight: isActive && plan.isWeighted ? try table.values(of: .weight, rows) : nil)
        design = try DesignMatrix(rows, columns: specs, missing: table.missing)
        let grouped = group.map { [(job.active.group?.column ?? "", $0)] } ?? zip(specs, columns).map { ($0.name, $1) }
        hidden = grouped + (input.weight.map { [(job.active.beside.weights ?? "", $0)] } ?? [])
    }

    /// Refuses columns that no table shows: constant ones, small levels, rows far from all others. Columns that follow from each other
    /// do no harm here.
    ///
    /// - Throws: `RecordsError.unfitDesign`, `DescriptionError.farRow`.
    package func check(for job: Job) throws {
        let limits = DesignLimits(
            minimumCell: job.limits.minimumCell, maximumParametersPerRow: .infinity, maximumLeverage: .infinity)
        let problems = design.problems(limits: limits).filter { problem in
            // A table has no coefficients, and no intercept.
            switch problem {
            case .aliased, .farFromZero: false
            default: true
            }
        }
        guard problems.isEmpty else { throw RecordsError.unfitDesign(problems) }
        try CohortDescription.check(own.role == .active ? .active : .passive, input, plan: plan)
        let limit = Guards.largestLeverage(job)
        for spec in design.specs where spec.kind == .numeric {
            guard let index = design.terms.firstIndex(of: spec.name) else { continue }
            let furthest = design.columns[index].reduce(0) { max($0, abs($1)) }
            let leverage = (1 + furthest * furthest) / Double(design.rows)
            guard leverage <= limit else {
                throw DescriptionError.farRow(column: spec.name, leverage: leverage, limit: limit)
            }
        }
    }

    /// What the description opens to another party, against what this party's rows hold.
    package func budget(for job: Job, to peer: Party) -> BitBudget {
        let bits = { (party: Party) in DescribedBits(job, rows: rows.count, from: own, to: party).total }
        let others = job.others(than: own.name).filter { $0.name != peer.name }
        return BitBudget(
            bits: bits(peer), toOthers: others.reduce(0) { $0.plusClamped(bits($1)) },
            hidden: HiddenBits(columns: hidden) ?? HiddenBits(bits: 0, of: "no column"),
            // Who has no column and no group says how many rows there are, and nothing of them.
            loosened: hidden.isEmpty || job.loosened.contains(.budget), isPerRun: true, what: "description")
    }
}
