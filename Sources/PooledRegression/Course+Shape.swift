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
