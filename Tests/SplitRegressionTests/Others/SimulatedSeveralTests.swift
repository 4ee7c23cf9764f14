import Testing

@testable import SplitRegression

/// Fits over several parties without encryption, against Newton's method on the pooled table.
@Suite("Fits over several parties, simulated") struct SimulatedSeveralTests {
    static let families: [ResponseFamily] = [
        .linear, .logistic, .probit, .poisson, .gamma, .negativeBinomial(theta: 2),
    ]
    static let splits = [[3, 2, 3], [2, 3, 1, 2], [1, 1, 1, 1, 1, 1, 1, 1]]

    /// Columns of the parties are related: the later ones to the first three.
    static func data(_ family: ResponseFamily) -> SimulatedFitTests.Case {
        SimulatedFitTests.data(family, active: 3, passive: 5)
    }

    static func check(
        _ fit: SimulatedSeveral.Fit, _ data: SimulatedFitTests.Case, _ family: ResponseFamily, penalty: Double = 0,
        errors expected: [Double]? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let pooled = try SimulatedFitTests.pooled(data, family, penalty: penalty)
        #expect(fit.isConverged, sourceLocation: sourceLocation)
        #expect(fit.coefficients.count == pooled.coefficients.count, sourceLocation: sourceLocation)
        for (j, (found, wanted)) in zip(fit.coefficients, pooled.coefficients).enumerated() {
            let bound = max(1e-4, 0x1p-12 * pooled.errors[j])
            #expect(abs(found - wanted) < bound, "\(j): \(found) \(wanted)", sourceLocation: sourceLocation)
        }
        guard penalty == 0 else { return #expect(fit.errors.isEmpty, sourceLocation: sourceLocation) }
        // A linear fit's are in units of the residuals.
        let wanted = expected ?? pooled.errors
        for (found, wanted) in zip(fit.errors, wanted) {
            #expect(abs(found / wanted - 1) < 5e-4, "\(found) \(wanted)", sourceLocation: sourceLocation)
        }
        #expect(fit.errors.count == wanted.count, sourceLocation: sourceLocation)
    }

    @Test("Every family, with three, four and eight parties", arguments: families, splits)
    func everyFamily(_ family: ResponseFamily, _ counts: [Int]) async throws {
        let data = Self.data(family)
        try Self.check(try await SimulatedSeveral(data, counts: counts).fit(family), data, family)
    }

    @Test("Under a penalty", arguments: [ResponseFamily.linear, .logistic, .poisson])
    func penalised(_ family: ResponseFamily) async throws {
        let data = Self.data(family)
        let fit = try await SimulatedSeveral(data, counts: Self.splits[1]).fit(family, penalty: 0.05)
        try Self.check(fit, data, family, penalty: 0.05)
    }

    @Test("With case weights and offsets", arguments: [ResponseFamily.logistic, .poisson, .gamma])
    func weighted(_ family: ResponseFamily) async throws {
        var data = Self.data(family)
        data.weight = (0..<400).map { 1 + Double($0 % 3) / 2 }
        data.offset = (0..<400).map { Double($0 % 5) / 10 - 0.2 }
        try Self.check(try await SimulatedSeveral(data, counts: Self.splits[1]).fit(family), data, family)
    }

    @Test("Robust standard errors, and a linear fit with case weights", arguments: [ResponseFamily.linear, .logistic])
    func robust(_ family: ResponseFamily) async throws {
        var data = Self.data(family)
        data.weight = (0..<400).map { 1 + Double($0 % 3) / 2 }
        let fit = try await SimulatedSeveral(data, counts: Self.splits[1]).fit(family, isRobust: true)
        for (found, wanted) in zip(fit.errors, try RobustErrorTests.pooled(data, family)) {
            #expect(abs(found / wanted - 1) < 5e-4, "\(found) \(wanted)")
        }
        #expect(fit.errors.count == 9 && fit.isConverged)
    }

    @Test(
        "Sums over rows kept aside, and cross-validation, are what two parties have",
        arguments: zip([ResponseFamily.linear, .linear, .logistic, .logistic, .gamma], [0, 0.05, 0, 0.05, 0.05]))
    func sums(_ family: ResponseFamily, _ penalty: Double) async throws {
        let (data, rest) = (Self.data(family), Self.data(family))
        var kept = rest
        kept.label = Array(rest.label.prefix(60))
        (kept.active, kept.passive) = (
            rest.active.map { Array($0.prefix(60)) }, rest.passive.map { Array($0.prefix(60)) }
        )
        let two = try await SimulatedFitTests.fit(data, family, penalty: penalty, heldOut: kept, folds: 4)
        // One doubling, and a third of the room for each of three passive parties: sums would be withheld.
        let counts = family == .gamma ? Self.splits[0] : Self.splits[1]
        var several = SimulatedSeveral(data, counts: counts)
        several.kept = (kept.active + kept.passive, kept.label)
        several.folds = 4
        let fit = try await several.fit(family, penalty: penalty)
        guard case .fitted(let one) = two.end, case .fitted(let other) = fit.end else {
            Issue.record("\(two.end) \(fit.end)")
            return
        }
        let pairs = [(one.heldOutLoss, other.heldOutLoss), (one.foldLoss, other.foldLoss)]
        for (expected, found) in pairs {
            let (expected, found) = (try #require(expected), try #require(found))
            #expect(abs(found / expected - 1) < 1e-3, "\(found) \(expected)")
        }
        try Self.check(fit, data, family, penalty: penalty)
    }

    @Test("Limits of own parts are together what two parties have, half of it the active party's", arguments: 0...6)
    func ownParts(_ others: Int) {
        let facts = TrainingFacts(
            family: .logistic, rows: 10, activeColumns: 1, passiveColumns: 1,
            otherColumns: Array(repeating: 1, count: others), penalty: 0, tolerance: 1e-3, maximumPasses: 1,
            modulusBits: 2048, computesStandardErrors: false, opensLoss: false, opensBrier: false, scaleBits: 0,
            weightBits: -2, rowBits: 1)
        let passive = facts.partShare(isActive: false)
        #expect(facts.partShare(isActive: true) == 1 && abs(passive * Double(others + 1) - 1) < 1e-12)
    }

    /// What either holder decrypts and is handed over of further parties, by itself and with what another further party sees.
    @Test(
        "Views of further parties' numbers are uniform",
        arguments: zip([ResponseFamily.linear, .linear, .logistic, .poisson], [0, 0.05, 0, 0]))
    func views(_ family: ResponseFamily, _ l1: Double) async throws {
        let data = Self.data(family)
        for missing in [0, 8] {
            let fit = try await SimulatedSeveral(
                data, counts: [3, 1, 2, 2], weakness: Weakness(missingBits: missing)
            ).fit(family, l1: l1)
            for holder in 0...1 {
                let view = try #require(fit.views[holder][2])
                let coalition = view.answers + (fit.views[holder][3]?.answers ?? [])
                #expect(view.answers.count > 2000)
                let distances = [SimulatorTests.distance(view.answers), SimulatorTests.distance(coalition)]
                for distance in distances {
                    // Masks that lack bits would show.
                    #expect(missing == 0 ? distance < 2.5 : distance > 5, "\(holder) \(distance)")
                }
            }
        }
    }

}
