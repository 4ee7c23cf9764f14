/// The active party's outcome over the aligned rows.
public struct LabelColumn: Sendable {
    public let name: String
    public let isBinary: Bool
    /// 0 or 1, or the number, in the column's own unit.
    public let values: [Double]

    /// - Parameter domain: of the model's outcomes.
    /// - Throws: errors of `AlignedRows.values`; `badColumn` for a categorical label.
    public init(
        _ rows: AlignedRows, _ spec: ColumnSpec, in domain: ValueDomain = .number, missing: MissingTokens = .standard
    ) throws(RecordsError) {
        switch spec.kind {
        case .categorical: throw .badColumn(name: spec.name, problem: .notALabel)
        case .binary: isBinary = true
        case .numeric: isBinary = false
        }
        name = spec.name
        values = try rows.values(spec, in: domain, missing: missing)
    }

    /// Mean and population standard deviation.
    public var scaling: Scaling { Scaling(measuring: values) }

    /// Half of what a model's coefficients of 40 fraction bits have room for.
    private static let largestLinear = 0x1p22

    /// Of a gamma model: beneath it the constant alone takes up the room that predictors have.
    private static let leastMean = 0x1p-10

    /// A label in a unit that a model's numbers have no room for. Asked before a fit begins, which would else end with its last step, or
    /// not converge.
    ///
    /// - Parameter hasOffset: whether offsets or exposures may bring the mean back.
    public func sizeProblems(_ family: ModelFamily, hasOffset: Bool) -> [DesignProblem] {
        switch family {
        case .linear:
            let largest = values.reduce(0) { max($0, abs($1)) }
            guard largest >= Self.largestLinear else { return [] }
            return [.labelTooLarge(column: name, largest: largest, limit: Self.largestLinear)]
        case .gamma:
            let mean = scaling.mean
            guard !hasOffset, mean < Self.leastMean else { return [] }
            return [.labelTooSmall(column: name, mean: mean, limit: Self.leastMean)]
        default: return []
        }
    }

    /// Rows with each value of a yes/no label.
    public var positives: Int { values.count { $0 == 1 } }

    /// A label that does not vary, or a yes/no label with a group below the minimum cell.
    public func problems(limits: DesignLimits = .standard) -> [DesignProblem] {
        if isBinary {
            let counts = [("no", values.count - positives), ("yes", positives)]
            return counts.filter { $0.1 < limits.minimumCell }.map { level, rows in
                .smallCell(column: name, level: level, rows: rows, minimum: limits.minimumCell)
            }
        }
        return scaling.sd > 0 ? [] : [.constant(term: name)]
    }
}
