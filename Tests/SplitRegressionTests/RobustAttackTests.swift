import TestSupport
import Testing

@testable import SplitRegression

/// What robust standard errors would give away if squares of residuals, or the middle of the sandwich estimate, were opened, and what an
/// attacker has of a real job, where only the variances of its own coefficients are (training.md 5.3, 6).
@Suite("Attacks on robust standard errors") struct RobustAttackTests {
    typealias Fits = SimulatedFitTests

    /// The active party knows label and own part of each predictor. A logistic residual's square is then the joint predictor.
    ///
    /// - Returns: the other's part of each predictor.
    private func parts(_ squares: [Double], _ table: HiddenColumn, own: [Double]) -> [Double] {
        let base = linearPredictor(columns: table.own, coefficients: own)
        return squares.indices.map { row in
            let size = min(max(squares[row].squareRoot(), 1e-12), 1 - 1e-12)
            let mean = table.data.label[row] == 1 ? 1 - size : size
            return ElementaryFunctions.log(mean / (1 - mean)) - base[row]
        }
    }

    @Test("Squares of residuals, row by row, are the other's part of every score")
    func squares() async throws {
        let table = HiddenColumn(rows: 200, active: 3, yes: 20, seed: 3) { signal, generator in
            generator.uniform() < ResponseFamily.mean(signal) ? 1 : 0
        }
        let data = table.data
        let pooled = try Fits.pooled(data, .logistic)
        let z = linearPredictor(columns: data.columns, coefficients: pooled.coefficients)
        let squares = z.indices.map { row in
            let residual = ResponseFamily.mean(z[row]) - data.label[row]
            return residual * residual
        }
        let opened = parts(squares, table, own: Array(pooled.coefficients.dropLast()))
        for row in opened.indices {
            #expect(abs(opened[row] - pooled.coefficients[4] * data.passive[0][row]) < 1e-6)
        }
        #expect(table.hits(opened) == 20)

        // All that it gets of them in a job is what it decrypts when they are computed.
        let fit = try await Fits.fit(data, .logistic, isRobust: true)
        let answers = fit.views[0].items.flatMap { item -> [Double] in
            guard case .answer("element products", let words, let bits) = item else { return [] }
            return words.map { $0.asDouble * Double(sign: .plus, exponent: -bits, significand: 1) }
        }
        #expect(answers.count == 200)
        let ours = parts(answers, table, own: Array(fit.coefficients.prefix(4)))
        // By chance 2, and it does not know the sign.
        #expect(max(table.hits(ours), table.hits(ours.map { -$0 })) < 10)
    }

    /// Squares of a linear fit's residuals where the hidden column is no, and where it is yes.
    private func squares(
        _ table: HiddenColumn, _ coefficients: [Double]
    ) -> (no: [Double], yes: [Double]) {
        let base = linearPredictor(columns: table.own, coefficients: Array(coefficients.dropLast()))
        func squares(_ value: Double) -> [Double] {
            base.indices.map { row in
                let residual = base[row] + coefficients[coefficients.count - 1] * value - table.data.label[row]
                return residual * residual
            }
        }
        return (squares(table.no), squares(table.yes))
    }

    @Test("The middle of the estimate, opened, gives a sparse yes/no column away; own variances do not")
    func middle() async throws {
        var (opened, ours, all) = (0, 0, 0)
        for seed in 1...4 as ClosedRange<UInt64> {
            let table = HiddenColumn(rows: 100, active: 14, yes: 8, effect: 0.05, seed: seed) { signal, generator in
                signal + generator.uniform(-1...1)
            }
            let (data, own) = (table.data, table.own)
            let pooled = try Fits.pooled(data, .linear)
            let (no, yes) = squares(table, pooled.coefficients)
            let rise = zip(yes, no).map { $0 - $1 }
            // Each element of its block is an equation: x is 0 or 1, so d^2 is linear in it.
            var rows: [[Double]] = []
            var values: [Double] = []
            for j in own.indices {
                for k in 0...j {
                    let weights = zip(own[j], own[k]).map { $0 * $1 }
                    let element = weights.indices.reduce(0.0) {
                        $0 + weights[$1] * (table.isYes[$1] ? yes[$1] : no[$1])
                    }
                    rows.append(zip(weights, rise).map { $0 * $1 })
                    values.append(element - dot(weights, no))
                }
            }
            opened += table.hits(try HiddenColumn.solve(rows, values))

            // In a job: its own variances. To be generous, it also knows the whole inverse and the other's coefficient, which it does not.
            let fit = try await Fits.fit(data, .linear, isRobust: true)
            let inverse = try CholeskyFactor(SymmetricMatrix.gram(data.columns), tolerance: 1e-14).inverse()
            rows = []
            values = []
            for j in own.indices {
                let part = linearPredictor(columns: own, coefficients: own.indices.map { inverse[j, $0] })
                func terms(_ value: Double, _ squares: [Double]) -> [Double] {
                    part.indices.map { row in
                        let image = part[row] + inverse[j, own.count] * value
                        return image * image * squares[row]
                    }
                }
                let (low, high) = (terms(table.no, no), terms(table.yes, yes))
                rows.append(zip(high, low).map { $0 - $1 })
                values.append(fit.errors[j] * fit.errors[j] - low.reduce(0, +))
            }
            ours += table.hits(try HiddenColumn.solve(rows, values))
            all += 8
        }
        #expect(opened == all, "\(opened) of \(all)")
        #expect(ours < all / 2, "\(ours) of \(all)")
    }

    /// Two people whom the passive party cannot tell apart: the same values there. One of them had the event.
    @Test("Which of two like people had the event: seen from a square, and from nothing that a job opens")
    func twins() async throws {
        var one = Fits.data(.logistic)
        for column in one.passive.indices { one.passive[column][17] = one.passive[column][4] }
        (one.label[4], one.label[17]) = (1, 0)
        var other = one
        other.label.swapAt(4, 17)
        for column in other.active.indices { other.active[column].swapAt(4, 17) }
        // The weaker protocol: the square of row 4 shows which world it is.
        let squares = try [one, other].map { data in
            let pooled = try Fits.pooled(data, .logistic)
            let z = linearPredictor(columns: data.columns, coefficients: pooled.coefficients)[4]
            return (ResponseFamily.mean(z) - data.label[4]) * (ResponseFamily.mean(z) - data.label[4])
        }
        #expect(abs(squares[0] - squares[1]) > 0.05)
        let fits = [
            try await Fits.fit(one, .logistic, isRobust: true), try await Fits.fit(other, .logistic, isRobust: true),
        ]
        let views = fits.map { $0.views[1] }
        #expect(views[0].results.count == 2)
        #expect(views[0].tells(from: views[1]) == nil)
        // The comparison would see another label: here the people's own columns stay where they were.
        var third = one
        third.label.swapAt(4, 17)
        let fit = try await Fits.fit(third, .logistic, isRobust: true)
        #expect(views[0].tells(from: fit.views[1]) != nil)
    }
}
