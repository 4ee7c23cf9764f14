import Records
import SplitRegression

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Survival of all sites' rows, the same at every site to the last bit.
public struct CurveOutcome: Sendable, Equatable, Codable {
    /// The product-limit estimate of times rounded up to the grid (Kaplan, Meier 1958).
    public struct Curve: Sendable, Equatable, Codable {
        /// nil: all rows.
        public var group: String?
        public var rows: Int
        public var events: Int
        public var points: [Point]
        /// The first time at which survival is at most 1/2.
        public var median: Double?
    }

    public struct Point: Sendable, Equatable, Codable {
        public var time: Double
        /// Just before the time.
        public var atRisk: Int
        public var events: Int
        public var survival: Double
        /// Greenwood's; 0 where survival is 0.
        public var standardError: Double
        /// 95 %, on the logarithm's scale; nil where survival is 0.
        public var confLow: Double?
        public var confHigh: Double?
    }

    /// The log-rank test (Mantel 1966) on the grid.
    public struct Test: Sendable, Equatable, Codable {
        public struct Row: Sendable, Equatable, Codable {
            public var level: String
            public var rows: Int
            public var observed: Int
            public var expected: Double
            /// Of observed less expected.
            public var variance: Double
        }

        public var levels: [Row]
        public var chiSquared: Double?
        public var degreesOfFreedom: Int?
        public var pValue: Double?
        /// Why there is no statistic.
        public var withheld: String?
    }

    /// The grid that is left, a part of the declared times.
    public var times: [Double]
    /// All rows first, then the groups.
    public var curves: [Curve]
    public var test: Test?
    public var sites: [String]
    /// Sums that were opened.
    public var rounds: Int
}

/// Of one group by interval: rows at risk, events.
struct RiskCounts: Sendable {
    let name: String?
    let atRisk: [Int]
    let events: [Int]

    /// - Parameters:
    ///   - events: rows that leave in each interval with an event.
    ///   - others: without one.
    init(_ name: String?, events: [Int], others: [Int]) {
        self.name = name
        self.events = events
        var left = 0
        atRisk = zip(events, others).reversed().map { pair in
            left += pair.0 + pair.1
            return left
        }.reversed()
    }

    var rows: Int { atRisk.first ?? 0 }

    /// What survival may be above 1/2 where it is 1/2 but for rounding.
    private static let half = 0.5 * (1 + 1e-12)

    func curve(_ times: [Double]) -> CurveOutcome.Curve {
        var (survival, spread) = (1.0, 0.0)
        let points = times.indices.map { place in
            let (d, n) = (Double(events[place]), Double(atRisk[place]))
            if d > 0 {
                survival = d < n ? survival * (1 - d / n) : 0
                if d < n { spread += d / (n * (n - d)) }
            }
            let error = survival * spread.squareRoot()
            let reach = Distributions.normal975 * spread.squareRoot()
            return CurveOutcome.Point(
                time: times[place], atRisk: atRisk[place], events: events[place], survival: survival,
                standardError: error, confLow: survival > 0 ? survival * exp(-reach) : nil,
                confHigh: survival > 0 ? min(1, survival * exp(reach)) : nil)
        }
        return CurveOutcome.Curve(
            group: name, rows: rows, events: events.reduce(0, +), points: points,
            median: points.first { $0.survival <= Self.half }?.time)
    }
}

extension CurveCourse {
    /// - Throws: `impossibleSums` for numbers that no rows have.
    func outcome(sites: [String], rounds: Int) throws(PooledError) -> CurveOutcome {
        let times = grid.times
        let groups = try counts()
        func total(_ part: (RiskCounts) -> [Int]) -> [Int] {
            (times.indices).map { place in groups.reduce(0) { $0 + part($1)[place] } }
        }
        let (events, atRisk) = (total(\.events), total(\.atRisk))
        let next = atRisk.dropFirst() + [0]
        let all = RiskCounts(nil, events: events, others: zip(zip(atRisk, next), events).map { $0.0 - $0.1 - $1 })
        let parts = design.group == nil ? [] : groups
        return CurveOutcome(
            times: times, curves: ([all] + parts).map { $0.curve(times) },
            test: design.group == nil ? nil : Self.test(groups, all), sites: sites, rounds: rounds)
    }

    /// Of each group, checked.
    ///
    /// - Throws: `impossibleSums`: all together are at most 2^53, so that no sum of them is out of range.
    func counts() throws(PooledError) -> [RiskCounts] {
        let times = grid.times
        var groups: [RiskCounts] = []
        var all = 0
        for group in 0..<design.groupCount {
            var (events, others): ([Int], [Int]) = ([], [])
            for place in times.indices {
                let at = 2 * (group * times.count + place)
                events.append(try CourseNumbers.count(sums[at], "the events"))
                others.append(try CourseNumbers.count(sums[at + 1], "the times"))
                all = try CourseNumbers.count(Double(all) + Double(events[place]) + Double(others[place]), "the times")
            }
            groups.append(RiskCounts(design.group?.levels[group], events: events, others: others))
        }
        return groups
    }

    private static func test(_ groups: [RiskCounts], _ all: RiskCounts) -> CurveOutcome.Test {
        let count = groups.count
        var expected = Array(repeating: 0.0, count: count)
        var covariance = SymmetricMatrix(order: count)
        for place in all.events.indices where all.events[place] > 0 {
            let (d, n) = (Double(all.events[place]), Double(all.atRisk[place]))
            let shares = groups.map { Double($0.atRisk[place]) / n }
            let weight = n > 1 ? d * (n - d) / (n - 1) : 0
            for g in 0..<count {
                expected[g] += d * shares[g]
                for h in 0..<count { covariance[g, h] += weight * shares[g] * ((g == h ? 1 : 0) - shares[h]) }
            }
        }
        let observed = groups.map { $0.events.reduce(0, +) }
        var test = CurveOutcome.Test(
            levels: groups.indices.map {
                .init(
                    level: groups[$0].name ?? "", rows: groups[$0].rows, observed: observed[$0], expected: expected[$0],
                    variance: covariance[$0, $0])
            })
        let last = count - 1
        var first = SymmetricMatrix(order: last)
        for g in 0..<last { for h in 0..<last { first[g, h] = covariance[g, h] } }
        let difference = (0..<last).map { Double(observed[$0]) - expected[$0] }
        do throws(LinearAlgebraError) {
            let value = max(0, dot(difference, try CholeskyFactor(first, tolerance: 1e-9).solve(difference)))
            (test.chiSquared, test.degreesOfFreedom) = (value, last)
            test.pValue = Distributions.chiSquaredUpper(value, degreesOfFreedom: last)
        } catch {
            test.withheld = "a level is at risk at no event, or alone at each"
        }
        return test
    }
}
