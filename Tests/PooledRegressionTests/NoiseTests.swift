import Foundation
import Records
import SecureSums
import SplitRegression
import TestSupport
import Testing
import Wire

@testable import PooledRegression

/// Models whose sums are opened with noise.
@Suite struct NoiseTests {
    struct Vectors: Decodable {
        struct Sample: Decodable {
            let key: String
            let variance: UInt64
            let values: [Int64]
        }

        struct Budget: Decodable {
            let epsilon: Double
            let delta: Double
            let rho: Double
        }

        let samples: [Sample]
        let budgets: [Budget]
    }

    private func load() throws -> Vectors { try Repository.vectors("row-noise", as: Vectors.self) }

    // MARK: The sampler

    @Test func samplesAreThoseOfTheVectors() throws {
        for sample in try load().samples {
            let key = try #require(Bytes32(hex: sample.key))
            var generator = ProtocolRandomness(secret: key.bytes)
            let gaussian = try #require(DiscreteGaussian(variance: sample.variance))
            #expect(sample.values.map { _ in gaussian.next(&generator) } == sample.values, "\(sample.variance)")
        }
        #expect(DiscreteGaussian(variance: 0) == nil && DiscreteGaussian(variance: (1 << 44) + 1) == nil)
    }

    /// A chi-squared test against the probabilities, which are those of exp(-x^2 / 2 sigma^2).
    @Test(arguments: [1, 3, 20] as [UInt64]) func samplesFitTheDistribution(_ variance: UInt64) throws {
        var generator = ProtocolRandomness(secret: [UInt8](repeating: UInt8(variance), count: 32))
        let gaussian = try #require(DiscreteGaussian(variance: variance))
        let count = 20_000
        var found: [Int64: Int] = [:]
        for _ in 0..<count { found[gaussian.next(&generator), default: 0] += 1 }
        let weights = (-60...60).map { exp(-Double($0 * $0) / Double(2 * variance)) }
        let total = weights.reduce(0, +)
        var (statistic, cells, rest, restFound) = (0.0, 0, 0.0, 0)
        for (x, weight) in zip(-60...60, weights) {
            let expected = weight / total * Double(count)
            let observed = found[Int64(x)] ?? 0
            if expected < 10 {
                (rest, restFound) = (rest + expected, restFound + observed)
                continue
            }
            statistic += (Double(observed) - expected) * (Double(observed) - expected) / expected
            cells += 1
        }
        statistic += (Double(restFound) - rest) * (Double(restFound) - rest) / rest
        #expect(Distributions.chiSquaredUpper(statistic, degreesOfFreedom: cells) > 0.001, "\(statistic) \(cells)")
    }

    @Test func largeSamplesHaveTheVariance() throws {
        var generator = ProtocolRandomness(secret: [UInt8](repeating: 9, count: 32))
        let gaussian = try #require(DiscreteGaussian(variance: 1 << 41))
        let values = (0..<4000).map { _ in Double(gaussian.next(&generator)) }
        let mean = values.reduce(0, +) / 4000
        let variance = values.reduce(0) { $0 + $1 * $1 } / 4000
        // Five standard errors.
        #expect(abs(variance / 0x1p41 - 1) < 5 * (2.0 / 4000).squareRoot())
        #expect(abs(mean) < 5 * (0x1p41 / 4000).squareRoot())
    }

    // MARK: The account

    @Test func budgetsAreThoseOfTheVectors() throws {
        for budget in try load().budgets {
            let rho = PrivacyBudget(epsilon: budget.epsilon, delta: budget.delta).rho
            #expect(rho <= budget.rho && rho > budget.rho * (1 - 1e-5), "\(budget.epsilon) \(rho) \(budget.rho)")
        }
    }

    @Test func noiseCoversTheSensitivity() throws {
        for (epsilon, clip, count, honest) in [(0.1, 1.0, 3, 2), (1, 3, 200, 4), (8, 10, 5000, 49), (20, 100, 10, 2)] {
            let rho = PrivacyBudget(epsilon: epsilon, delta: 1e-6).rho
            let plan = try NoisePlan(
                sensitivity: clip * clip, count: count, rho: rho, honest: honest, siteCount: honest + 1)
            let unit = Double(sign: .plus, exponent: plan.shift, significand: 1)
            let length = clip * clip * unit + Double(count).squareRoot() / 2
            #expect(length * length / (2 * Double(honest) * Double(plan.variance)) <= rho)
            #expect(plan.variance >= 1 << 40)
        }
    }

    /// One row changes a vector by no more than the sensitivity, at any point and for any values.
    @Test func rowsAreBounded() throws {
        var generator = SplitMix(3)
        let settings = try Site.settings(3, coalition: 1)
        for family in [ModelFamily.linear, .logistic] {
            for clip in [1, 1.5, 2.5] {
                var course = try NoisyCourse(design(family, clip: clip), settings)
                for turn in 0..<60 {
                    let rows = PooledRows(
                        label: [family == .linear ? generator.uniform(-1e3...1e3) : generator.bit()],
                        columns: (0..<3).map { _ in [generator.uniform(-1...1) * (turn % 2 == 0 ? 10 : 1e6)] })
                    let unit = Double(sign: .plus, exponent: course.plan.shift, significand: 1)
                    let sums = course.sums(of: rows).map { Double($0) }
                    let most = course.design.sensitivity * unit + Double(sums.count).squareRoot() / 2
                    #expect(dot(sums, sums).squareRoot() <= most * (1 + 1e-12))
                    // Any point: what a site that deviates can have.
                    var values = (0..<course.design.count).map { _ in generator.uniform(-3...3) }
                    if family == .logistic {
                        var at = 4
                        for j in 0..<4 { for k in j..<4 { values[at] = j == k ? 9 : 0; at += 1 } }
                        try? course.take(FixedPoint.encode(values))
                    }
                }
            }
        }
    }

    private func design(_ family: ModelFamily, epsilon: Double = 3, clip: Double = 3) -> NoisyDesign {
        NoisyDesign(
            family: family, terms: ["age", "dose", "sex"],
            bounds: [.init(low: 20, high: 100), .init(low: -2, high: 2), .init(low: 0, high: 1)],
            labelBounds: family == .linear ? .init(low: 0, high: 50) : nil,
            budget: PrivacyBudget(epsilon: epsilon, delta: 1e-6), clip: clip, rounds: 5)
    }

    private static let truth = [2.0, 0.2, 1.5, -3]

    private func rows(_ site: Int, _ family: ModelFamily, count: Int = 2000) -> PooledRows {
        var generator = SplitMix(UInt64(site + 77))
        let columns = [
            generator.uniforms(count, in: 30...90), generator.uniforms(count, in: -2...2),
            (0..<count).map { _ in generator.bit() },
        ]
        let label = (0..<count).map { row in
            let z = Self.truth[0] + (0..<3).reduce(0) { $0 + Self.truth[$1 + 1] * columns[$1][row] }
            let spread = generator.uniforms(12, in: -0.5...0.5).reduce(0, +)
            return family == .linear
                ? z + 3 * spread : (generator.uniform() < ResponseFamily.mean((z - 13) / 2) ? 1 : 0)
        }
        return PooledRows(label: label, columns: columns)
    }

    @Test(arguments: [ModelFamily.linear, .logistic]) func fitsAreNearTheTruth(_ family: ModelFamily) async throws {
        let design = design(family)
        let settings = try Site.settings(3, coalition: 1)
        let results = try await Computation.run(settings) { own, mesh in
            let fit = try PooledNoisy(design, rows: rows(own, family), settings, secret: Computation.secret(own))
            return try await fit.run(over: mesh, from: Computation.start(settings))
        }
        let outcomes = try results.map { try $0.get() }
        #expect(outcomes.count == 3 && outcomes.allSatisfy { $0 == outcomes[0] })
        let outcome = outcomes[0]
        #expect(outcome.rounds == (family == .linear ? 1 : 5))
        for (j, term) in outcome.terms.enumerated() {
            let expected = family == .linear ? Self.truth[j] : (Self.truth[j] - (j == 0 ? 13 : 0)) / 2
            #expect(abs(term.estimate - expected) < 5 * term.standardError, "\(term.term) \(term.estimate)")
            let parts = outcome.parts[j]
            #expect(parts.noise > 0 && parts.model > 0 && term.standardError < 10)
        }
    }

    /// Standard errors are those of estimates over many draws of noise of the same rows.
    @Test(arguments: [ModelFamily.linear, .logistic]) func errorsAreThoseOfTheNoise(_ family: ModelFamily) throws {
        var design = design(family, epsilon: 8)
        design.rounds = 6
        let settings = try Site.settings(3, coalition: 1)
        let tables = (0..<3).map { rows($0, family, count: 2000) }
        let draws = 30
        var estimates: [[Double]] = []
        var errors: [Double] = []
        for draw in 0..<draws {
            let programs = try tables.enumerated().map { site, rows in
                let secret = try #require(SiteSecret(bytes: [UInt8](repeating: UInt8(3 * draw + site), count: 32)))
                return CourseProgram(
                    start: try NoisyCourse(design, settings), siteCount: 3,
                    own: .init(rows: rows, input: RowsHash.of(rows.columns), secret: secret))
            }
            let sums = try Computation.sums(programs)
            let outcome = try programs[0].end(of: sums).outcome(sites: [], rounds: 1)
            estimates.append(outcome.terms.map(\.estimate))
            errors = zip(errors.isEmpty ? outcome.parts.map { _ in 0 } : errors, outcome.parts).map {
                $0 + $1.noise / Double(draws)
            }
        }
        for j in 0..<4 {
            let values = estimates.map { $0[j] }
            let mean = values.reduce(0, +) / Double(draws)
            let found = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(draws - 1)).squareRoot()
            // Four standard errors of a standard deviation of 30 draws.
            #expect(abs(found / errors[j] - 1) < 0.52, "\(j) \(found) \(errors[j])")
        }
    }

    // MARK: Attacks

    /// A site whose noise changes from attempt to attempt gives its sums away by averages; the same vector has the same noise.
    @Test func noiseDoesNotAverageOut() throws {
        let settings = try Site.settings(3, coalition: 1)
        let rows = rows(0, .linear, count: 50)
        let course = try NoisyCourse(design(.linear), settings)
        let unit = Double(sign: .plus, exponent: -course.plan.shift, significand: 1)
        let exact = course.sums(of: rows).map { Double($0) * unit }
        /// How far the mean of many attempts is from the sums, in standard deviations of the noise.
        func distance(_ fresh: Bool) throws -> Double {
            var sums = exact.map { -$0 }
            for attempt in 0..<100 {
                let bytes = [UInt8](repeating: fresh ? UInt8(attempt) : 1, count: 32)
                let program = CourseProgram(
                    start: course, siteCount: 3,
                    own: .init(rows: rows, input: .zero, secret: try #require(SiteSecret(bytes: bytes))))
                let step = try #require(try program.next(after: []))
                for (at, value) in FixedPoint.decode(try program.contribution(to: step.request)).enumerated() {
                    sums[at] += value / 100
                }
            }
            return (dot(sums, sums) / Double(sums.count) / (course.plan.totalVariance / 3)).squareRoot()
        }
        #expect(try distance(true) < 0.2)
        let kept = try distance(false)
        #expect(kept > 0.5, "\(kept)")
    }

    /// Without noise the count of rows tells whether one is there; with it the odds are within the promise.
    @Test func oneRowIsHidden() throws {
        let settings = try Site.settings(3, coalition: 1)
        let design = design(.linear, epsilon: 1, clip: 2.5)
        let course = try NoisyCourse(design, settings)
        let with = rows(0, .linear, count: 50)
        var without = with
        without.label.removeLast()
        for j in 0..<3 { without.columns[j].removeLast() }
        let unit = Double(sign: .plus, exponent: -course.plan.shift, significand: 1)
        let difference = zip(course.sums(of: with), course.sums(of: without)).map { Double($0 - $1) * unit }
        // Largest mean of the best test, in standard deviations of the noise of the two honest sites.
        let honest = course.plan.totalVariance / 3 * 2
        let distance = (dot(difference, difference) / honest).squareRoot()
        #expect(distance > 0.01 && distance <= (2 * design.budget.rho).squareRoot())
        // Any row, by the noise that a coalition cannot take off.
        #expect(design.sensitivity / honest.squareRoot() <= (2 * design.budget.rho).squareRoot())
        // With half the noise, as if the coalition's own counted, it would not be.
        #expect(design.sensitivity / (honest / 2).squareRoot() > (2 * design.budget.rho).squareRoot())
    }

    /// A row more changes the sums by its own part and by nothing else, in any order of rows. Sums of doubles that are rounded at the end
    /// change by what their later partial sums round to as well, which no sensitivity bounds.
    @Test func aRowChangesTheSumsByItsOwnPart() throws {
        let settings = try Site.settings(3, coalition: 1)
        for family in [ModelFamily.linear, .logistic] {
            let course = try NoisyCourse(design(family), settings)
            let all = rows(0, family, count: 300)
            func part(_ places: [Int]) -> [Int128] {
                course.sums(
                    of: PooledRows(
                        label: places.map { all.label[$0] }, columns: all.columns.map { c in places.map { c[$0] } }))
            }
            let whole = part(Array(0..<300))
            #expect(whole == part((0..<300).reversed()))
            for row in [0, 7, 299] {
                let others = part((0..<300).filter { $0 != row })
                #expect(zip(whole, others).map { $0 - $1 } == part([row]))
            }
        }
        // Doubles: what a row adds depends on what stands before it.
        let (many, part) = (Array(repeating: 0x1p-30, count: 5), 0x1p23)
        let with = many.reduce(part, +) - part
        #expect(with != many.reduce(0, +))
    }

    // MARK: Bad input

    @Test func badDesigns() throws {
        let settings = try Site.settings(3, coalition: 1)
        func isRefused(_ change: (inout NoisyDesign) -> Void) -> Bool {
            var design = design(.linear)
            change(&design)
            return (try? NoisyCourse(design, settings)) == nil
        }
        #expect(!isRefused { _ in })
        #expect(throws: PooledError.unsupported("noise under onLoss continue")) {
            try NoisyCourse(design(.linear), try Site.settings(4, coalition: 1, onLoss: .continue))
        }
        #expect(isRefused { $0.budget.epsilon = 0 } && isRefused { $0.budget.epsilon = .nan })
        #expect(isRefused { $0.budget.delta = 0 } && isRefused { $0.budget.delta = 0.5 })
        #expect(isRefused { $0.clip = 0.5 } && isRefused { $0.clip = .infinity } && isRefused { $0.rounds = 0 })
        #expect(isRefused { $0.family = .poisson } && isRefused { $0.labelBounds = nil })
        #expect(isRefused { $0.bounds[0] = .init(low: 1, high: 1) } && isRefused { $0.bounds.removeLast() })
        #expect(isRefused { $0.bounds[0] = .init(low: .nan, high: 1) } && isRefused { $0.terms[1] = "age" })
    }
}
