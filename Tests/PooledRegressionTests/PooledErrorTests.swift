import Records
import SecureSums
import SplitRegression
import TestSupport
import Testing

@testable import PooledRegression

/// Fits that cannot be had, each named.
@Suite struct PooledErrorTests {
    /// Three sites of 40 rows with two columns and an outcome that follows from neither.
    private func rows(_ site: Int) -> PooledRows {
        var generator = SplitMix(UInt64(site + 1))
        let columns = (0..<2).map { _ in generator.uniforms(40, in: -1...1) }
        return PooledRows(label: (0..<40).map { _ in generator.bit() }, columns: columns)
    }

    private func model(_ family: ModelFamily = .logistic) -> PooledModel {
        PooledModel(family: family, terms: ["age", "dose"], largestLeverage: 1)
    }

    private func error(
        _ model: PooledModel, _ change: (Int, inout PooledRows) -> Void
    ) async throws -> PooledError? {
        let settings = try Site.settings(3, coalition: 1)
        let fits = try (0..<3).map { site in
            var rows = rows(site)
            change(site, &rows)
            return try PooledFit(model, rows: rows)
        }
        let results = await Site.run(fits, settings, sessions: try await Site.sessions(settings))
        let errors = results.compactMap { result -> PooledError? in
            if case .failure(let error) = result { error as? PooledError } else { nil }
        }
        #expect(errors.allSatisfy { $0 == errors[0] })
        return errors.first
    }

    @Test func columns() async throws {
        let constant = try await error(model()) { _, rows in rows.columns[1] = rows.label.map { _ in 3 } }
        #expect(constant == .constantColumn("dose"))
        let twice = try await error(model()) { _, rows in rows.columns[1] = rows.columns[0].map { 2 * $0 + 1 } }
        #expect(twice == .collinear("dose"))
        // At one site only, it is none.
        let once = try await error(model()) { site, rows in if site == 0 { rows.columns[1] = rows.columns[0] } }
        #expect(once == nil)
        let large = try await error(model()) { site, rows in if site == 1 { rows.columns[0][3] = 1e12 } }
        #expect(large == .outOfScale("age"))
        let small = try await error(model()) { _, rows in rows.columns[1] = rows.columns[1].map { $0 * 1e-10 } }
        #expect(small == .outOfScale("dose"))
    }

    /// As `job check` asks, before anybody is called.
    @Test func scaleBeforeTheFirstSum() throws {
        var changed = rows(0)
        try PooledFit(model(), rows: changed).checkScale()
        changed.columns[1] = changed.columns[1].map { $0 * 1e-10 }
        #expect(throws: PooledError.outOfScale("dose")) { try PooledFit(model(), rows: changed).checkScale() }
        changed.columns[1][0] = 1e12
        #expect(throws: PooledError.outOfScale("dose")) { try PooledFit(model(), rows: changed).checkScale() }
    }

    @Test func separation() async throws {
        let found = try await error(model()) { _, rows in rows.label = rows.columns[1].map { $0 > 0.1 ? 1 : 0 } }
        #expect(found == .separation(["dose"]))
        let level = try await error(model()) { _, rows in
            rows.columns[1] = rows.label.indices.map { $0 % 3 == 0 ? 1 : 0 }
            for row in rows.label.indices where rows.columns[1][row] == 1 { rows.label[row] = 1 }
        }
        #expect(level == .separation(["dose"]))
        let outcome = try await error(model()) { _, rows in rows.label = rows.label.map { _ in 1 } }
        #expect(outcome == .constantColumn("the outcome"))
    }

    /// With the guard on, whose site is the first at which few rows carry the sums says so; a name all the same.
    @Test func separationUnderTheGuard() async throws {
        var guarded = model()
        guarded.largestLeverage = 0.2
        for flips in [0, 1, 2, 4, 8] {
            let found = try await error(guarded) { _, rows in
                rows.label = rows.columns[1].enumerated().map { ($1 > 0.1) != ($0 < flips) ? 1 : 0 }
            }
            #expect(found == nil || found == .pointTooSharp || found == .separation(["dose"]), "\(flips)")
            if flips == 0 { #expect(found != nil) }
            if flips == 8 { #expect(found == nil) }
        }
    }

    /// A site that puts in what no rows have ends the fit by name at all, and no process.
    @Test(arguments: [-1e20, 1e20, 0.5, -1e3]) func impossibleCounts(_ added: Double) throws {
        let program = PooledProgram(model: model(), rows: rows(0), coalition: 1)
        let step = try #require(try program.next(after: []))
        let honest = FixedPoint.decode(try program.contribution(to: step.request))
        for place in [0, 5, 7, 8, 9] {
            var sums = honest
            sums[place] += place == 7 ? -abs(added) * 1e3 : added
            var course = Course(model(), own: nil)
            #expect(throws: PooledError.self) { try course.take(sums) }
        }
        for place in [1, 3] {
            var sums = honest
            sums[place] = -abs(added) * 1e3
            var course = Course(model(), own: nil)
            #expect(throws: PooledError.impossibleSums("the outcome")) { try course.take(sums) }
        }
        var course = Course(model(), own: nil)
        try course.take(honest)
    }

    /// A numeric column that is 0 or 1 at one site only: its number of rows would stand in the sums alone.
    @Test func numericColumnsAreNotCounted() {
        var rows = rows(0)
        rows.columns[1] = rows.label.indices.map { Double($0 % 2) }
        var model = model()
        #expect(Array(Scales.contribution(rows, model).suffix(2)) == [0, 0])
        model.indicators = [false, true]
        #expect(Array(Scales.contribution(rows, model).suffix(2)) == [20, 20])
        // Rows whose outcome is 1 are events where the outcome is yes or no.
        rows.label = rows.label.map { _ in 1 }
        model.family = .poisson
        #expect(Scales.contribution(rows, model)[5] == 0)
    }

    @Test func numbersAreHeldToRows() throws {
        let settings = try Site.settings(3, coalition: 1)
        var model = model()
        try PooledFit.check(model, settings)
        model.fewestRows = 50
        try PooledFit.check(model, settings)
        // Ten numbers a pass against two sites of 49 rows with three values each.
        model.fewestRows = 49
        #expect(throws: PooledError.tooManyNumbers(numbers: 300, limit: 294)) { try PooledFit.check(model, settings) }
        model.iterations = 101
        #expect(throws: PooledError.self) { try PooledFit.check(model, settings) }
    }

    @Test func cells() async throws {
        var counted = model()
        counted.indicators = [false, true]
        let small = try await error(counted) { site, rows in
            rows.columns[1] = rows.label.indices.map { (site == 0 && $0 < 10) || (site == 2 && $0 < 3) ? 1 : 0 }
        }
        #expect(small == .smallCell("dose", smallest: 5))
        let outcome = try await error(model()) { site, rows in
            rows.label = rows.label.indices.map { (site == 0 && $0 < 20) || (site == 2 && $0 < 3) ? 1 : 0 }
        }
        #expect(outcome == .smallCell("the outcome", smallest: 5))
    }

    @Test func rowsOfOneSite() throws {
        func check(_ model: PooledModel, _ expected: PooledError, _ change: (inout PooledRows) -> Void) {
            var rows = rows(0)
            change(&rows)
            #expect(throws: expected) { try PooledFit(model, rows: rows) }
        }
        check(model(), .badRows("age is not a number", row: 3)) { $0.columns[0][3] = .nan }
        check(model(), .badRows("the outcome is not one of the family's", row: 2)) { $0.label[2] = 2 }
        check(model(), .badRows("there are 1 columns for 2 terms", row: nil)) { $0.columns.removeLast() }
        var counted = model()
        counted.indicators = [false, true]
        check(counted, .badRows("dose is neither 0 nor 1", row: 0)) { $0.columns[1][0] = 2 }
        check(model(.poisson), .badRows("the outcome is not one of the family's", row: 5)) { $0.label[5] = 0.5 }
        var weighted = model()
        weighted.hasWeights = true
        check(weighted, .badRows("a weight is not above 0", row: 1)) {
            $0.weight = $0.label.map { _ in 1 }
            $0.weight?[1] = 0
        }
        check(model(.cox), .badRows("a time is not above 0", row: 4)) {
            $0.survival = SurvivalColumns(time: $0.label.indices.map { 4 - Double($0) })
        }
    }

    /// Two scores whose sum and whose sums of squares are known follow from them: standard errors clustered by site would open them.
    @Test func clusteredErrorsOfThreeSitesOpenTheSingleScores() throws {
        let (own, one, other) = (3.0, -5.0, 2.0)
        // Opened: all scores add up to zero at the estimate, and their squares to this.
        let squares = own * own + one * one + other * other
        let (sum, product) = (-own, ((own * own) - (squares - own * own)) / 2)
        let root = (sum * sum / 4 - product).squareRoot()
        #expect(Set([sum / 2 - root, sum / 2 + root]) == [one, other])

        var model = model()
        model.robust = .sites
        for (sites, coalition, isRefused) in [(3, 1, true), (4, 1, true), (5, 1, false), (5, 2, true), (9, 5, false)] {
            let settings = try Site.settings(sites, coalition: coalition)
            let refused = (try? PooledFit.check(model, settings)) == nil
            #expect(refused == isRefused, "\(sites), \(coalition)")
        }
    }

    /// R's convention: a row is at risk at t where entry < t <= time.
    @Test func entriesAtAnEventAreNotAtRisk() {
        let survival = SurvivalColumns(time: [2, 3, 4], entry: [0, 2, 0])
        let values = HazardSums(survival, event: [1, 0, 0], ties: .efron).derivatives(
            [[0, 0, 0]], predictor: [0, 0, 0])
        #expect(abs(values[0] - 0.6931471805599453) < 1e-12)
    }
}
