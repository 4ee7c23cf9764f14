import Records
import SplitRegression

extension Course {
    /// Numbers of the request's vector.
    var count: Int {
        let p = model.coefficientCount
        let derivatives = Self.derivativeCount(model)
        switch request {
        case .counts: return Scales.count(model)
        case .iteration: return derivatives
        case .last: return derivatives + (isCox ? 0 : LocalRows.lastCount)
        case .null: return 3
        case .robust: return p
        case .done: return 0
        }
    }

    /// Numbers of one pass: loss, score, information.
    static func derivativeCount(_ model: PooledModel) -> Int {
        let p = model.coefficientCount
        return 1 + p + p * (p + 1) / 2 + (model.estimatesTheta ? 2 : 0)
    }

    var name: String {
        switch request {
        case .counts: "counts"
        case .iteration: "iteration \(iterations + 1)"
        case .last: "last point"
        case .null: "null model"
        case .robust: "robust errors"
        case .done: "end"
        }
    }

    /// The largest magnitude in each row of ``rawRows()``: squares of influences are opened in its unit, or they would have no digits
    /// where a column's unit is large.
    func rawUnits() -> [Double] { rawRows().map { $0.reduce(0) { max($0, abs($1)) } } }

    /// ``rawRows()`` in these units.
    func unitRows() -> [[Double]] {
        zip(rawRows(), rawUnits()).map { row, unit in row.map { $0 / unit } }
    }

    /// Raw parameters by standardised ones: `raw = T b`, but for the outcome's centre.
    func rawRows() -> [[Double]] {
        guard let scales else { return [] }
        let first = model.family.hasIntercept ? 1 : 0
        let p = model.coefficientCount
        return (0..<p).map { row in
            var out = Array(repeating: 0.0, count: p)
            if row < first {
                out[0] = scales.unit
                for j in first..<max(p, first) { out[j] = -scales.unit * scales.means[j - 1] / scales.sds[j - 1] }
            } else {
                out[row] = scales.unit / scales.sds[row - first]
            }
            return out
        }
    }
}
