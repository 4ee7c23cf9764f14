import Records
import TestSupport
import Testing

@testable import SplitRegression

/// Whole fits with shares, truncation and decisions as they are, but without encryption, against Newton's method on the pooled table.
@Suite("Fits in shares, simulated") struct SimulatedFitTests {
    /// Columns of both parties in common order, standardised, and a label.
    struct Case: Sendable {
        var active: [[Double]]
        var passive: [[Double]]
        var label: [Double]
        var offset: [Double]?
        var weight: [Double]?
        /// Proportional hazards; the label says whether the event was seen.
        var survival: SurvivalColumns?
        var ties = Ties.efron
        /// Room for events; nil for as many as there are rows.
        var mostEvents: Int?
        /// Of a survival curve.
        var times: [Double] = []

        /// Room for strata in curves.
        var curveStrata = 1

        var risk: RiskSets? {
            survival.map { RiskSets($0, event: label, weight: weight, ties: ties, curve: times) }
        }
        var columns: [[Double]] { [Array(repeating: 1, count: label.count)] + active + passive }

        init(active: [[Double]], passive: [[Double]], label: [Double]) {
            self.active = active
            self.passive = passive
            self.label = label
        }

        static func standardised(_ column: [Double]) -> [Double] {
            let n = Double(column.count)
            let mean = column.reduce(0, +) / n
            let sd = (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n).squareRoot()
            return column.map { (($0 - mean) / sd * 65536).rounded() / 65536 }
        }

        init(rows: Int, active: Int, passive: Int, seed: UInt64, _ label: (Double, inout SplitMix) -> Double) {
            var generator = SplitMix(seed)
            func column() -> [Double] {
                (0..<rows).map { _ in (0..<6).reduce(0.0) { sum, _ in sum + generator.uniform(-1...1) } }
            }
            let all = (0..<active + passive).map { _ in column() }
            // Columns of the two parties are related.
            let mixed = all.indices.map { j in
                j < active ? all[j] : zip(all[j], all[j % active]).map { $0 + 0.8 * $1 }
            }
            let standard = mixed.map(Self.standardised)
            self.active = Array(standard.prefix(active))
            self.passive = Array(standard.dropFirst(active))
            var signal = Array(repeating: 0.2, count: rows)
            for (j, column) in standard.enumerated() {
                for i in 0..<rows { signal[i] += (j % 2 == 0 ? 0.4 : -0.3) * column[i] }
            }
            self.label = signal.map { label($0, &generator) }
        }
    }

    struct Fit: Sendable {
        var coefficients: [Double]
        var errors: [Double]
        var family: ResponseFamily
        var end: TrainingProgram.End
        var passes = 0
        /// Columns of the joint table that were not left out: coefficients are theirs.
        var kept: [Int] = []
        /// Columns that are named to each party, because there is no result or because their estimates ran away.
        var named: [[String]] = []
        var curve: [Double] = []
        var thetaError: Double?
        /// What the active party saw, and the passive one.
        var views: [PartyView] = []
    }

    /// Both parties of such a job.
    static func parties(
        _ data: Case, _ family: ResponseFamily, penalty: Double = 0, estimatesTheta: Bool = false,
        errors: Bool = true, isRobust: Bool = false, opensBrier: Bool = false, l1: Double = 0, heldOut: Case? = nil,
        folds: Int = 0
    ) throws -> [Party] {
        let rows = try ActiveRows(
            label: data.label, offset: data.offset, weight: data.weight,
            columns: [Array(repeating: 1, count: data.label.count)] + data.active, family: family,
            estimatesTheta: estimatesTheta, risk: data.risk, penalty: Double(data.label.count) * penalty,
            range: family.firstRange)
        let kept = heldOut.map { data in
            [true, false].map { isActive in
                HeldOutRows(
                    columns: isActive ? [Array(repeating: 1, count: data.label.count)] + data.active : data.passive,
                    label: isActive ? data.label : [], offset: isActive ? data.offset : nil)
            }
        }
        let bounds = Announcement(rows, estimatesTheta: estimatesTheta, heldOut: kept?[0])
        #expect(
            bounds.isAllowed(for: family, isWeighted: data.weight != nil, hasOffset: data.offset != nil), "\(bounds)")
        let facts = TrainingFacts(
            family: family, rows: data.label.count, activeColumns: data.active.count + 1,
            passiveColumns: data.passive.count, penalty: penalty, l1: l1, tolerance: 1e-3, maximumPasses: 40,
            modulusBits: 2048,
            computesStandardErrors: errors && penalty == 0 && l1 == 0, opensLoss: family != .linear,
            opensBrier: opensBrier,
            scaleBits: bounds.scaleBits, weightBits: bounds.weightBits, rowBits: bounds.rowBits,
            periodBits: bounds.periodBits, isWeighted: data.weight != nil, estimatesTheta: estimatesTheta,
            events: family == .cox ? data.mostEvents ?? data.label.count : 0,
            curvePoints: data.times.count * data.curveStrata,
            isRobust: isRobust,
            heldOutRows: heldOut?.label.count ?? 0, folds: folds)
        return [TrainingRole.active, .passive].map { role in
            let isActive = role == .active
            return Party(
                role: role, facts: facts,
                own: isActive ? [Array(repeating: 1, count: data.label.count)] + data.active : data.passive,
                rows: isActive ? rows : nil, heldOut: kept?[isActive ? 0 : 1] ?? HeldOutRows(columns: []))
        }
    }

    static func fit(
        _ data: Case, _ family: ResponseFamily, penalty: Double = 0, estimatesTheta: Bool = false,
        errors: Bool = true, isRobust: Bool = false, opensBrier: Bool = false, l1: Double = 0, heldOut: Case? = nil,
        folds: Int = 0, seed: UInt64 = 1, missingBits: Int = 0
    ) async throws -> Fit {
        let parties = try parties(
            data, family, penalty: penalty, estimatesTheta: estimatesTheta, errors: errors, isRobust: isRobust,
            opensBrier: opensBrier, l1: l1, heldOut: heldOut, folds: folds)
        let facts = parties[0].facts
        let ended = try await run(parties[0], parties[1], seed: seed, missingBits: missingBits)
        let (one, other) = (ended[0], ended[1])
        #expect(one.end == other.end)
        return Fit(
            coefficients: one.results.coefficients + other.results.coefficients,
            errors: (one.results.variances + other.results.variances).map { $0.squareRoot() }, family: one.family,
            end: one.end, passes: one.passes, kept: one.kept + other.kept.map { $0 + data.active.count + 1 },
            named: [(one, Array(data.columns.prefix(data.active.count + 1))), (other, data.passive)].map { run, all in
                let (results, columns) = (run.results, run.kept.map { all[$0] })
                let names = run.kept.map { "c\($0)" }
                if case .fitted(let summary) = one.end, summary.hasLeapt {
                    let isRunaway = NamedColumns.runaway(
                        results, columns: columns, centring: columns.map { _ in 0 }, facts: facts)
                    return zip(names, isRunaway).filter(\.1).map(\.0)
                }
                return NamedColumns.aliased(results.aliases, names: names)
                    + NamedColumns.moving(results.movements, columns: columns, names: names)
            }, curve: one.results.curve, thetaError: one.results.thetaError, views: [one.view, other.view])
    }

    /// Newton's method on the pooled table.
    static func pooled(
        _ data: Case, _ family: ResponseFamily, penalty: Double = 0, estimatesTheta: Bool = false
    ) throws -> (coefficients: [Double], errors: [Double], family: ResponseFamily, loss: Double) {
        let rows = try ActiveRows(
            label: data.label, offset: data.offset, weight: data.weight, columns: data.columns, family: family,
            estimatesTheta: estimatesTheta, penalty: Double(data.label.count) * penalty, range: .infinity)
        var matrix = SymmetricMatrix.gram(
            data.columns, weights: zip(rows.start.predictor, rows.weight).map { rows.family.weight($0) * $1 })
        matrix.addDiagonal(Double(data.label.count) * penalty) { $0 > 0 }
        let inverse = try CholeskyFactor(matrix, tolerance: 1e-14).inverse()
        return (
            rows.start.coefficients, (0..<inverse.order).map { inverse[$0, $0].squareRoot() }, rows.family,
            rows.start.loss
        )
    }

    static func poisson(_ mean: Double, _ generator: inout SplitMix) -> Double {
        var (count, product) = (0.0, generator.uniform())
        while product > ElementaryFunctions.exp(-mean) {
            count += 1
            product *= generator.uniform()
        }
        return count
    }

    static func data(_ family: ResponseFamily, active: Int = 3, passive: Int = 2) -> Case {
        Case(rows: 400, active: active, passive: passive, seed: 11) { z, generator in
            switch family {
            case .linear: return z + generator.uniform(-1...1)
            case .logistic, .cox: return generator.uniform() < ResponseFamily.mean(z) ? 1 : 0
            case .probit: return generator.uniform() < ResponseFamily.mean(1.7 * z) ? 1 : 0
            case .poisson, .negativeBinomial: return poisson(ElementaryFunctions.exp(z), &generator)
            case .gamma: return ElementaryFunctions.exp(z) * (0.1 + generator.uniform() + generator.uniform())
            }
        }
    }

    @Test(
        "Every family equals the pooled fit, in coefficients and standard errors",
        arguments: [
            ResponseFamily.linear, .logistic, .probit, .poisson, .negativeBinomial(theta: 2), .gamma,
        ])
    func families(_ family: ResponseFamily) async throws {
        let data = Self.data(family)
        let fit = try await Self.fit(data, family)
        let pooled = try Self.pooled(data, family)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        #expect(summary.converged)
        let spread = summary.residualSum.map { ($0 / Double(400 - 6)).squareRoot() } ?? 1
        for j in fit.coefficients.indices {
            #expect(
                abs(fit.coefficients[j] - pooled.coefficients[j]) < max(1e-4, 0x1p-12 * spread * pooled.errors[j]),
                "\(j)")
            // The first variance is the raw constant's, which here is the same.
            #expect(abs(fit.errors[j] / pooled.errors[j] - 1) < 1e-3, "\(j)")
        }
    }

    @Test(
        "Offsets and case weights, of every family that takes them",
        arguments: [
            ResponseFamily.logistic, .probit, .poisson, .negativeBinomial(theta: 2), .gamma,
        ])
    func besideTheLabel(_ family: ResponseFamily) async throws {
        var data = Self.data(family)
        var generator = SplitMix(5)
        data.offset = data.label.map { _ in generator.uniform(-2...2) }
        data.weight = data.label.map { _ in generator.uniform(0.25...6) }
        let fit = try await Self.fit(data, family)
        let pooled = try Self.pooled(data, family)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        #expect(abs((summary.loss ?? 0) - pooled.loss) < 1e-4 * abs(pooled.loss) + 0.01)
        for j in fit.coefficients.indices {
            #expect(
                abs(fit.coefficients[j] - pooled.coefficients[j]) < max(1e-4, 0x1p-12 * pooled.errors[j]), "\(j)")
            #expect(abs(fit.errors[j] / pooled.errors[j] - 1) < 1e-3, "\(j)")
        }
        guard family == .gamma, let weight = data.weight, let offset = data.offset else { return }
        let z = zip(linearPredictor(columns: data.columns, coefficients: pooled.coefficients), offset).map(+)
        let squares = z.indices.reduce(0.0) {
            let residual = data.label[$1] * ElementaryFunctions.exp(-z[$1]) - 1
            return $0 + weight[$1] * residual * residual
        }
        #expect(abs((summary.residualSum ?? 0) / squares - 1) < 1e-4)
    }

    /// From the definition: the negative second derivative of the pooled log-likelihood by theta.
    static func thetaError(_ theta: Double, _ label: [Double], _ weight: [Double]?, _ predictor: [Double]) -> Double {
        var information = 0.0
        for (row, y) in label.enumerated() {
            let total = ElementaryFunctions.exp(predictor[row]) + theta
            let own = Polygamma.trigamma(theta) - Polygamma.trigamma(theta + y) - 1 / theta
            information += (weight?[row] ?? 1) * (own + 2 / total - (y + theta) / (total * total))
        }
        return (1 / information).squareRoot()
    }

    @Test("Theta estimated between fits is that of the pooled likelihood, and its error", arguments: [0.7, 4, 9])
    func theta(_ shape: Double) async throws {
        var data = Case(rows: 600, active: 3, passive: 2, seed: 21) { z, generator in
            // A gamma variate of that shape, from sums of exponentials and a fraction of one, times the mean.
            var (sum, left) = (0.0, shape)
            while left > 0 {
                sum -= min(left, 1) * ElementaryFunctions.log(generator.uniform(1e-9...1))
                left -= 1
            }
            return Self.poisson(min(200, ElementaryFunctions.exp(z) * sum / shape), &generator)
        }
        data.offset = data.label.indices.map { $0 % 3 == 0 ? 0.5 : 0 }
        if shape == 4 { data.weight = data.label.indices.map { $0 % 4 == 0 ? 0.3 : 1.5 } }
        let family = ResponseFamily.negativeBinomial(theta: 1)
        let fit = try await Self.fit(data, family, estimatesTheta: true)
        let pooled = try Self.pooled(data, family, estimatesTheta: true)
        guard case .fitted = fit.end, case .negativeBinomial(let theta) = pooled.family else {
            Issue.record("\(fit.end)")
            return
        }
        guard case .negativeBinomial(let found) = fit.family else { return }
        #expect(abs(found / theta - 1) < 2e-3, "\(found) \(theta)")
        let z = linearPredictor(columns: data.columns, coefficients: fit.coefficients)
        let error = Self.thetaError(found, data.label, data.weight, zip(z, data.offset ?? []).map(+))
        let own = try #require(fit.thetaError)
        #expect(abs(own / error - 1) < 1e-3, "\(own) \(error)")
        for j in fit.coefficients.indices {
            #expect(abs(fit.coefficients[j] - pooled.coefficients[j]) < max(1e-4, 1e-3 * pooled.errors[j]), "\(j)")
            #expect(abs(fit.errors[j] / pooled.errors[j] - 1) < 1e-3, "\(j)")
        }
    }

    @Test("Counts without overdispersion end by name, before anything is sent")
    func noOverdispersion() throws {
        let data = Self.data(.poisson)
        var even = data
        even.label = data.label.map { min($0, 2) }
        #expect(throws: TrainingError.notOverdispersed) {
            try Self.pooled(even, .negativeBinomial(theta: 1), estimatesTheta: true)
        }
    }

    @Test("A party that throws ends the other one, and its own error is reported")
    func oneThrows() async throws {
        var data = Self.data(.logistic)
        // The passive party cannot even begin; the active one waits for it.
        data.passive[1] = data.passive[0]
        await #expect(throws: TrainingError.aliasedColumn("c1")) { try await Self.fit(data, .logistic) }
    }

    @Test("Ridge equals the pooled fit", arguments: [ResponseFamily.linear, .logistic, .poisson])
    func ridge(_ family: ResponseFamily) async throws {
        let data = Self.data(family)
        let fit = try await Self.fit(data, family, penalty: 0.05)
        let pooled = try Self.pooled(data, family, penalty: 0.05)
        for j in fit.coefficients.indices {
            #expect(abs(fit.coefficients[j] - pooled.coefficients[j]) < 2e-4, "\(j)")
        }
        #expect(fit.errors.isEmpty)
    }

    @Test(
        "Nearly collinear columns across the parties: right to a variance inflation of 20,000",
        arguments: [0.05, 0.02, 0.007])
    func nearlyAliased(_ noise: Double) async throws {
        var data = Self.data(.logistic)
        var generator = SplitMix(7)
        data.passive[0] = Case.standardised(data.active[1].map { $0 + noise * generator.uniform(-1.7...1.7) })
        let fit = try await Self.fit(data, .logistic)
        let pooled = try Self.pooled(data, .logistic)
        guard case .fitted = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        for j in fit.coefficients.indices {
            #expect(abs(fit.coefficients[j] - pooled.coefficients[j]) < 5e-4 * pooled.errors[j], "\(j)")
            #expect(abs(fit.errors[j] / pooled.errors[j] - 1) < 1e-3, "\(j)")
        }
    }

    @Test(
        "Predictors up to 60: rows wrap on the way, and the inverse is taken anew under the longer period",
        arguments: 1...3)
    func largePredictors(_ seed: UInt64) async throws {
        let data = Case(rows: 1000, active: 3, passive: 3, seed: seed) { z, generator in
            generator.uniform() < ResponseFamily.mean(12 * z) ? 1 : 0
        }
        let fit = try await Self.fit(data, .logistic)
        let pooled = try Self.pooled(data, .logistic)
        guard case .fitted = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        for j in fit.coefficients.indices {
            #expect(abs(fit.coefficients[j] - pooled.coefficients[j]) < 1e-3 * pooled.errors[j], "\(j)")
            #expect(abs(fit.errors[j] / pooled.errors[j] - 1) < 1e-3, "\(j)")
        }
    }

    @Test(
        "Rare events and strong signals: rows beyond the first period, or own parts beyond its range",
        arguments: [(1.0, -4.0), (2, -5), (3, -6), (1, -6), (3, 0), (6, 1)])
    func beyondTheFirstPeriod(strength: Double, constant: Double) async throws {
        let data = Case(rows: 3000, active: 3, passive: 3, seed: 5) { z, generator in
            generator.uniform() < ResponseFamily.mean(strength * z + constant) ? 1 : 0
        }
        let fit = try await Self.fit(data, .logistic)
        let pooled = try Self.pooled(data, .logistic)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        let z = linearPredictor(columns: data.columns, coefficients: pooled.coefficients)
        #expect(z.contains { abs($0) > 4 })
        let loss = zip(z, data.label).reduce(0.0) { $0 + ResponseFamily.logistic.loss($1.0, label: $1.1) }
        #expect(summary.loss.map { abs($0 / loss - 1) < 1e-4 } == true)
        for j in fit.coefficients.indices {
            #expect(abs(fit.coefficients[j] - pooled.coefficients[j]) < 3e-4 * pooled.errors[j], "\(j)")
            #expect(abs(fit.errors[j] / pooled.errors[j] - 1) < 1e-3, "\(j)")
        }
    }

    @Test("Joint predictors beyond the series of sums, whose own parts are not: the loss is that of the pooled fit")
    func lossOfLargePredictors() async throws {
        var data = Self.data(.logistic)
        // Related columns whose parts of a few rows add up; a ridge keeps the fit from separating them.
        for row in data.label.indices {
            let sign = data.label[row] * 2 - 1
            data.active[0][row] = sign * (row % 40 == 0 ? 6 : 0.3)
            data.passive[0][row] = sign * (row % 40 == 0 ? 6 : 0.2)
        }
        data.active[0] = Case.standardised(data.active[0])
        data.passive[0] = Case.standardised(data.passive[0])
        for row in 0..<20 { data.label[row * 7 + 1] = 1 - data.label[row * 7 + 1] }
        let penalty = 0.003
        let fit = try await Self.fit(data, .logistic, penalty: penalty, opensBrier: true)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        let pooled = try Self.pooled(data, .logistic, penalty: penalty)
        let z = linearPredictor(columns: data.columns, coefficients: pooled.coefficients)
        // Beyond a quarter of the first period, with own parts that are within its fifth.
        #expect(z.contains { abs($0) > 16 })
        let loss = zip(z, data.label).reduce(0.0) { $0 + ResponseFamily.logistic.loss($1.0, label: $1.1) }
        #expect(abs((summary.loss ?? 0) / loss - 1) < 1e-3, "\(summary.loss ?? 0) \(loss)")
    }

    @Test("Labels that both parties together predict are separation")
    func separation() async throws {
        var full = Self.data(.logistic)
        full.label = zip(full.active[0], full.passive[0]).map { $0 + $1 > 0 ? 1 : 0 }
        #expect(try await Self.fit(full, .logistic).end == .failed(.separation()))
    }

    @Test("A linear fit that explains nearly all of its label", arguments: [1e-3, 1e-4])
    func nearlyExact(_ noise: Double) async throws {
        let data = Case(rows: 300, active: 2, passive: 2, seed: 3) { z, generator in
            z + noise * generator.uniform(-1...1)
        }
        let fit = try await Self.fit(data, .linear)
        let pooled = try Self.pooled(data, .linear)
        guard case .fitted(let summary) = fit.end, let sum = summary.residualSum else {
            Issue.record("\(fit.end)")
            return
        }
        let z = linearPredictor(columns: data.columns, coefficients: pooled.coefficients)
        let expected = zip(z, data.label).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        #expect(abs(sum / expected - 1) < 1e-4)
        for j in fit.coefficients.indices {
            #expect(abs(fit.coefficients[j] - pooled.coefficients[j]) < 1e-5, "\(j)")
        }
    }
}
