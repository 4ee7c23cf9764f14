import Records
import SecureSums
import SplitRegression

/// Where a model with noise stands (`protocols/row-noise.md` 5).
struct NoisyCourse: ResultCourse {
    let design: NoisyDesign
    let plan: NoisePlan
    /// Sums that were opened.
    private(set) var opened = 0
    /// Of the scaled columns, the constant first.
    private(set) var coefficients: [Double]
    /// Of logistic models.
    private(set) var lastStep: [Double] = []
    /// Of the last sum.
    private(set) var matrix: SymmetricMatrix
    /// Of linear models: sums of the outcome with columns, and with itself.
    private(set) var products: [Double] = []
    private(set) var squares = 0.0

    init(_ design: NoisyDesign, _ settings: SumSettings) throws(PooledError) {
        try design.check()
        // A site that is left out after a sum would have its own share of the noise alone.
        guard settings.onLoss == .wait else { throw .unsupported("noise under onLoss continue") }
        self.design = design
        plan = try NoisePlan(
            sensitivity: design.sensitivity, count: design.count, rho: design.budget.rho / Double(design.sums),
            honest: settings.parties.count - settings.coalition, siteCount: settings.parties.count)
        coefficients = Array(repeating: 0, count: design.terms.count + 1)
        matrix = SymmetricMatrix(order: coefficients.count)
    }

    var step: CourseStep? {
        guard opened < design.sums else { return nil }
        let bounds = (design.bounds + (design.labelBounds.map { [$0] } ?? [])).flatMap { [$0.low, $0.high] }
        return CourseStep(
            name: design.family == .linear ? "noisy squares" : "noisy step \(opened + 1)",
            numbers: coefficients + bounds + [design.clip, Double(plan.shift), Double(plan.variance)],
            count: design.count)
    }

    // MARK: Taking sums

    mutating func take(_ sums: [UInt128]) throws(PooledError) {
        let values = FixedPoint.decode(sums)
        opened += 1
        if design.family == .linear {
            let whole = Self.matrix(values[...], order: design.width)
            let last = design.width - 1
            for j in 0..<last { for k in 0..<last { matrix[j, k] = whole[j, k] } }
            products = (0..<last).map { whole[$0, last] }
            squares = whole[last, last]
            coefficients = try solve(products)
            return
        }
        let score = Array(values[..<design.width])
        matrix = Self.matrix(values[design.width...].map { $0 * design.clip / 4 }[...], order: design.width)
        lastStep = try solve(score).map { min(max($0, -4), 4) }
        coefficients = zip(coefficients, lastStep).map { $0 - $1 }
    }

    private func solve(_ right: [Double]) throws(PooledError) -> [Double] {
        do throws(LinearAlgebraError) {
            return try CholeskyFactor(matrix, tolerance: 1e-9).solve(right)
        } catch {
            // Of the noise, or of columns that follow from each other.
            throw .noiseTooLarge
        }
    }

    private static func matrix(_ triangle: ArraySlice<Double>, order: Int) -> SymmetricMatrix {
        var (out, at) = (SymmetricMatrix(order: order), triangle.startIndex)
        for j in 0..<order {
            for k in j..<order {
                (out[j, k], out[k, j]) = (triangle[at], triangle[at])
                at += 1
            }
        }
        return out
    }

    // MARK: A site's vector

    func objections(of rows: PooledRows) -> [Bool]? { nil }

    /// Without noise, in steps. Each row's part is rounded: sums of whole numbers are exact in any order, so that a row more or less
    /// changes them by its own part alone.
    func sums(of rows: PooledRows) -> [Int128] {
        let isLinear = design.family == .linear
        let unit = Double(sign: .plus, exponent: plan.shift, significand: 1)
        var total = Array(repeating: Int128(0), count: design.count)
        for row in rows.label.indices {
            var out = Array(repeating: 0.0, count: design.count)
            var u = [1.0] + design.bounds.indices.map { design.bounds[$0].scaled(rows.columns[$0][row]) }
            if isLinear { u.append(design.labelBounds?.scaled(rows.label[row]) ?? 0) }
            let weight = min(1, design.clip * design.clip / dot(u, u))
            var (at, spread) = (0, weight)
            if !isLinear {
                let mean = ResponseFamily.mean(dot(u, coefficients))
                for value in u {
                    out[at] = weight * (mean - rows.label[row]) * value
                    at += 1
                }
                spread = weight * mean * (1 - mean) * 4 / design.clip
            }
            for j in u.indices {
                for k in j..<u.count {
                    out[at] = spread * u[j] * u[k]
                    at += 1
                }
            }
            for place in total.indices { total[place] += Int128((out[place] * unit).rounded(.toNearestOrEven)) }
        }
        return total
    }

    func numbers(of rows: PooledRows, draw: CourseDraw) throws(PooledError) -> [UInt128] {
        guard let gaussian = DiscreteGaussian(variance: plan.variance) else {
            throw .unsupported("noise that is too large or too small for its steps")
        }
        var generator = draw.noise()
        return sums(of: rows).map { value in
            let steps = value + Int128(gaussian.next(&generator))
            return UInt128(bitPattern: steps) << UInt128(60 - plan.shift)
        }
    }
}
