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
    /// By name: what this party's rows hold that the peer must not learn.
    private let hidden: [(name: String, values: [Double])]

    init(_ inputs: JobInputs, _ rows: AlignedRows) throws {
        let (job, table) = (inputs.job, inputs.table)
        self.rows = rows
        own = inputs.own
        plan = DescriptionPlan(job)
        let isActive = inputs.own.role == .active
        let specs = isActive ? plan.active : plan.passive
        let columns = try specs.map { try rows.values($0, missing: table.missing) }
        let group =
            try isActive ? job.active.group.map { try rows.values(ColumnSpec($0), missing: table.missing) } : nil
        input = CohortDescription.Input(
            columns: columns, rows: rows.count, group: group.map { $0.map { Int($0) } },
            weight: isActive ? try table.values(of: .weight, rows) : nil)
        design = try DesignMatrix(rows, columns: specs, missing: table.missing)
        hidden =
            group.map { [(job.active.group?.column ?? "", $0)] }
            ?? zip(specs, columns).map { ($0.name, $1) }
    }

    /// Columns that no table shows: constant ones, small levels.
    package func problems(for job: Job) -> [DesignProblem] {
        design.problems(
            limits: DesignLimits(
                minimumCell: job.limits.minimumCell, maximumParametersPerRow: .infinity, maximumLeverage: .infinity))
    }

    /// What the description opens to the peer, against what this party's rows hold.
    package func budget(for job: Job) -> BitBudget {
        BitBudget(
            bits: DescribedBits(job, rows: rows.count, to: own.role == .active ? .passive : .active).total,
            hidden: HiddenBits(columns: hidden) ?? HiddenBits(bits: .infinity, of: "no column"),
            loosened: job.loosened.contains(.budget), what: "description")
    }
}
