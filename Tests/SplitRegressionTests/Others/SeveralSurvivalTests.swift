import Records
import Testing

@testable import SplitRegression

/// Proportional hazards over several parties, without encryption, against Newton's method on the pooled table.
@Suite("Proportional hazards over several parties, simulated") struct SeveralSurvivalTests {
    static let splits = [[2, 1, 2], [1, 2, 1, 1], [0, 1, 3, 1]]

    static func compare(
        _ data: SimulatedFitTests.Case, counts: [Int], penalty: Double = 0, isRobust: Bool = false,
        location: SourceLocation = #_sourceLocation
    ) async throws -> SimulatedSeveral.Fit {
        let fit = try await SimulatedSeveral(data, counts: counts).fit(.cox, penalty: penalty, isRobust: isRobust)
        var split = data
        let all = data.active + data.passive
        (split.active, split.passive) = (Array(all.prefix(counts[0])), Array(all.dropFirst(counts[0])))
        try SurvivalFitTests.check(
            fit.end, coefficients: fit.coefficients, errors: fit.errors, split, penalty: penalty, isRobust: isRobust,
            location: location)
        return fit
    }

    @Test(
        "Equal to the pooled fit, by Efron and by Breslow, over three and four parties", arguments: Ties.allCases,
        splits)
    func ties(_ ties: Ties, _ counts: [Int]) async throws {
        var data = SurvivalFitTests.data()
        data.ties = ties
        _ = try await Self.compare(data, counts: counts)
    }

    @Test("Strata, delayed entry, more room than events, ridge")
    func shapes() async throws {
        var data = SurvivalFitTests.data(entry: true, strata: 2)
        data.mostEvents = Int(data.label.reduce(0, +)) + 7
        _ = try await Self.compare(data, counts: Self.splits[1])
        _ = try await Self.compare(data, counts: Self.splits[0], penalty: 0.05)
    }

    @Test("Case weights and offsets, with classical and robust errors", arguments: [false, true])
    func weighted(_ isRobust: Bool) async throws {
        var data = SurvivalFitTests.data(entry: true, strata: 2)
        data.weight = SurvivalFitTests.weights(300)
        data.offset = (0..<300).map { Double($0 % 5) / 8 }
        _ = try await Self.compare(data, counts: Self.splits[1], isRobust: isRobust)
    }

    @Test("Robust errors over three parties")
    func robust() async throws {
        _ = try await Self.compare(SurvivalFitTests.data(), counts: Self.splits[0], isRobust: true)
    }

    @Test("The survival curve of two parties", arguments: [0, 0.05])
    func curve(_ penalty: Double) async throws {
        var data = SurvivalFitTests.data(strata: 2)
        (data.times, data.curveStrata) = ([2, 7, 25], 3)
        let two = try await SimulatedFitTests.fit(data, .cox, penalty: penalty)
        let several = try await Self.compare(data, counts: [2, 1, 1, 1], penalty: penalty)
        #expect(several.curve.count == 9 && two.curve.count == 9)
        for (found, wanted) in zip(several.curve, two.curve) { #expect(abs(found - wanted) < 1e-3 * max(0.1, wanted)) }
    }

    @Test(
        "Under keys of any size there is a longer period up to the most rows that such a fit may have, and none beyond",
        arguments: [2048, 3072, 4096])
    func mostRows(_ bits: Int) throws {
        func facts(_ rows: Int, others: [Int] = [1]) -> TrainingFacts {
            TrainingFacts(
                family: .cox, rows: rows, activeColumns: 2, passiveColumns: 2, otherColumns: others, penalty: 0,
                tolerance: 1e-3, maximumPasses: 20, modulusBits: bits, computesStandardErrors: true, opensLoss: true,
                opensBrier: false, scaleBits: 0, weightBits: 2, rowBits: 4, events: 1000)
        }
        func longer(_ facts: TrainingFacts) throws -> KernelLayout {
            try facts.layout(.mean, period: 2 * facts.firstPeriod)
        }
        let most = 1 << 23
        try facts(most).demandRoom()
        #expect(try longer(facts(most)).slotBits == 125)
        #expect(throws: TrainingError.tooManyRows(rows: most + 1, most: most)) { try facts(most + 1).demandRoom() }
        #expect(throws: TrainingError.self) { try longer(facts(most + 1)) }
        // Two parties seldom need it, and do without.
        try facts(most + 1, others: []).demandRoom()
    }
}
