import Records
import SecureSums
import SplitRegression

/// What all sites know of all rows after the first sum: how columns and outcome are centred and scaled
/// (`protocols/row-split.md` 7.2).
struct Scales: Sendable {
    let rows: Double
    let weight: Double
    let logWeight: Double
    let events: Double
    /// Weighted, raw.
    let labelMean: Double
    let means: [Double]
    let sds: [Double]
    /// Of the outcome: 0 and 1 but for linear models.
    let center: Double
    let unit: Double

    /// Numbers of the counts' vector before those of columns.
    static let head = 6
    /// Of each column: sum, sum of squares, and of one that is 0 or 1 by the job rows with 0, rows with 1.
    static let each = 4

    static func count(_ model: PooledModel) -> Int { head + each * model.terms.count }

    /// One site's part.
    static func contribution(_ rows: PooledRows, _ model: PooledModel) -> [Double] {
        let weight = rows.weight ?? rows.label.map { _ in 1 }
        let events = model.family.hasEvents ? Double(rows.label.count { $0 == 1 }) : 0
        var out = [
            Double(rows.label.count), weight.reduce(0, +), dot(weight, rows.label),
            zip(weight, rows.label).reduce(0) { $0 + $1.0 * $1.1 * $1.1 },
            rows.weight?.reduce(0) { $0 + ElementaryFunctions.log($1) } ?? 0,
            events,
        ]
        for (j, column) in rows.columns.enumerated() {
            let (zeros, ones) = model.isIndicator(j) ? cells(column) : (0, 0)
            out += [column.reduce(0, +), dot(column, column), zeros, ones]
        }
        return out
    }

    /// One site's part in fixed point, as it is summed.
    ///
    /// - Throws: `outOfScale`.
    static func encoded(_ rows: PooledRows, _ model: PooledModel) throws(PooledError) -> [UInt128] {
        if let name = tooFine(rows, model) { throw .outOfScale(name) }
        do throws(SumError) { return try FixedPoint.encode(contribution(rows, model)) } catch {
            guard case .outOfRange(let index) = error else { throw .outOfScale("the outcome or its weights") }
            throw .outOfScale(name(ofIndex: index, model))
        }
    }

    /// A column of this site's whose spread has too few steps of fixed point to be more than rounding.
    ///
    /// - Returns: its name; nil where all have enough, or vary no more than their own digits do.
    private static func tooFine(_ rows: PooledRows, _ model: PooledModel) -> String? {
        func isTooFine(_ values: [Double]) -> Bool {
            let mean = values.reduce(0, +) / Double(max(values.count, 1))
            let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let rounding = 1e-12 * values.reduce(0) { max($0, abs($1)) }
            return spread > Double(values.count) * rounding * rounding && spread < fewestSteps * 0x1p-60
        }
        if model.family == .linear, isTooFine(rows.label) { return name(ofIndex: 0, model) }
        return rows.columns.indices.first { isTooFine(rows.columns[$0]) }.map { model.terms[$0] }
    }

    /// Sums of squares are rounded to a step at each site: a relative error of a millionth at most.
    private static let fewestSteps = 1e6

    /// Rows with 0 and with 1.
    static func cells(_ column: [Double]) -> (zeros: Double, ones: Double) {
        (Double(column.count { $0 == 0 }), Double(column.count { $0 == 1 }))
    }

    /// What a number of the vector is about, for errors.
    private static func name(ofIndex index: Int, _ model: PooledModel) -> String {
        index < head ? "the outcome or its weights" : model.terms[(index - head) / each]
    }

    init(_ sums: [Double], _ model: PooledModel, own: PooledRows?) throws(PooledError) {
        try Self.check(sums, model)
        (rows, weight, logWeight, events) = (sums[0], sums[1], sums[4], sums[5])
        let parameters = model.coefficientCount
        guard rows > Double(parameters) else { throw .tooFewRows(rows: Int(rows), parameters: parameters) }
        labelMean = sums[2] / weight
        let variance = max(0, sums[3] / weight - labelMean * labelMean)
        if model.family == .linear {
            guard variance > 1e-13 * labelMean * labelMean, variance > 0 else { throw .constantColumn("the outcome") }
            (center, unit) = (labelMean, variance.squareRoot())
        } else {
            (center, unit) = (0, 1)
        }
        var (means, sds): ([Double], [Double]) = ([], [])
        for (j, term) in model.terms.enumerated() {
            let at = Self.head + Self.each * j
            let mean = sums[at] / rows
            let variance = max(0, sums[at + 1] / rows - mean * mean)
            guard variance > 1e-13 * mean * mean, variance > 0 else { throw .constantColumn(term) }
            means.append(mean)
            sds.append(variance.squareRoot())
            if model.isIndicator(j), let own = own?.columns[j] {
                try Self.check(zeros: sums[at + 2], ones: sums[at + 3], rows: rows, own, term, model)
            }
        }
        (self.means, self.sds) = (means, sds)
        if let own { try checkRows(own, model) }
    }

    /// That rows could have these sums: any site may put in what it likes.
    ///
    /// - Throws: `impossibleSums`.
    private static func check(_ sums: [Double], _ model: PooledModel) throws(PooledError) {
        guard sums.count == count(model), sums.allSatisfy(\.isFinite) else { throw .impossibleSums("all columns") }
        func check(count value: Double, _ name: String) throws(PooledError) {
            guard value >= 0, value <= 0x1p53, value.rounded() == value else { throw .impossibleSums(name) }
        }
        try check(count: sums[0], "the number of rows")
        try check(count: sums[5], "the outcome")
        guard sums[1] > 0, sums[3] >= 0, sums[5] <= sums[0] else { throw .impossibleSums("the outcome") }
        for (j, term) in model.terms.enumerated() {
            let (squares, zeros, ones) = (
                sums[head + each * j + 1], sums[head + each * j + 2], sums[head + each * j + 3]
            )
            try check(count: zeros, term)
            try check(count: ones, term)
            guard squares >= 0, zeros + ones == (model.isIndicator(j) ? sums[0] : 0) else {
                throw .impossibleSums(term)
            }
        }
    }

    /// What the others have between them of rows, and of rows with either outcome.
    private func checkRows(_ own: PooledRows, _ model: PooledModel) throws(PooledError) {
        let mine = Double(own.label.count)
        let smallest = Double(model.smallestCell)
        if rows - mine < smallest { throw .smallCell("all rows", smallest: model.smallestCell) }
        guard model.family.labelDomain == .yesNo else { return }
        let ownEvents = Double(own.label.count { $0 == 1 })
        for left in [events - ownEvents, rows - mine - events + ownEvents] where left > 0 && left < smallest {
            throw .smallCell("the outcome", smallest: model.smallestCell)
        }
    }

    /// What the others have between them at each level.
    private static func check(
        zeros: Double, ones: Double, rows: Double, _ own: [Double], _ term: String, _ model: PooledModel
    ) throws(PooledError) {
        let mine = cells(own)
        for left in [zeros - mine.zeros, ones - mine.ones] where left > 0 && left < Double(model.smallestCell) {
            throw .smallCell(term, smallest: model.smallestCell)
        }
    }

    /// The constant of the model without columns, where that is known from the outcome's mean.
    func null(_ family: ResponseFamily) -> Double {
        switch family {
        case .linear: (labelMean - center) / unit
        case .logistic: ElementaryFunctions.log(labelMean / (1 - labelMean))
        case .probit: NormalQuantile.of(labelMean)
        case .poisson, .negativeBinomial, .gamma: ElementaryFunctions.log(labelMean)
        case .cox: 0
        }
    }
}

/// The inverse of the normal distribution, by bisection: the same bits everywhere.
enum NormalQuantile {
    static func of(_ probability: Double) -> Double {
        var (low, high) = (-9.0, 9.0)
        for _ in 0..<80 {
            let middle = (low + high) / 2
            if NormalDistribution.cumulative(middle) < probability { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
