import Records
import SplitRegression

/// Checks that one site's rows are rows of a model.
enum ModelRows {
    static func check(_ rows: PooledRows, _ model: PooledModel) throws(PooledError) {
        let count = rows.label.count
        guard count > 0 else { throw .badRows("there are none", row: nil) }
        guard rows.columns.count == model.terms.count, Set(model.terms).count == model.terms.count else {
            throw .badRows("there are \(rows.columns.count) columns for \(model.terms.count) terms", row: nil)
        }
        let others: [(String, [Double]?)] =
            zip(model.terms, rows.columns).map { ($0, $1) }
            + [("offset", rows.offset), ("weight", rows.weight), ("time", rows.survival?.time)]
            + [("entry", rows.survival?.entry)]
        for (name, column) in others {
            guard let column else { continue }
            guard column.count == count else { throw .badRows("\(name) has another length", row: nil) }
            if let row = column.firstIndex(where: { !$0.isFinite }) {
                throw .badRows("\(name) is not a number", row: row)
            }
        }
        guard model.indicators.isEmpty || model.indicators.count == model.terms.count else {
            throw .badRows("there are \(model.indicators.count) kinds for \(model.terms.count) terms", row: nil)
        }
        for (j, column) in rows.columns.enumerated() where model.isIndicator(j) {
            if let row = column.firstIndex(where: { $0 != 0 && $0 != 1 }) {
                throw .badRows("\(model.terms[j]) is neither 0 nor 1", row: row)
            }
        }
        guard (rows.weight != nil) == model.hasWeights, (rows.offset != nil) == model.hasOffset,
            (rows.survival != nil) == (model.family == .cox)
        else { throw .badRows("weights, offset or times are missing, or not in the model", row: nil) }
        let family = model.response(theta: model.theta ?? 1)
        if let row = rows.label.firstIndex(where: { !family.allows($0) }) {
            throw .badRows("the outcome is not one of the family's", row: row)
        }
        if let row = rows.weight?.firstIndex(where: { $0 <= 0 }) {
            throw .badRows("a weight is not above 0", row: row)
        }
        try check(rows.survival, count)
        try check(model)
    }

    private static func check(_ survival: SurvivalColumns?, _ count: Int) throws(PooledError) {
        guard let survival else { return }
        if let row = survival.time.firstIndex(where: { $0 <= 0 }) { throw .badRows("a time is not above 0", row: row) }
        if let stratum = survival.stratum, stratum.count != count {
            throw .badRows("strata have another length", row: nil)
        }
        if let row = survival.entry?.indices.first(where: { row in
            survival.entry.map { $0[row] >= survival.time[row] } ?? false
        }) {
            throw .badRows("an entry is not before its time", row: row)
        }
    }

    private static func check(_ model: PooledModel) throws(PooledError) {
        if model.family == .cox {
            if model.hasWeights { throw .unsupported("case weights of proportional hazards") }
            if model.robust != nil { throw .unsupported("robust standard errors of proportional hazards") }
            if model.terms.isEmpty { throw .unsupported("proportional hazards without a column") }
        }
        if let theta = model.theta, !(theta > 0 && theta <= 1e6) {
            throw .unsupported("a theta that is not above 0 or too large")
        }
    }
}

extension PooledModel {
    func response(theta: Double) -> ResponseFamily {
        switch family {
        case .linear: .linear
        case .logistic: .logistic
        case .probit: .probit
        case .poisson: .poisson
        case .negativeBinomial: .negativeBinomial(theta: theta)
        case .gamma: .gamma
        case .cox: .cox
        }
    }

    var estimatesTheta: Bool { family == .negativeBinomial && theta == nil }
    /// Coefficients, the constant among them.
    var coefficientCount: Int { terms.count + (family.hasIntercept ? 1 : 0) }
    /// Whether the constant's fit is known from the mean of the outcome.
    var hasClosedNull: Bool { !hasOffset && family.hasIntercept }
}

extension ModelFamily {
    /// Whether an outcome of 1 is an event.
    var hasEvents: Bool { self == .logistic || self == .probit || self == .cox }
}
