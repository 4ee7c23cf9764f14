import Foundation
import Records
import SecureSums
import SplitRegression
import TestSupport
import Testing
import Wire

@testable import PooledRegression

/// Proportional hazards with one baseline of five hospitals' rows against the fit of the pooled table.
@Suite struct GridTests {
    private func rows(_ site: Int, _ features: [StatisticReferences.Hazards.Feature]) throws -> PooledRows {
        let table = try StatisticReferences.site(site)
        let columns = features.flatMap { feature in
            feature.levels.dropFirst().map { level in table.column(feature.name).map { $0 == level ? 1.0 : 0 } }
        }
        return PooledRows(
            label: table.column("cens"), columns: columns, survival: SurvivalColumns(time: table.column("days")))
    }

    @Test func fitsEqualThePooledFit() async throws {
        for reference in try StatisticReferences.load().hazards {
            let design = GridDesign(
                terms: reference.columns, features: reference.features.map { $0.levels.count - 1 },
                times: reference.declared, isRobust: true, smallestCell: reference.least)
            let settings = try Site.settings(5, coalition: 1)
            let sites = try (0..<5).map { try rows($0, reference.features) }
            let results = try await Computation.run(settings) { own, mesh in
                let fit = try PooledGrid(design, rows: sites[own], settings, secret: Computation.secret(own))
                return try await fit.run(over: mesh, from: Computation.start(settings))
            }
            let outcomes = try results.map { try $0.get() }
            #expect(outcomes.count == 5 && outcomes.allSatisfy { $0 == outcomes[0] })
            try compare(outcomes[0], reference)
        }
    }

    private func compare(_ outcome: GridOutcome, _ reference: StatisticReferences.Hazards) throws {
        #expect(outcome.times == reference.times)
        let terms = outcome.fit.terms
        #expect(terms.map(\.term) == reference.columns)
        for (j, term) in terms.enumerated() {
            #expect(abs(term.estimate - reference.estimates[j]) < 1e-6 * reference.errors[j], "\(term.term)")
            #expect(abs(term.standardError / reference.errors[j] - 1) < 1e-6, "\(term.term)")
            #expect(abs(try #require(term.robustError) / reference.robust[j] - 1) < 1e-6, "\(term.term)")
        }
        let summary = outcome.fit.summary
        #expect(summary.events == reference.events && summary.n == 1728)
        #expect(summary.rounds == reference.steps + 1)
        #expect(abs(summary.logLikelihood - reference.logLikelihood) < 1e-8)
        #expect(abs(try #require(summary.nullLogLikelihood) - reference.nullLogLikelihood) < 1e-8)
        #expect(abs(try #require(summary.wald) - reference.wald) < 1e-6 * reference.wald)
        for (j, point) in outcome.baseline.enumerated() {
            #expect(abs(point.cumulativeHazard / reference.cumulative[j] - 1) < 1e-6)
            #expect(abs(point.standardError / reference.cumulativeErrors[j] - 1) < 1e-6)
        }
    }

    // MARK: Attacks

    /// Sums of rates over the rows that leave in an interval, at the points of a Newton path, are linear equations about how many rows have
    /// each value of a column, with whole solutions: this is why a fit on a grid opens no sums of rates, and takes columns with levels only,
    /// of which all combinations are voted on.
    @Test func countsOfValuesFollowFromSumsOfRates() throws {
        let (values, counts) = ([-3.0, -2, -1, 0], [1.0, 5, 116, 20])
        let points = [0.0, 0.31, 0.342, 0.3437]
        let opened = points.map { b in zip(values, counts).reduce(0) { $0 + $1.1 * exp(b * $1.0) } }
        // Few whole numbers come to these sums: those with at most 200 rows in all.
        var found: [[Int]] = []
        for one in 0...12 {
            for two in 0...12 {
                // The other two by the first two equations.
                let rest = [0, 1].map {
                    opened[$0] - Double(one) * exp(-3 * points[$0]) - Double(two) * exp(-2 * points[$0])
                }
                let three = (rest[0] - rest[1]) / (1 - exp(-points[1]))
                let four = rest[0] - three
                let all = [Double(one), Double(two), three, four]
                let isRight = points.indices.allSatisfy { place in
                    abs(zip(values, all).reduce(0) { $0 + $1.1 * exp(points[place] * $1.0) } - opened[place]) < 1e-9
                }
                if isRight { found.append(all.map { Int($0.rounded()) }) }
            }
        }
        #expect(found == [[1, 5, 116, 20]])
    }

    private func table(_ site: Int, count: Int = 600) -> PooledRows {
        var generator = SplitMix(UInt64(site + 3))
        let arm = (0..<count).map { _ in generator.bit() }
        let stage = (0..<count).map { _ in Int(generator.uniform(0...2.999)) }
        return PooledRows(
            label: (0..<count).map { _ in generator.uniform() < 0.7 ? 1 : 0 },
            columns: [arm, stage.map { $0 == 1 ? 1 : 0 }, stage.map { $0 == 2 ? 1 : 0 }],
            survival: SurvivalColumns(time: generator.uniforms(count, in: 1...100)))
    }

    private static let terms = ["arm", "stage[II]", "stage[III]"]

    private func design(_ times: [Double], smallest: Int = 11) -> GridDesign {
        GridDesign(terms: Self.terms, features: [1, 2], times: times, smallestCell: smallest)
    }

    private func programs(_ sites: [PooledRows], _ design: GridDesign) throws -> [CourseProgram<GridCourse>] {
        let start = try GridCourse(design, try Site.settings(3, coalition: 1))
        return try sites.enumerated().map { site, rows in
            let rows = try design.rows(rows)
            return CourseProgram(
                start: start, siteCount: 3,
                own: .init(rows: rows, input: RowsHash.of(rows.hash), secret: try Computation.secret(site)))
        }
    }

    /// Of each combination of levels and each interval: what remains when one site takes off its own. With a smallest cell of 1 (no rule)
    /// single people are read.
    @Test func combinationsAreCells() throws {
        let sites = (0..<3).map { table($0) }
        func smallest(_ least: Int) throws -> (cell: Int, intervals: Int) {
            let programs = try programs(sites, design((1...50).map { 2 * Double($0) }, smallest: least))
            let sums = try Computation.sums(programs)
            let course = try programs[0].end(of: sums)
            let curves = course.curves
            let own = FixedPoint.decode(
                try curves.numbers(
                    of: #require(programs[0].own).rows,
                    draw: CourseDraw(secret: Computation.secret(0), input: .zero, point: .zero)))
            let rest = zip(curves.sums, own).map { Int($0 - $1) }
            let cells = stride(from: 0, to: rest.count, by: 2).flatMap { [rest[$0], rest[$0] + rest[$0 + 1]] }
            return (try #require(cells.filter { $0 > 0 }.min()), curves.grid.times.count)
        }
        let weak = try smallest(1)
        #expect(weak.cell == 1 && weak.intervals > 20)
        let ours = try smallest(5)
        #expect(ours.cell >= 5 && ours.intervals > 1, "\(ours)")
    }

    // MARK: Bad input

    @Test func badDesignsAndRows() throws {
        let settings = try Site.settings(3, coalition: 1)
        func error(_ design: GridDesign, _ rows: PooledRows) -> PooledError? {
            do {
                _ = try PooledGrid(design, rows: rows, settings, secret: Computation.secret(0))
                return nil
            } catch { return error as? PooledError }
        }
        #expect(error(design([10, 20]), table(0)) == nil)
        var rows = table(0)
        rows.survival?.entry = rows.label.map { _ in 0 }
        #expect(error(design([10]), rows) == .unsupported("late entry or strata beside one baseline on a grid"))
        rows = table(0)
        rows.survival = nil
        #expect(error(design([10]), rows) != nil)
        rows = table(0)
        rows.columns[0][7] = 0.5
        #expect(error(design([10]), rows) == .badRows("arm is neither 0 nor 1", row: 7))
        rows = table(0)
        (rows.columns[1][4], rows.columns[2][4]) = (1, 1)
        #expect(error(design([10]), rows) == .badRows("stage[II] has two levels", row: 4))
        #expect(error(GridDesign(terms: [], features: [], times: [1]), table(0)) != nil)
        #expect(error(GridDesign(terms: Self.terms, features: [1, 1], times: [1]), table(0)) != nil)
        #expect(error(GridDesign(terms: Self.terms, features: [-1, 4], times: [1]), table(0)) != nil)
        #expect(error(design([2, 1]), table(0)) != nil)
        let many = (0..<7).map { "x\($0)" }
        #expect(throws: PooledError.self) {
            try GridCourse(GridDesign(terms: many, features: many.map { _ in 1 }, times: [1]), settings)
        }
    }

    /// An estimate that does not exist, and sums that no rows have, end the fit by name.
    @Test func estimatesThatDoNotExist() throws {
        func outcome(_ change: (inout PooledRows) -> Void, _ wrong: (inout [UInt128]) -> Void = { _ in }) throws {
            let sites = (0..<3).map { site in
                var rows = table(site)
                change(&rows)
                return rows
            }
            let programs = try programs(sites, design([25, 50, 75, 100], smallest: 5))
            var sums = try Computation.sums(programs)
            wrong(&sums[sums.count - 1].values)
            _ = try programs[0].end(of: sums).outcome(sites: [], rounds: sums.count)
        }
        try outcome { _ in }
        #expect(throws: PooledError.separation(["stage[III]"])) {
            try outcome { rows in
                for row in rows.label.indices where rows.columns[2][row] == 1 { rows.label[row] = 0 }
            }
        }
        #expect(throws: PooledError.separation(["arm"])) {
            try outcome { rows in
                for row in rows.label.indices where rows.columns[0][row] == 0 { rows.label[row] = 0 }
            }
        }
        #expect(throws: PooledError.constantColumn("arm")) {
            try outcome { rows in rows.columns[0] = rows.columns[0].map { _ in 0 } }
        }
        #expect(throws: PooledError.constantColumn("the outcome")) {
            try outcome { rows in rows.label = rows.label.map { _ in 0 } }
        }
        for value in [UInt128(1) << 113, 0 &- (1 << 60), 1 << 59] {
            #expect(throws: PooledError.self) { try outcome({ _ in }) { $0[0] = value } }
        }
    }
}
