/// What the active party learns of the levels of a column in a proportional-hazards model (training.md 5.13): of the fitted rows.
public struct LevelComparison: Sendable, Equatable, Codable {
    public var column: String
    public var test: LevelTest?
    public var curves: [LevelCurve]?

    public init(column: String, test: LevelTest? = nil, curves: [LevelCurve]? = nil) {
        self.column = column
        self.test = test
        self.curves = curves
    }
}

/// A log-rank test (Mantel 1966; Peto, Peto 1972), over strata where the job has some: R's `survdiff`.
public struct LevelTest: Sendable, Equatable, Codable {
    public struct Row: Sendable, Equatable, Codable {
        public var level: String
        public var rows: Int
        public var observed: Int
        public var expected: Double
        /// Of observed less expected.
        public var variance: Double
    }

    /// None where a level has fewer rows with an event, or without one, than the smallest cell.
    public var levels: [Row]
    public var chiSquared: Double?
    public var degreesOfFreedom: Int?
    public var pValue: Double?
    /// Why there is no statistic.
    public var withheld: String?
}

/// The product-limit estimate of one level (Kaplan, Meier 1958) at the declared times.
public struct LevelCurve: Sendable, Equatable, Codable {
    public struct Point: Sendable, Equatable, Codable {
        public var time: Double
        /// nil where some level has fewer events since the time before, or fewer rows under observation after it, than the smallest
        /// cell; where there is a test as well, also where one has fewer events after it, but some level has one.
        public var survival: Double?
    }

    public var level: String
    public var points: [Point]

    public init(level: String, points: [Point]) {
        self.level = level
        self.points = points
    }
}

extension LevelTest {
    /// - Parameter covariance: of all levels but the last, whose rows add up to 0 with it.
    init(levels names: [String], rows: [Int], observed: [Int], expected: [Double], covariance: SymmetricMatrix) {
        let last = names.count - 1
        let whole = (0..<last).reduce(0.0) { sum, g in sum + (0..<last).reduce(0) { $0 + covariance[g, $1] } }
        levels = names.indices.map { level in
            Row(
                level: names[level], rows: rows[level], observed: observed[level], expected: expected[level],
                variance: max(0, level < last ? covariance[level, level] : whole))
        }
        let difference = (0..<last).map { Double(observed[$0]) - expected[$0] }
        do throws(LinearAlgebraError) {
            let factor = try CholeskyFactor(covariance, tolerance: 1e-9, least: Self.leastPivot)
            let statistic = max(0, dot(difference, factor.solve(difference)))
            (chiSquared, degreesOfFreedom) = (statistic, last)
            pValue = Distributions.chiSquaredUpper(statistic, degreesOfFreedom: last)
        } catch {
            withheld = "a level is at risk at no event, or alone at each"
        }
    }

    /// Opened covariances are known to some units of 2^-16: what is below this is 0 as far as anybody can tell.
    private static let leastPivot = 0x1p-12

    /// Where some level has fewer such rows than the smallest cell.
    init(tooFewEvents minimum: Int) {
        levels = []
        withheld = "some level has fewer than \(minimum) rows with an event, or without one"
    }
}

// From what was opened.
extension LevelComparison {
    init(_ plan: LevelPlan, _ results: FitShares, rows: Int) {
        column = plan.column
        test = plan.hasTest ? LevelTest(plan, results.levelTest, rows: rows) : nil
        guard !plan.times.isEmpty else { return }
        curves = plan.levels.enumerated().map { level, name in
            LevelCurve(
                level: name,
                points: plan.times.enumerated().map { index, time in
                    // 0, or 1 more than the survival.
                    let number = results.levelCurves[level * plan.times.count + index]
                    return .init(time: time, survival: number < 0.5 ? nil : min(1, max(0, number - 1)))
                })
        }
    }
}

extension LevelTest {
    /// - Parameter numbers: in the order of training.md 5.13.
    init(_ plan: LevelPlan, _ numbers: [Double], rows: Int) {
        let (count, last) = (plan.levels.count, plan.levels.count - 1)
        var sizes = numbers[..<last].map { Int($0.rounded()) }
        guard sizes[0] > 0 else {
            self.init(tooFewEvents: plan.minimumCell)
            return
        }
        sizes.append(rows - sizes.reduce(0, +))
        var covariance = SymmetricMatrix(order: last)
        var next = last + 2 * count
        for g in 0..<last {
            for h in 0...g {
                (covariance[g, h], covariance[h, g]) = (numbers[next], numbers[next])
                next += 1
            }
        }
        self.init(
            levels: plan.levels, rows: sizes,
            observed: (0..<count).map { Int(numbers[last + 2 * $0].rounded()) },
            expected: (0..<count).map { numbers[last + 2 * $0 + 1] }, covariance: covariance)
    }
}

// Of a column of the active party's own.
extension LevelComparison {
    init(_ plan: LevelPlan, _ events: LevelEvents, _ rows: LevelCodes) {
        column = plan.column
        let atRisk = plan.levels.indices.map { level in
            events.sets.sums(of: rows.codes.map { $0 == level ? 1 : 0 })
        }
        let eventLevels = events.sets.eventRows.map { rows.codes[$0] }
        if plan.hasTest { test = Self.test(plan, events, rows, atRisk) }
        guard !plan.times.isEmpty else { return }
        curves = plan.levels.enumerated().map { level, name in
            // The last time comes first.
            var product = 1.0
            let steps = eventLevels.indices.reversed().map { place in
                if eventLevels[place] == level { product *= 1 - 1 / atRisk[level][place] }
                return product
            }
            return LevelCurve(
                level: name,
                points: zip(plan.times, events.eventsUpTo).map {
                    .init(time: $0, survival: $1 > 0 ? steps[$1 - 1] : 1)
                })
        }
    }

    private static func test(
        _ plan: LevelPlan, _ events: LevelEvents, _ rows: LevelCodes, _ atRisk: [[Double]]
    ) -> LevelTest {
        func sums(_ values: [Double]) -> [Double] {
            zip(rows.codes, values).reduce(into: plan.levels.map { _ in 0.0 }) { $0[$1.0] += $1.1 }
        }
        let last = plan.levels.count - 1
        let spread = atRisk.map { zip($0, events.roots).map(*) }
        var covariance = SymmetricMatrix(order: last)
        let own = sums(events.variance)
        for g in 0..<last {
            for h in 0..<last { covariance[g, h] = (g == h ? own[g] : 0) - dot(spread[g], spread[h]) }
        }
        return LevelTest(
            levels: plan.levels, rows: rows.counts(levels: plan.levels.count),
            observed: sums(events.observed).map { Int($0.rounded()) }, expected: sums(events.expected),
            covariance: covariance)
    }
}
