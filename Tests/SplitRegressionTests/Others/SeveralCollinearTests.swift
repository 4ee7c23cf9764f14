import Records
import Testing

@testable import SplitRegression

/// Columns of several parties that follow from each other: the last passive party with one leaves it out, as R does it on the
/// joined table.
@Suite("Collinear columns across several parties", .serialized) struct SeveralCollinearTests {
    private typealias Case = SimulatedFitTests.Case

    private static func mixed(_ one: [Double], _ other: [Double]) -> [Double] {
        Case.standardised(zip(one, other).map { 0.7 * $0 - 0.4 * $1 })
    }

    /// - Parameters:
    ///   - copies: which of the eight columns is made of which two.
    ///   - left: which is left out, by party and its place there.
    private static func check(
        _ family: ResponseFamily, counts: [Int], copies: [Int: (Int, Int)], left: [Int: Int]
    ) async throws {
        var data = SimulatedSeveralTests.data(family)
        for (place, (one, other)) in copies {
            let columns = data.active + data.passive
            data.passive[place - 3] = mixed(columns[one], columns[other])
        }
        let fit = try await SimulatedSeveral(data, counts: counts).fit(family)
        #expect(fit.isConverged && fit.summary?.leftOut == left.count, "\(fit.end)")
        var (rest, start) = ([[Double]](), 0)
        for (party, count) in counts.enumerated() {
            let own = (0..<count).filter { left[party] != $0 }
            #expect(fit.kept[party] == (party == 0 ? Array(0...count) : own))
            rest += own.map { (data.active + data.passive)[start + $0] }
            start += count
        }
        var pooled = data
        (pooled.active, pooled.passive) = (rest, [])
        try SimulatedSeveralTests.check(fit, pooled, family)
    }

    @Test("A column of the last party follows from those of two others", arguments: [ResponseFamily.linear, .logistic])
    func ofTheLast(_ family: ResponseFamily) async throws {
        try await Self.check(family, counts: [3, 2, 3], copies: [6: (0, 4)], left: [2: 1])
    }

    @Test("A further party that takes no part, and one that has no other column, keep theirs; the helper's goes")
    func ofTheHelper() async throws {
        try await Self.check(.logistic, counts: [3, 2, 2, 1], copies: [4: (1, 2)], left: [1: 1])
        try await Self.check(.linear, counts: [3, 2, 2, 1], copies: [7: (0, 4)], left: [1: 1])
    }

    @Test("One of each of two parties") func twoOfTwo() async throws {
        try await Self.check(.poisson, counts: [3, 2, 3], copies: [3: (0, 1), 7: (2, 5)], left: [1: 0, 2: 2])
    }

    @Test("Where nobody has two columns the fit ends by name")
    func ends() async throws {
        var data = SimulatedSeveralTests.data(.logistic)
        data.passive[4] = Self.mixed(data.active[0], data.passive[1])
        let fit = try await SimulatedSeveral(data, counts: [1, 1, 1, 1, 1, 1, 1, 1]).fit(.logistic)
        #expect(fit.end == .failed(.aliasedAcrossParties()))
    }

    @Test("Encrypted, with scores: the rest is the fit without the column, which is named at its party alone")
    func encrypted() async throws {
        let sample = MadeTable.sample(.logistic, rows: 120, active: 1, passive: 4, seed: 6)
        var passive = sample.passive
        passive["b2"] = zip(sample.active["a0"]!, sample.passive["b0"]!).map { $0 - 2 * $1 }
        let table = MadeTable(active: sample.active, passive: passive, label: sample.label)
        var plan = TrainingPlan(family: .logistic, maximumPasses: 30, keyBits: 512, revealScores: true)
        plan.minimumScoreColumns = 1
        let fits = try await SeveralParties(table, counts: [1, 2, 2]).train(plan).map { try $0.get() }
        #expect(fits[2].terms.map(\.note) == [.leftOut, nil] && fits[2].terms[0].estimate.isNaN)
        #expect(fits[2].model.coefficients[0] == 0 && fits[2].model.terms == ["b2", "b3"])
        #expect(fits[..<2].flatMap(\.terms).allSatisfy { $0.note == nil })
        for fit in fits { #expect(fit.summary.leftOut == 1 && fit.summary.parameters == 5) }
        let rest = MadeTable(
            active: sample.active, passive: sample.passive.filter { $0.key != "b2" }, label: sample.label)
        let pooled = try await SeveralParties(rest, counts: [1, 2, 1]).train(plan).map { try $0.get() }
        let (found, expected) = (fits.flatMap(\.terms).filter { $0.note == nil }, pooled.flatMap(\.terms))
        #expect(found.map(\.term) == expected.map(\.term))
        for (one, other) in zip(found, expected) {
            #expect(abs(one.estimate - other.estimate) < 1e-4, "\(one.term)")
            #expect(abs(one.standardError! / other.standardError! - 1) < 1e-3, "\(one.term)")
        }
        for (one, other) in zip(try #require(fits[0].scores), try #require(pooled[0].scores)) {
            #expect(abs(one - other) < 1e-3)
        }
    }
}
