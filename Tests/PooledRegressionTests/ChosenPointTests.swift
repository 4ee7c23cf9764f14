import Records
import SecureSums
import SplitRegression
import TestSupport
import Testing

@testable import PooledRegression

/// A site that deviates adds to sums what it likes, and so chooses the points at which the others evaluate theirs.
@Suite struct ChosenPointTests {
    private static let terms = ["age", "sex", "weight", "smokes", "pressure"]
    private static let means = [60.0, 0, 27, 0, 130]
    private static let sds = [12.0, 0, 5, 0, 18]

    /// 150 rows: three columns that are normal, two of 0 and 1.
    private func rows(_ site: Int, _ family: ModelFamily = .logistic) -> PooledRows {
        var generator = SplitMix(UInt64(site + 11))
        let columns = Self.terms.indices.map { j in
            (0..<150).map { _ in
                guard Self.sds[j] > 0 else { return generator.bit() }
                let normal = NormalQuantile.of(generator.uniforms(1, in: 0.0005...0.9995)[0])
                return ((Self.means[j] + Self.sds[j] * normal) * 10).rounded() / 10
            }
        }
        let label = (0..<150).map { row in
            let chance = ResponseFamily.mean(0.03 * (columns[0][row] - 60) + 0.5 * columns[1][row] - 0.3)
            let yes = generator.uniforms(1, in: 0...1)[0] < chance
            return family == .gamma ? (yes ? 2.0 : 1.0) : (yes ? 1.0 : 0.0)
        }
        let times = generator.uniforms(150, in: 1...100)
        return PooledRows(
            label: label, columns: columns, survival: family == .cox ? SurvivalColumns(time: times) : nil)
    }

    private func model(_ family: ModelFamily = .logistic, limit: Double) -> PooledModel {
        PooledModel(family: family, terms: Self.terms, largestLeverage: limit)
    }

    /// Points with a hyperplane that sweeps over the rows from outside, for each numeric column and side.
    private func targets() -> [[Double]] {
        var out: [[Double]] = []
        for k in [1, 3, 5] {
            for sign in [1.0, -1] {
                for shift in stride(from: 3.3, to: 1.9, by: -0.15) {
                    var target = [Double](repeating: 0, count: 6)
                    target[0] = -49 * shift
                    target[k] = sign * 49
                    out.append(target)
                }
            }
        }
        return out
    }

    /// The deviating site has no rows of its own; what is opened is the honest sites' sum and its integers.
    ///
    /// - Returns: rows that it read, each value to 0.05 standard deviations.
    private func attack(limit: Double, passes: Int) throws -> Set<[Double]> {
        let model = model(limit: limit)
        let tables = [rows(0), rows(1)]
        let programs = tables.map { PooledProgram(model: model, rows: $0, coalition: 1) }
        let everybody = tables.flatMap { table in table.label.indices.map { row in table.columns.map { $0[row] } } }
        var course = Course(model, own: nil)
        var targets = targets()[...]
        var read: Set<[Double]> = []
        let p = 6
        for pass in 0...passes {
            let request = PooledProgram.Request(request: course.request, scales: course.scales)
            let parts = try programs.map { try $0.contribution(to: request) }
            let honest = zip(parts[0], parts[1]).map { $0 &+ $1 }
            guard case .iteration(let point) = course.request, let scales = course.scales else {
                try course.take(FixedPoint.decode(honest))
                continue
            }
            // A step to the next target, whatever the honest score is, and a loss that is better than the last.
            let target = targets.popFirst() ?? point.coefficients
            var added = [-Double(pass) * 0x1p50] + (0..<p).map { (point.coefficients[$0] - target[$0]) * 0x1p40 }
            for j in 0..<p { added += (j..<p).map { $0 == j ? 0x1p40 : 0 } }
            let opened = try zip(honest, FixedPoint.encode(added)).map { $0 &+ $1 }
            let seen = FixedPoint.decode(honest)
            if let row = Self.row(of: Array(seen.dropFirst(1 + p)), p) {
                let raw = row.indices.map { row[$0] * scales.sds[$0] + scales.means[$0] }
                let found = everybody.first { person in
                    person.indices.allSatisfy { abs(person[$0] - raw[$0]) < 0.05 * scales.sds[$0] }
                }
                if let found { read.insert(found) }
            }
            try course.take(FixedPoint.decode(opened))
        }
        return read
    }

    /// The row of an information of rank 1.
    private static func row(of triangle: [Double], _ p: Int) -> [Double]? {
        var matrix = [[Double]](repeating: [Double](repeating: 0, count: p), count: p)
        var at = 0
        for j in 0..<p {
            for k in j..<p {
                (matrix[j][k], matrix[k][j]) = (triangle[at], triangle[at])
                at += 1
            }
        }
        guard matrix[0][0] > 1e-9 else { return nil }
        let row = matrix[0].map { $0 / matrix[0][0] }
        for j in 0..<p {
            for k in 0..<p where abs(matrix[j][k] / matrix[0][0] - row[j] * row[k]) > 0.02 { return nil }
        }
        return Array(row.dropFirst())
    }

    @Test func withoutTheGuardRowsAreRead() throws { #expect(try attack(limit: 1, passes: 29).count >= 2) }

    @Test func withTheGuardThePointIsRefused() throws {
        #expect(throws: PooledError.pointTooSharp) { try attack(limit: 0.2, passes: 29) }
        // Up to then it had honest points only.
        #expect(try attack(limit: 0.2, passes: 1).isEmpty)
    }

    @Test(arguments: [ModelFamily.logistic, .probit, .poisson, .negativeBinomial, .cox])
    func sharpPointsAreRefusedByAllFamilies(_ family: ModelFamily) throws {
        let model = model(family, limit: 0.2)
        let program = PooledProgram(model: model, rows: rows(0, family), coalition: 1)
        var course = Course(model, own: nil)
        let step = try #require(try program.next(after: []))
        try course.take(FixedPoint.decode(try program.contribution(to: step.request)))
        let first = family == .cox ? 0 : 1
        guard case .iteration(let start) = course.request else { return }
        func contribution(slope: Double, shift: Double) throws {
            for column in [0, 2, 4] {
                var point = start
                point.coefficients[first + column] = slope
                if first == 1 { point.coefficients[0] = -slope * shift }
                for request in [Course.Request.iteration(point), .last(point, null: 0)] {
                    _ = try program.contribution(
                        to: PooledProgram.Request(request: request, scales: course.scales))
                }
            }
        }
        _ = try program.contribution(to: PooledProgram.Request(request: course.request, scales: course.scales))
        try contribution(slope: 0.25, shift: 0)
        for slope in [10.0, 20, 49] {
            #expect(throws: PooledError.pointTooSharp, "\(slope)") { try contribution(slope: slope, shift: 2) }
        }
    }

    /// The faster way says the same, and leaves what it could not tell to the other: near combinations, and one row with all the weight.
    @Test func leverageFromTheInformation() throws {
        var random = SplitMix(7)
        let rows = 2500
        let columns = [[Double](repeating: 1, count: rows)] + (0..<4).map { _ in random.uniforms(rows, in: -2...2) }
        let weights = random.uniforms(rows, in: 0.1...1)
        let fast = try #require(WeightedLeverage.fromInformation(columns, weights: weights))
        let slow = WeightedLeverage.byOrthogonalisation(columns, weights: weights)
        #expect(fast.count == rows && zip(fast, slow).allSatisfy { abs($0 - $1) < 1e-12 })
        let absent = [Double](repeating: 0.3, count: rows)
        let same = try #require(WeightedLeverage.fromInformation(columns + [absent], weights: weights))
        #expect(same == fast)
        let near = zip(columns[1], columns[2]).map { $0 + 1e-3 * $1 }
        #expect(WeightedLeverage.fromInformation(columns + [near], weights: weights) == nil)
        var sharp = weights.map { $0 * 1e-9 }
        sharp[3] = 1
        #expect(WeightedLeverage.fromInformation(columns, weights: sharp) == nil)
        #expect(WeightedLeverage.of(columns, weights: sharp)[3] > 0.99)
        let weightless = [Double](repeating: .nan, count: rows)
        #expect(WeightedLeverage.fromInformation(columns, weights: weightless) == nil)
    }

    /// Each column is far from any one of those before it, and the last one is nearly a combination of all: what is left of it is one row's,
    /// and the pivot that tells it is rounding.
    @Test(arguments: 0..<8) func aChainOfColumnsIsNotReadOffTheInformation(_ seed: Int) {
        var random = SplitMix(UInt64(seed))
        let (rows, step) = (400, 0.0102)
        for p in [5, 6, 8] {
            var basis: [[Double]] = []
            for j in 0..<p {
                var column = [Double](repeating: j == 0 ? 1 : 0, count: rows)
                if j == p - 1 { column[7] = 1 } else if j > 0 { column = random.uniforms(rows, in: -1...1) }
                for _ in 0..<2 {
                    for earlier in basis {
                        let part = zip(earlier, column).reduce(0) { $0 + $1.0 * $1.1 }
                        column = zip(column, earlier).map { $0 - part * $1 }
                    }
                }
                let length = column.reduce(0) { $0 + $1 * $1 }.squareRoot()
                basis.append(column.map { $0 / length })
            }
            let near = (1 - step * step).squareRoot()
            var chain = [basis[0]]
            for k in 1..<p {
                let column: [Double] = zip(basis[k - 1], basis[k]).map { (before, own) -> Double in
                    20 * (near * before + step * own)
                }
                chain.append(column)
            }
            let shares = WeightedLeverage.of(chain, weights: [Double](repeating: 1, count: rows))
            #expect(shares[7] > 0.9, "\(p) columns: \(shares[7])")
        }
    }

    /// Whole blocks, parts of one, and none: sums are those of a plain loop, the same bits each time.
    @Test(arguments: [0, 1, 7, 8, 9, 1023, 1024, 1025])
    func blocksOfRows(_ rows: Int) {
        var random = SplitMix(UInt64(rows))
        let columns = (0..<3).map { _ in random.uniforms(rows, in: -2...2) }
        let weights = random.uniforms(rows, in: 0.1...1)
        let products = ColumnProducts(columns)
        let found = products.information(weights)
        var at = 0
        for j in 0..<3 {
            for k in j..<3 {
                let terms = weights.indices.map { weights[$0] * columns[j][$0] * columns[k][$0] }
                let size = terms.reduce(1) { $0 + abs($1) }
                #expect(abs(found[at] - terms.reduce(0, +)) < 1e-12 * size)
                at += 1
            }
        }
        #expect(products.information(weights) == found)
        let lengths = products.squaredLengths(weights, scales: [1, 1, 1], factor: [[1], [0, 1], [0, 0, 1]])
        #expect(lengths.count == rows)
        for row in 0..<rows {
            let expected = columns.reduce(0) { $0 + weights[row] * $1[row] * $1[row] }
            #expect(abs(lengths[row] - expected) < 1e-12 * (1 + expected))
        }
    }

    /// The columns of a site may follow from each other there; a level may be absent.
    @Test func leverageOfDependentColumns() {
        let one = [Double](repeating: 1, count: 6)
        let column = [1.0, 2, 3, 4, 5, 6]
        let weights = [Double](repeating: 2, count: 6)
        let plain = WeightedLeverage.of([one, column], weights: weights)
        let more = WeightedLeverage.of([one, column, column.map { 3 * $0 - 1 }, one.map { _ in 0 }], weights: weights)
        for row in 0..<6 {
            let distance = column[row] - 3.5
            #expect(abs(plain[row] - (1.0 / 6 + distance * distance / 17.5)) < 1e-12)
            #expect(abs(plain[row] - more[row]) < 1e-9)
        }
    }
}
