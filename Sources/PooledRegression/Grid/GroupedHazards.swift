import Records
import SplitRegression

/// The partial likelihood of rows that are alike within cells, with ties by Breslow.
struct GroupedHazards: Sendable {
    /// What it is at some coefficients.
    struct Point: Sendable {
        let coefficients: [Double]
        /// Negative log partial likelihood.
        let loss: Double
        /// Of each cell exp(z b).
        let rates: [Double]
        /// Of each time: the sum of rates over the rows at risk, and of each column its mean there.
        let sums: [Double]
        let means: [[Double]]
        let score: [Double]
        let information: SymmetricMatrix
    }

    /// Of each cell the standardised columns.
    let columns: [[Double]]
    let means: [Double]
    let sds: [Double]
    let cells: [RiskCounts]
    /// Of each time.
    let events: [Double]
    let rows: Int
    private let eventSums: [Double]

    /// - Throws: `constantColumn`, `separation`: an estimate that does not exist.
    init(_ design: GridDesign, _ cells: [RiskCounts]) throws(PooledError) {
        let raw = design.cells
        self.cells = cells
        rows = cells.reduce(0) { $0 + $1.rows }
        let n = Double(rows)
        events = Self.total(cells)
        guard events.contains(where: { $0 > 0 }) else { throw .constantColumn("the outcome") }
        guard rows > design.terms.count else {
            throw .tooFewRows(rows: rows, parameters: design.terms.count)
        }
        var (means, sds) = ([Double](), [Double]())
        for (j, term) in design.terms.enumerated() {
            let mean = zip(raw, cells).reduce(0) { $0 + $1.0[j] * Double($1.1.rows) } / n
            guard mean > 0, mean < 1 else { throw .constantColumn(term) }
            means.append(mean)
            sds.append((mean * (1 - mean)).squareRoot())
        }
        (self.means, self.sds) = (means, sds)
        let scaled = raw.map { cell in cell.indices.map { (cell[$0] - means[$0]) / sds[$0] } }
        let ofCells = cells.map { Double($0.events.reduce(0, +)) }
        try Self.check(design, raw, ofCells)
        eventSums = means.indices.map { j in zip(scaled, ofCells).reduce(0) { $0 + $1.0[j] * $1.1 } }
        columns = scaled
    }

    private static func total(_ cells: [RiskCounts]) -> [Double] {
        (cells.first?.events.indices ?? 0..<0).map { place in cells.reduce(0) { $0 + Double($1.events[place]) } }
    }

    /// A level without an event has no estimate; without one of the reference no other level has.
    private static func check(
        _ design: GridDesign, _ raw: [[Double]], _ events: [Double]
    ) throws(PooledError) {
        var first = 0
        for terms in design.features {
            let names = Array(design.terms[first..<first + terms])
            func sum(_ isIn: ([Double]) -> Bool) -> Double {
                zip(raw, events).reduce(0) { isIn(Array($1.0[first..<first + terms])) ? $0 + $1.1 : $0 }
            }
            guard sum({ !$0.contains(1) }) > 0 else { throw .separation(names) }
            let without = names.indices.filter { place in sum { $0[place] == 1 } == 0 }.map { names[$0] }
            guard without.isEmpty else { throw .separation(without) }
            first += terms
        }
    }

    func point(_ b: [Double]) -> Point {
        let p = b.count
        let rates = columns.map { ElementaryFunctions.exp(dot($0, b)) }
        var loss = -dot(b, eventSums)
        var (sums, allMeans) = ([Double](), [[Double]]())
        var score = eventSums
        var information = SymmetricMatrix(order: p)
        for (place, d) in events.enumerated() {
            var (s0, s1) = (0.0, Array(repeating: 0.0, count: p))
            var s2 = SymmetricMatrix(order: p)
            for (cell, counts) in cells.enumerated() where counts.atRisk[place] > 0 {
                let weight = Double(counts.atRisk[place]) * rates[cell]
                s0 += weight
                for j in 0..<p {
                    s1[j] += weight * columns[cell][j]
                    for k in 0..<p { s2[j, k] += weight * columns[cell][j] * columns[cell][k] }
                }
            }
            let means = s1.map { s0 > 0 ? $0 / s0 : 0 }
            sums.append(s0)
            allMeans.append(means)
            guard d > 0 else { continue }
            loss += d * ElementaryFunctions.log(s0)
            for j in 0..<p {
                score[j] -= d * means[j]
                for k in 0..<p { information[j, k] += d * (s2[j, k] / s0 - means[j] * means[k]) }
            }
        }
        return Point(
            coefficients: b, loss: loss, rates: rates, sums: sums, means: allMeans, score: score,
            information: information)
    }

    /// Newton's method; where the loss grows the step is halved.
    ///
    /// - Throws: `collinear`, `separation`, `notConverged`.
    func fit(_ design: GridDesign) throws(PooledError) -> (start: Point, end: Point, iterations: Int) {
        let start = point(design.terms.map { _ in 0 })
        var best = start
        for iteration in 1...design.iterations {
            let step = try solve(best, design, isFirst: iteration == 1)
            let isEnding = dot(step, best.score) < 1e-13
            var trial = point(zip(best.coefficients, step).map { $0 + $1 })
            var halvings = 0
            while !(trial.loss <= best.loss + 1e-10 * (1 + abs(best.loss))) {
                halvings += 1
                guard halvings < 60 else { throw .notConverged(iterations: iteration) }
                trial = point(zip(best.coefficients, trial.coefficients).map { ($0 + $1) / 2 })
            }
            if let far = trial.coefficients.firstIndex(where: { abs($0) > 50 }) {
                throw .separation([design.terms[far]])
            }
            best = trial
            if isEnding { return (start, best, iteration) }
        }
        throw .notConverged(iterations: design.iterations)
    }

    private func solve(_ point: Point, _ design: GridDesign, isFirst: Bool) throws(PooledError) -> [Double] {
        do throws(LinearAlgebraError) {
            return try CholeskyFactor(point.information, tolerance: 1e-9).solve(point.score)
        } catch {
            let term = design.terms[error.index]
            throw isFirst ? .collinear(term) : .separation([term])
        }
    }

    /// For each parameter the sum of squares of rows' influence (Lin, Wei 1989).
    func squaredInfluence(_ point: Point, _ inverse: SymmetricMatrix) -> [Double] {
        let p = means.count
        var out = Array(repeating: 0.0, count: p)
        func add(_ count: Int, _ residual: [Double]) {
            guard count > 0 else { return }
            for (j, value) in inverse.applied(to: residual).enumerated() { out[j] += Double(count) * value * value }
        }
        for (cell, counts) in cells.enumerated() {
            // Up to each time: sums of the hazard, and of hazard times means.
            var (hazard, drawn) = (0.0, Array(repeating: 0.0, count: p))
            for place in events.indices {
                if events[place] > 0 {
                    let h = events[place] / point.sums[place]
                    hazard += h
                    for k in 0..<p { drawn[k] += h * point.means[place][k] }
                }
                let carried = (0..<p).map { -point.rates[cell] * (hazard * columns[cell][$0] - drawn[$0]) }
                let next = place + 1 < events.count ? counts.atRisk[place + 1] : 0
                add(counts.atRisk[place] - next - counts.events[place], carried)
                add(
                    counts.events[place],
                    (0..<p).map { carried[$0] + columns[cell][$0] - point.means[place][$0] })
            }
        }
        return out
    }
}
