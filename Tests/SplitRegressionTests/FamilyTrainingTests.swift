import Records
import Testing

@testable import SplitRegression

/// Trainings under encryption with offsets and case weights, inspected as they run, against Newton's method on the joined table.
@Suite(.serialized) struct FamilyTrainingTests {
    static let rows = 60

    static func table(_ family: ModelFamily) -> MadeTable {
        let sample = MadeTable.sample(.linear, rows: rows, active: 1, passive: 1, seed: 13)
        let label = sample.label.enumerated().map { row, value -> Double in
            switch family {
            case .linear: value
            case .logistic, .probit, .cox: value > 0.1 ? 1 : 0
            // Far more dispersed than Poisson's counts.
            case .poisson, .negativeBinomial: (row % 4 == 0 ? 3 : 0.7) * ElementaryFunctions.exp(value).rounded(.down)
            case .gamma: ElementaryFunctions.exp(value)
            }
        }
        return MadeTable(
            active: sample.active, passive: sample.passive, label: label.map { family == .gamma ? $0 : $0.rounded() })
    }

    @Test(arguments: [ModelFamily.probit, .poisson, .negativeBinomial, .gamma])
    func equalsThePooledFit(_ family: ModelFamily) async throws {
        let table = Self.table(family)
        let offset = (0..<Self.rows).map { Double($0 % 5) / 10 - 0.2 }
        let weight = (0..<Self.rows).map { 1 + Double($0 % 3) / 2 }
        var plan = TrainingPlan(family: family, maximumPasses: 30, keyBits: 768)
        (plan.isWeighted, plan.hasOffset) = (true, true)
        let (active, passive) = try await table.train(plan, offset: offset, weight: weight).get()

        let columns =
            try [Array(repeating: 1, count: Self.rows)] + table.input(\.active, fractionBits: 16).design.columns
            + table.input(\.passive, fractionBits: 16).design.columns
        let pooled = try ActiveRows(
            label: table.label, offset: offset, weight: weight, columns: columns, family: plan.response,
            estimatesTheta: plan.estimatesTheta, penalty: 0, range: .infinity)
        let matrix = SymmetricMatrix.gram(
            columns, weights: zip(pooled.start.predictor, weight).map { pooled.family.weight($0) * $1 })
        let inverse = try CholeskyFactor(matrix, tolerance: 1e-14).inverse()
        // Deviances move with theta: it is compared by itself, and they at the one that was found.
        let fitted = active.summary.theta.map { ResponseFamily.negativeBinomial(theta: $0) } ?? pooled.family
        let loss = table.label.indices.reduce(0.0) {
            $0 + weight[$1] * fitted.loss(pooled.start.predictor[$1], label: table.label[$1])
        }
        let likelihood = RowLikelihood(family: fitted, label: table.label, offset: offset, weight: weight)
        var dispersion = 1.0
        if family == .gamma {
            let squares = zip(pooled.start.predictor, zip(table.label, weight)).reduce(0.0) {
                let residual = $1.1.0 * ElementaryFunctions.exp(-$1.0) - 1
                return $0 + $1.1.1 * residual * residual
            }
            dispersion = squares / Double(Self.rows - 3)
            #expect(abs((passive.summary.dispersion ?? 0) / dispersion - 1) < 1e-4)
        }
        for (j, term) in (active.terms + passive.terms).enumerated() {
            let error = (inverse[j, j] * dispersion).squareRoot()
            #expect(abs(term.standardized - pooled.start.coefficients[j]) < max(1e-4, 1e-3 * error), "\(term.term)")
            // The first is the raw constant's.
            guard j > 0 else { continue }
            let own = try #require(term.standardError) * term.standardized / term.estimate
            #expect(abs(own / error - 1) < 1e-3, "\(term.term)")
        }
        #expect(active.summary.converged && passive.summary.converged)
        let found = try #require(active.summary.logLikelihood)
        let expected = likelihood.logLikelihood(loss: loss)
        #expect(abs(found / expected - 1) < 1e-4)
        let deviance = try #require(active.summary.deviance)
        #expect(abs(deviance - likelihood.deviance(loss: loss)) < 0.02)
        #expect(deviance < (active.summary.nullDeviance ?? 0))
        if family == .negativeBinomial {
            guard case .negativeBinomial(let theta) = pooled.family else { return }
            #expect(abs((active.summary.theta ?? 0) / theta - 1) < 5e-3)
            #expect(passive.summary.theta == nil)
            let error = SimulatedFitTests.thetaError(theta, table.label, weight, pooled.start.predictor)
            #expect(abs((active.summary.thetaError ?? 0) / error - 1) < 1e-2)
            #expect(active.summary.thetaErrorWithheld == nil)
            #expect(passive.summary.thetaError == nil && passive.summary.thetaErrorWithheld == nil)
        }
        let extra = family == .gamma || family == .negativeBinomial ? 1.0 : 0
        #expect(abs((active.summary.aic ?? 0) - (-2 * found + 2 * (3 + extra))) < 1e-9)
    }

    @Test("Case weights of a linear fit, and R's numbers of such a fit")
    func weightedLinear() async throws {
        let table = Self.table(.linear)
        let weight = (0..<Self.rows).map { 0.5 + Double($0 % 7) }
        var plan = TrainingPlan(family: .linear, keyBits: 768)
        plan.isWeighted = true
        plan.folds = 4
        let (active, passive) = try await table.train(plan, weight: weight).get()
        let columns =
            try [Array(repeating: 1, count: Self.rows)] + table.input(\.active, fractionBits: 22).design.columns
            + table.input(\.passive, fractionBits: 22).design.columns
        let pooled = try ActiveRows(
            label: table.label, weight: weight, columns: columns, family: .linear, penalty: 0, range: .infinity)
        let inverse = try CholeskyFactor(SymmetricMatrix.gram(columns, weights: weight), tolerance: 1e-14).inverse()
        let (n, p, squares) = (Double(Self.rows), 3.0, 2 * pooled.start.loss)
        let sigma = (squares / (n - p)).squareRoot()
        for (j, term) in (active.terms + passive.terms).enumerated() {
            let error = inverse[j, j].squareRoot() * sigma
            #expect(abs(term.standardized - pooled.start.coefficients[j]) < 1e-3 * error, "\(term.term)")
            guard j > 0 else { continue }
            let own = try #require(term.standardError) * term.standardized / term.estimate
            #expect(abs(own / error - 1) < 1e-3, "\(term.term)")
        }
        for summary in [active.summary, passive.summary] {
            #expect(abs((summary.sigma ?? 0) / sigma - 1) < 1e-4)
        }
        // summary(lm(weights =)) and logLik() of it.
        let mean = zip(weight, table.label).reduce(0) { $0 + $1.0 * $1.1 } / weight.reduce(0, +)
        let total = zip(weight, table.label).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
        #expect(abs((active.summary.r2 ?? 0) - (1 - squares / total)) < 1e-5)
        let logLikelihood =
            0.5
            * (weight.reduce(0) { $0 + ElementaryFunctions.log($1) }
                - n
                * (ElementaryFunctions.log(2 * .pi) + 1 - ElementaryFunctions.log(n) + ElementaryFunctions.log(squares)))
        #expect(abs((active.summary.logLikelihood ?? 0) - logLikelihood) < 1e-2)
        #expect(abs((active.summary.aic ?? 0) - (-2 * logLikelihood + 2 * (p + 1))) < 2e-2)
        var data = SimulatedFitTests.Case(active: [columns[1]], passive: [columns[2]], label: table.label)
        data.weight = weight
        let exact = try CrossValidationTests.sums(data, .linear, folds: 4) {
            try SimulatedFitTests.pooled($0, .linear).coefficients
        }
        let rmse = try #require(active.foldMetrics?.rmse)
        #expect(abs(rmse / (exact.loss / weight.reduce(0, +)).squareRoot() - 1) < 1e-3)
        #expect(passive.foldMetrics == nil)
    }

    @Test("An elastic net takes no case weights")
    func weightedNet() async throws {
        var plan = TrainingPlan(family: .linear, keyBits: 768)
        (plan.isWeighted, plan.l1) = (true, 0.1)
        let outcome = try await Self.table(.linear).train(plan, weight: Array(repeating: 2, count: Self.rows))
        #expect(throws: TrainingError.invalidPlan("an elastic net takes no case weights")) { try outcome.get() }
    }

    @Test(
        "Robust errors, cross-validation, and sums over rows kept aside",
        arguments: [ModelFamily.linear, .logistic, .poisson, .gamma])
    func robustAndKept(_ family: ModelFamily) async throws {
        let whole = Self.table(family)
        func part(_ rows: Range<Int>) -> MadeTable {
            MadeTable(
                active: whole.active.mapValues { Array($0[rows]) },
                passive: whole.passive.mapValues { Array($0[rows]) },
                label: Array(whole.label[rows]))
        }
        let (table, kept) = (part(0..<48), part(48..<60))
        var plan = TrainingPlan(family: family, maximumPasses: 30, keyBits: 768)
        plan.covariance = .hc1
        plan.folds = 4
        let (active, passive) = try await table.train(plan, kept: kept).get()
        let bits = family.featureFractionBits
        let inputs = try [\MadeTable.active, \MadeTable.passive].map {
            try table.input($0, fractionBits: bits, kept: kept)
        }
        let data = RobustErrorTests.Case(
            active: inputs[0].design.columns, passive: inputs[1].design.columns, label: table.label)
        let expected = try RobustErrorTests.pooled(data, plan.response).map { $0 * (48.0 / 45).squareRoot() }
        // The first is the raw constant's.
        for (j, term) in (active.terms + passive.terms).enumerated().dropFirst() {
            let own = try #require(term.standardError) * term.standardized / term.estimate
            #expect(abs(own / expected[j] - 1) < 1e-3, "\(term.term)")
        }
        #expect(active.summary.covariance == "HC1")

        let start = (active.terms + passive.terms).map(\.standardized)
        let step = try CrossValidationTests.sums(data, plan.response, folds: 4) {
            try CrossValidationTests.step(from: start, $0, plan.response, penalty: 0)
        }
        let validated = try #require(active.foldMetrics)
        #expect(validated.n == 48)
        switch family {
        case .linear: #expect(abs((validated.rmse ?? 0) - (step.loss / 48).squareRoot()) < 2e-3)
        case .logistic:
            #expect(abs((validated.logLoss ?? 0) - step.loss / 48) < 2e-3)
            #expect(passive.foldMetrics?.logLoss == validated.logLoss && passive.foldMetrics?.brier == validated.brier)
        default:
            let likelihood = RowLikelihood(family: plan.response, label: table.label, offset: nil, weight: nil)
            #expect(abs((validated.deviance ?? 0) - likelihood.deviance(loss: step.loss)) < 0.1)
            #expect(passive.foldMetrics == nil)
        }

        let test = [Array(repeating: 1.0, count: 12)] + inputs.compactMap(\.test).flatMap(\.columns)
        let z = linearPredictor(columns: test, coefficients: (active.terms + passive.terms).map(\.standardized))
        let metrics = try #require(active.holdOutMetrics)
        #expect(metrics.n == 12)
        let direct = ScoreMetrics(z, label: kept.label, family: plan.response)
        for (found, wanted) in [
            (metrics.logLoss, direct.logLoss), (metrics.brier, direct.brier), (metrics.rmse, direct.rmse),
        ] where found != nil { #expect(abs((found ?? 0) - (wanted ?? 9)) < 2e-3) }
        switch family {
        case .linear:
            #expect(abs((metrics.r2 ?? 9) - (direct.r2 ?? 0)) < 2e-3 && passive.holdOutMetrics?.rmse == metrics.rmse)
        case .logistic: #expect(passive.holdOutMetrics?.logLoss == metrics.logLoss && metrics.brier != nil)
        default:
            #expect(abs((metrics.deviance ?? 0) - (direct.deviance ?? 9)) < 0.02)
            #expect(passive.holdOutMetrics == nil)
        }
    }

    @Test("Offsets and weights that the job does not name are not used in silence")
    func notOfTheJob() async throws {
        let table = Self.table(.poisson)
        let plan = TrainingPlan(family: .poisson, maximumPasses: 30, keyBits: 768)
        let outcome = try await table.train(plan, weight: Array(repeating: 2, count: Self.rows))
        #expect(throws: TrainingError.invalidPlan("offsets and case weights are not those of the job")) {
            try outcome.active.get()
        }
    }
}

/// Against their definitions: a loss leaves out terms of the label alone.
@Suite struct RowLikelihoodTests {
    private static let counts: [Double] = [0, 1, 3, 2, 7, 1]

    @Test("Deviance and likelihood of the constant alone, by their definitions")
    func definitions() throws {
        let y = Self.counts
        let mean = y.reduce(0, +) / 6
        let poisson = RowLikelihood(family: .poisson, label: y, offset: nil, weight: nil)
        let deviance = 2 * y.reduce(0) { $0 + ($1 > 0 ? $1 * ElementaryFunctions.log($1 / mean) : 0) - ($1 - mean) }
        #expect(abs((poisson.nullDeviance ?? 0) - deviance) < 1e-9)
        let loss = y.reduce(0) { $0 + mean - $1 * ElementaryFunctions.log(mean) }
        // ln y!: 0, 0, ln 6, ln 2, ln 5040, 0
        let factorials = ElementaryFunctions.log(6 * 2 * 5040)
        #expect(abs(poisson.logLikelihood(loss: loss) - (-loss - factorials)) < 1e-9)

        let gamma = RowLikelihood(family: .gamma, label: [1, 2, 4], offset: nil, weight: nil)
        let center = 7.0 / 3
        let expected = 2 * [1.0, 2, 4].reduce(0) { $0 - ElementaryFunctions.log($1 / center) + ($1 - center) / center }
        #expect(abs((gamma.nullDeviance ?? 0) - expected) < 1e-9)

        let binomial = RowLikelihood(
            family: .negativeBinomial(theta: 2), label: y, offset: nil, weight: nil)
        let other =
            2
            * y.reduce(0) {
                $0 + ($1 > 0 ? $1 * ElementaryFunctions.log($1 / mean) : 0)
                    - ($1 + 2) * ElementaryFunctions.log(($1 + 2) / (mean + 2))
            }
        #expect(abs((binomial.nullDeviance ?? 0) - other) < 1e-9)
        // theta = 2: Gamma(y + 2) / (Gamma(2) y!) = y + 1, so ln p = ln(y + 1) + 2 ln(2 / (2 + m)) + y ln(m / (2 + m))
        let direct = y.reduce(0) {
            $0 + ElementaryFunctions.log($1 + 1) + 2 * ElementaryFunctions.log(2 / (2 + mean))
                + $1 * ElementaryFunctions.log(mean / (2 + mean))
        }
        let shift = ElementaryFunctions.log(mean)
        let known = y.reduce(0) { $0 + ResponseFamily.negativeBinomial(theta: 2).loss(shift, label: $1) }
        #expect(abs(binomial.logLikelihood(loss: known) - direct) < 1e-9)
    }

    @Test("An offset multiplies the rate of the null model")
    func offset() throws {
        // Rates per exposure are the same in all rows: nothing is left over.
        let rows = RowLikelihood(
            family: .poisson, label: [2, 4, 8], offset: [1, 2, 4].map { ElementaryFunctions.log($0) },
            weight: [3, 1, 2])
        #expect(abs(rows.nullDeviance ?? 1) < 1e-9)
    }
}
