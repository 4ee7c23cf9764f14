import TestSupport
import Testing

@testable import SplitRegression

/// Columns of the two parties that follow from each other: later ones of the passive party are left out, as R does it.
@Suite("Collinear columns across the parties") struct CollinearTests {
    private typealias Case = SimulatedFitTests.Case

    private static let families: [ResponseFamily] = [
        .linear, .logistic, .probit, .poisson, .negativeBinomial(theta: 2), .gamma,
    ]

    /// The fit on the columns that are kept, in joint order.
    private static func check(_ data: Case, _ family: ResponseFamily, kept: [Int]) async throws {
        let fit = try await SimulatedFitTests.fit(data, family)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end) \(fit.named)")
            return
        }
        #expect(fit.kept == kept && summary.converged && summary.leftOut == data.columns.count - kept.count)
        var rest = data
        rest.active = kept.dropFirst().map { data.columns[$0] }
        rest.passive = []
        let pooled = try SimulatedFitTests.pooled(rest, family)
        let spread = summary.residualSum.map { ($0 / Double(data.label.count - kept.count)).squareRoot() } ?? 1
        for j in kept.indices {
            #expect(
                abs(fit.coefficients[j] - pooled.coefficients[j]) < max(1e-4, 0x1p-12 * spread * pooled.errors[j]),
                "\(j)")
            #expect(abs(fit.errors[j] / pooled.errors[j] - 1) < 1e-3, "\(j)")
        }
    }

    @Test("A column that both parties have", arguments: families)
    func twice(_ family: ResponseFamily) async throws {
        var data = SimulatedFitTests.data(family)
        data.passive[0] = data.active[1]
        try await Self.check(data, family, kept: [0, 1, 2, 3, 5])
    }

    @Test(
        "A combination across the parties: the last column that takes part goes",
        arguments: [ResponseFamily.linear, .logistic])
    func combined(_ family: ResponseFamily) async throws {
        var data = SimulatedFitTests.data(family)
        data.passive.append(data.passive[1])
        data.passive[1] = Case.standardised(
            data.active[0].indices.map {
                0.7 * data.active[0][$0] - 0.4 * data.active[2][$0] + 0.5 * data.passive[0][$0]
            })
        try await Self.check(data, family, kept: [0, 1, 2, 3, 4, 6])
    }

    @Test("Levels of one factor, some at each party")
    func factor() async throws {
        var data = SimulatedFitTests.data(.logistic)
        let levels = (0..<4).map { level in Case.standardised((0..<400).map { $0 * 7 % 11 % 4 == level ? 1 : 0 }) }
        data.active[0] = levels[0]
        data.active[2] = levels[1]
        data.passive = [levels[2], data.passive[0], levels[3]]
        try await Self.check(data, .logistic, kept: [0, 1, 2, 3, 4, 5])
    }

    @Test("Two columns that both parties have", arguments: [ResponseFamily.logistic, .poisson])
    func both(_ family: ResponseFamily) async throws {
        var data = SimulatedFitTests.data(family)
        data.passive = [data.active[2], data.passive[0], data.active[0]]
        try await Self.check(data, family, kept: [0, 1, 2, 3, 5])
    }

    @Test("A column is left out, and another one runs away")
    func runaway() async throws {
        var data = SimulatedFitTests.data(.logistic)
        let rare = (0..<400).map { $0 % 20 == 0 ? 1.0 : 0.0 }
        for row in 0..<400 where rare[row] == 1 { data.label[row] = 1 }
        data.passive = [data.active[1], Case.standardised(rare), data.passive[0]]
        let fit = try await SimulatedFitTests.fit(data, .logistic)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)")
            return
        }
        #expect(
            summary.leftOut == 1 && summary.hasLeapt && fit.kept == [0, 1, 2, 3, 5, 6] && fit.named == [[], ["c1"]])
    }

    @Test(
        "The passive party's last column is not left out: both name theirs",
        arguments: [ResponseFamily.linear, .logistic])
    func last(_ family: ResponseFamily) async throws {
        var data = SimulatedFitTests.data(family)
        data.passive = [data.active[1]]
        let fit = try await SimulatedFitTests.fit(data, family)
        #expect(fit.end == .failed(.aliasedAcrossParties()) && fit.passes == 0)
        #expect(fit.named == [["c2"], ["c0"]])
    }

    @Test("Two directions are too many for a linear fit")
    func twoOfALinearFit() async throws {
        var data = SimulatedFitTests.data(.linear)
        data.passive = [data.active[2], data.passive[0], data.active[0]]
        let fit = try await SimulatedFitTests.fit(data, .linear)
        #expect(fit.end == .failed(.aliasedAcrossParties()) && fit.kept.count == 7)
        #expect(fit.named == [["c1", "c3"], ["c0", "c2"]])
    }

    @Test("Three directions are too many: all columns that take part are named")
    func three() async throws {
        var data = SimulatedFitTests.data(.logistic)
        data.passive = data.active + [data.passive[0]]
        let fit = try await SimulatedFitTests.fit(data, .logistic)
        #expect(fit.end == .failed(.aliasedAcrossParties()) && fit.kept.count == 8)
        #expect(fit.named == [["c1", "c2", "c3"], ["c0", "c1", "c2"]])
    }

    @Test("Of the columns that take part the last one is left out, unless its part is small")
    func choice() {
        #expect(NamedColumns.leftOut([0.5, 0.4, 0.01]) == 1)
        #expect(NamedColumns.leftOut([0.5, 0.5, 0]) == 1)
        #expect(NamedColumns.leftOut([0.3, 0.5, 0.2]) == 1)
        #expect(NamedColumns.leftOut([0, 0]) == 1)
    }

    @Test("A column that was left out has no estimate, and its note says why")
    func term() {
        let term = FittedTerm(leftOut: "x")
        #expect(term.estimate.isNaN && term.standardError == nil && term.pValue == nil && term.note == .leftOut)
    }
}
