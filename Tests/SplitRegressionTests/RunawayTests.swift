import TestSupport
import Testing

@testable import SplitRegression

/// Fits in which a level has one outcome: its column is named, and the rest is what a fit without the level's rows gives.
@Suite("Levels with one outcome") struct RunawayTests {
    private typealias Case = SimulatedFitTests.Case

    enum Place: CaseIterable, Sendable {
        case passive, active, reference, two, both, offsets

        /// Columns of the joint table (0 is the constant) that the fit without these rows does not have.
        var leftOut: Set<Int> {
            switch self {
            case .passive, .offsets: [5]
            case .active: [3]
            case .reference: [6]
            case .two: [5, 6]
            case .both: [3, 6]
            }
        }

        /// By party, in own columns.
        var named: [[String]] {
            switch self {
            case .passive, .offsets: [[], ["c1"]]
            case .active: [["c3"], []]
            case .reference, .two: [[], ["c1", "c2"]]
            case .both: [["c3"], ["c2"]]
            }
        }
    }

    private static let families: [ResponseFamily] = [.logistic, .probit, .poisson, .negativeBinomial(theta: 2)]

    /// Three levels: the first one's rows have one outcome, and where two run away, so have the second one's, another where labels
    /// have two.
    private static func data(_ family: ResponseFamily, _ place: Place, rows: Int, parts: (Double, Double)) -> (
        Case, [Bool]
    ) {
        var data = Case(rows: rows, active: 3, passive: 3, seed: 12) { z, generator in
            switch family {
            case .logistic: return generator.uniform() < ResponseFamily.mean(z) ? 1 : 0
            case .probit: return generator.uniform() < ResponseFamily.mean(1.7 * z) ? 1 : 0
            default: return SimulatedFitTests.poisson(ElementaryFunctions.exp(z), &generator)
            }
        }
        var generator = SplitMix(5)
        let level = (0..<rows).map { _ in
            let draw = generator.uniform()
            return draw < parts.0 ? 0 : draw < parts.0 + parts.1 ? 1 : 2
        }
        func column(_ number: Int) -> [Double] { Case.standardised(level.map { $0 == number ? 1 : 0 }) }
        var gone: Set<Int> = [0]
        switch place {
        case .passive, .offsets: data.passive[1] = column(0)
        case .active: data.active[2] = column(0)
        case .reference: (data.passive[1], data.passive[2]) = (column(1), column(2))
        case .two:
            (data.passive[1], data.passive[2]) = (column(0), column(1))
            gone = [0, 1]
        case .both:
            (data.active[2], data.passive[2]) = (column(0), column(1))
            gone = [0, 1]
        }
        for row in 0..<rows where gone.contains(level[row]) {
            data.label[row] = family.hasLogLink ? 0 : Double(level[row])
        }
        if place == .offsets {
            data.offset = data.label.map { _ in generator.uniform(-2...2) }
            data.weight = data.label.map { _ in generator.uniform(0.25...6) }
        }
        return (data, level.map { !gone.contains($0) })
    }

    private static func check(
        _ family: ResponseFamily, _ place: Place, rows: Int = 400, parts: (Double, Double) = (0.05, 0.2)
    ) async throws {
        let (data, isKept) = data(family, place, rows: rows, parts: parts)
        func kept(_ values: [Double]) -> [Double] { zip(values, isKept).filter(\.1).map(\.0) }
        let left = (1...6).filter { !place.leftOut.contains($0) }
        var rest = data
        (rest.label, rest.offset, rest.weight) = (kept(data.label), data.offset.map(kept), data.weight.map(kept))
        (rest.active, rest.passive) = (left.map { kept(data.columns[$0]) }, [])
        let fit = try await SimulatedFitTests.fit(data, family)
        let pooled = try SimulatedFitTests.pooled(rest, family)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        #expect(summary.converged && summary.hasLeapt && !summary.withholdsStandardErrors)
        #expect(fit.named == place.named)
        // The rows of such a level add nothing to the loss.
        #expect(abs((summary.loss ?? 0) - pooled.loss) < 1e-4 * abs(pooled.loss) + 0.01)
        for (k, j) in left.enumerated() where place != .reference || j < 5 {
            let error = pooled.errors[k + 1]
            #expect(abs(fit.coefficients[j] - pooled.coefficients[k + 1]) < max(1e-4, 0x1p-11 * error), "\(j)")
            #expect(abs(fit.errors[j] / error - 1) < 1e-3, "\(j)")
        }
    }

    @Test("Wherever such levels are, the rest is the fit without their rows", arguments: families, Place.allCases)
    func places(_ family: ResponseFamily, _ place: Place) async throws { try await Self.check(family, place) }

    @Test("A level of four rows, and one of six hundred", arguments: families)
    func sizes(_ family: ResponseFamily) async throws {
        try await Self.check(family, .passive, parts: (0.01, 0.2))
        try await Self.check(family, .passive, rows: 3000, parts: (0.2, 0.01))
    }

    @Test("Without standard errors a column is named by its estimate")
    func withoutErrors() async throws {
        let (data, _) = Self.data(.logistic, .passive, rows: 400, parts: (0.05, 0.2))
        let fit = try await SimulatedFitTests.fit(data, .logistic, errors: false)
        #expect(fit.errors.isEmpty && fit.named == [[], ["c1"]])
    }

    /// What varies counts beside the columns: by how much, and whether a level without events is small or large. Rows of a large one
    /// lie far beyond the period's series when theta's sum is opened, and the own fit, which does not know the level, is at
    /// another theta.
    @Test(
        "Theta is estimated on the rows that remain",
        arguments: [(400, 0.05, 0.2...5.8), (3000, 0.2, 0.2...5.8), (3000, 0.2, 0.0...2.0), (3000, 0.2, 0.5...1.5)])
    func theta(_ rows: Int, _ part: Double, _ factors: ClosedRange<Double>) async throws {
        var (data, isKept) = Self.data(.negativeBinomial(theta: 2), .passive, rows: rows, parts: (part, 0.2))
        var generator = SplitMix(6)
        for row in 0..<rows where isKept[row] {
            let columns = data.columns.indices.dropFirst().filter { $0 != 5 }
            let signal = columns.reduce(0.2) { $0 + ($1 % 2 == 1 ? 0.4 : -0.3) * data.columns[$1][row] }
            data.label[row] = SimulatedFitTests.poisson(
                generator.uniform(factors) * ElementaryFunctions.exp(signal), &generator)
        }
        var rest = data
        rest.label = zip(data.label, isKept).filter(\.1).map(\.0)
        rest.active = [1, 2, 3, 4, 6].map { j in zip(data.columns[j], isKept).filter(\.1).map(\.0) }
        rest.passive = []
        let family = ResponseFamily.negativeBinomial(theta: 1)
        let fit = try await SimulatedFitTests.fit(data, family, estimatesTheta: true)
        let pooled = try SimulatedFitTests.pooled(rest, family, estimatesTheta: true)
        guard case .fitted = fit.end, case .negativeBinomial(let found) = fit.family,
            case .negativeBinomial(let expected) = pooled.family
        else {
            Issue.record("\(fit.end)")
            return
        }
        #expect(fit.named == [[], ["c1"]])
        // Theta settles once a step is within 2^t thousandths of its standard error (5.8), here about a fifth, after up to five thetas.
        #expect(abs(found / expected - 1) < 6e-3, "\(found) \(expected)")
        for (k, j) in [1, 2, 3, 4, 6].enumerated() {
            #expect(abs(fit.coefficients[j] - pooled.coefficients[k + 1]) < 1e-3 * pooled.errors[k + 1], "\(j)")
        }
    }

    @Test("The raw constant is named where the reference level has one outcome, and not for columns far from 0")
    func constant() throws {
        let facts = ProgramTests.facts()
        let columns = [Array(repeating: 1.0, count: 1000), (0..<1000).map { $0 % 2 == 0 ? 1.0 : -1 }]
        var own = FitShares()
        (own.coefficients, own.rawConstant, own.variances) = ([0.3, 0.2], 15, [400, 0.01])
        #expect(NamedColumns.runaway(own, columns: columns, centring: [0, 1], facts: facts) == [true, false])
        // A year, 400 standard deviations from 0.
        #expect(NamedColumns.runaway(own, columns: columns, centring: [0, 400], facts: facts) == [false, false])
        own.variances = [4, 0.01]
        #expect(NamedColumns.runaway(own, columns: columns, centring: [0, 1], facts: facts) == [false, false])
    }

    @Test(
        "The active party's own fit starts where its estimates begin to run away; one that separates all ends by name")
    func start() throws {
        var data = SimulatedFitTests.data(.logistic)
        let rare = (0..<400).map { $0 % 40 == 0 ? 1.0 : 0.0 }
        for row in 0..<400 where rare[row] == 1 { data.label[row] = 1 }
        data.active[1] = Case.standardised(rare)
        let columns = Array(data.columns.prefix(4))
        let rows = try ActiveRows(label: data.label, columns: columns, family: .logistic, penalty: 0, range: 16)
        let least = zip(rare, rows.start.predictor).filter { $0.0 == 1 }.map(\.1).min() ?? 0
        #expect(least > 2 && least < 8, "\(least)")
        data.label = data.active[0].map { $0 > 0 ? 1 : 0 }
        #expect(throws: TrainingError.separation(columns: ["c1"])) {
            try ActiveRows(
                label: data.label, columns: columns, names: columns.indices.map { "c\($0)" }, family: .logistic,
                penalty: 0, range: 16)
        }
    }

    @Test("A column that runs away keeps its estimate and has no inference")
    func term() {
        let term = FittedTerm(
            term: "x", estimate: -15, standardized: -3, standardError: 40, degreesOfFreedom: nil, note: .runsAway)
        #expect(term.estimate == -15 && term.note == .runsAway)
        #expect(term.standardError == nil && term.statistic == nil && term.pValue == nil && term.confLow == nil)
    }
}
