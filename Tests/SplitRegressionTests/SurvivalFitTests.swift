import Records
import TestSupport
import Testing

@testable import SplitRegression

/// Proportional hazards in shares, without encryption, against Newton's method on the pooled table.
@Suite("Proportional hazards, simulated") struct SurvivalFitTests {
    typealias Case = SimulatedFitTests.Case

    /// Times in whole days, so that many events are tied.
    static func data(
        rows: Int = 300, active: Int = 2, passive: Int = 3, days: Double = 40, censoring: Double = 0.4,
        entry: Bool = false,
        strata: Int = 1, strength: Double = 1, seed: UInt64 = 5
    ) -> Case {
        var times: [Double] = []
        var data = Case(rows: rows, active: active, passive: passive, seed: seed) { z, generator in
            let unit = -ElementaryFunctions.log(1 - 0.999 * generator.uniform())
            times.append(unit * ElementaryFunctions.exp(-strength * z))
            return generator.uniform() < censoring ? 0 : 1
        }
        var generator = SplitMix(seed + 1)
        let scale = times.sorted()[rows * 9 / 10]
        let days = times.map { max(1, ($0 / scale * days).rounded(.up)) }
        data.survival = SurvivalColumns(
            time: days, entry: entry ? days.map { ($0 * generator.uniform() * 0.8).rounded(.down) } : nil,
            stratum: strata > 1 ? days.indices.map { $0 % strata } : nil)
        return data
    }

    /// The same model on the pooled table, without anything of the fit in shares but exp and log.
    static func pooled(
        _ data: Case, penalty: Double = 0
    ) throws -> (
        coefficients: [Double], errors: [Double], loss: Double, nullLoss: Double, wald: Double, score: Double
    ) {
        let survival = try #require(data.survival)
        let n = data.label.count
        let columns = data.active + data.passive
        let entry = survival.entry ?? Array(repeating: -1, count: n)
        let stratum = survival.stratum ?? Array(repeating: 0, count: n)
        struct Event { let rows: [Int], deaths: [Int] }
        var events: [Event] = []
        for key in Set(stratum) {
            for time in Set((0..<n).filter { data.label[$0] == 1 && stratum[$0] == key }.map { survival.time[$0] }) {
                let rows = (0..<n).filter { stratum[$0] == key && entry[$0] < time && survival.time[$0] >= time }
                events.append(
                    Event(rows: rows, deaths: rows.filter { survival.time[$0] == time && data.label[$0] == 1 }))
            }
        }
        let p = columns.count
        var beta = Array(repeating: 0.0, count: p)
        func derivatives() -> (loss: Double, gradient: [Double], information: SymmetricMatrix) {
            let z = linearPredictor(columns: columns, coefficients: beta)
            let e = z.isEmpty ? Array(repeating: 1, count: n) : z.map { ElementaryFunctions.exp($0) }
            var loss = 0.0
            var gradient = beta.map { Double(n) * penalty * $0 }
            var information = SymmetricMatrix(order: p)
            information.addDiagonal(Double(n) * penalty)
            for event in events {
                for (l, death) in event.deaths.enumerated() {
                    let part = data.ties == .efron ? Double(l) / Double(event.deaths.count) : 0
                    var (s0, s1, s2) = (0.0, Array(repeating: 0.0, count: p), SymmetricMatrix(order: p))
                    for row in event.rows {
                        let w = e[row] * (event.deaths.contains(row) ? 1 - part : 1)
                        s0 += w
                        for i in 0..<p {
                            s1[i] += w * columns[i][row]
                            for j in 0..<p { s2[i, j] += w * columns[i][row] * columns[j][row] }
                        }
                    }
                    loss += ElementaryFunctions.log(s0) - (z.isEmpty ? 0 : z[death])
                    for i in 0..<p {
                        gradient[i] += s1[i] / s0 - columns[i][death]
                        for j in 0..<p { information[i, j] += s2[i, j] / s0 - s1[i] * s1[j] / (s0 * s0) }
                    }
                }
            }
            return (loss, gradient, information)
        }
        let (nullLoss, slope, spread) = derivatives()
        let score = dot(slope, try CholeskyFactor(spread, tolerance: 1e-14).solve(slope))
        for _ in 0..<30 {
            let (_, gradient, information) = derivatives()
            let step = try CholeskyFactor(information, tolerance: 1e-14).solve(gradient)
            beta = zip(beta, step).map { $0 - $1 }
        }
        let (loss, _, information) = derivatives()
        let inverse = try CholeskyFactor(information, tolerance: 1e-14).inverse()
        let wald = dot(beta, information.applied(to: beta))
        return (beta, (0..<p).map { inverse[$0, $0].squareRoot() }, loss, nullLoss, wald, score)
    }

    /// Compares, and returns what ran.
    @discardableResult static func compare(
        _ data: Case, penalty: Double = 0, location: SourceLocation = #_sourceLocation
    ) async throws -> SimulatedFitTests.Fit {
        let fit = try await SimulatedFitTests.fit(data, .cox, penalty: penalty)
        let pooled = try pooled(data, penalty: penalty)
        guard case .fitted(let summary) = fit.end else {
            Issue.record("\(fit.end)", sourceLocation: location)
            return fit
        }
        #expect(summary.converged, sourceLocation: location)
        #expect(abs(fit.coefficients[0]) < 1e-4, sourceLocation: location)
        for j in pooled.coefficients.indices {
            #expect(
                abs(fit.coefficients[j + 1] - pooled.coefficients[j]) < 1e-3 * pooled.errors[j], "\(j)",
                sourceLocation: location)
            if penalty == 0 {
                #expect(abs(fit.errors[j + 1] / pooled.errors[j] - 1) < 1e-3, "\(j)", sourceLocation: location)
            }
        }
        guard penalty == 0 else { return fit }
        let start = try ActiveRows(
            label: data.label, columns: [Array(repeating: 1, count: data.label.count)] + data.active, family: .cox,
            risk: data.risk, penalty: 0, range: .infinity)
        let gain = try #require(summary.loss)
        #expect(abs(start.start.loss + gain - pooled.loss) < 2e-3, sourceLocation: location)
        #expect(abs((summary.wald ?? 0) / pooled.wald - 1) < 1e-3, sourceLocation: location)
        #expect(abs((summary.score ?? 0) / pooled.score - 1) < 1e-3, sourceLocation: location)
        return fit
    }

    @Test("Equal to the pooled fit, by Efron and by Breslow", arguments: Ties.allCases)
    func ties(_ ties: Ties) async throws {
        var data = Self.data()
        data.ties = ties
        try await Self.compare(data)
    }

    @Test("Strata, delayed entry, and both")
    func strataAndEntry() async throws {
        try await Self.compare(Self.data(strata: 3))
        try await Self.compare(Self.data(entry: true))
        try await Self.compare(Self.data(entry: true, strata: 2))
    }

    @Test("Room for more events than there are, few events, and no columns at the active party but the constant")
    func shapes() async throws {
        var data = Self.data(rows: 200, censoring: 0.7)
        data.mostEvents = Int(data.label.reduce(0, +)) + 7
        try await Self.compare(data)
        try await Self.compare(Self.data(rows: 250, active: 2, passive: 1, censoring: 0.85))
        var alone = Self.data(active: 1, passive: 3)
        alone.active = []
        try await Self.compare(alone)
    }

    @Test("A strong effect of the passive party's columns")
    func strong() async throws {
        try await Self.compare(Self.data(rows: 400, strength: 3))
        // Some sums over risk sets change a hundredfold between the start and the fit: the likelihood's path follows.
        try await Self.compare(Self.data(rows: 1500, active: 1, passive: 1, censoring: 0.5, strength: 4, seed: 9))
    }

    @Test("A survival curve at declared times, with entries, with and without standard errors", arguments: [0, 0.05])
    func curve(_ penalty: Double) async throws {
        var data = Self.data(entry: true)
        data.times = [2, 7, 11, 25, 39]
        let fit = try await Self.compare(data, penalty: penalty)
        let sets = try #require(data.risk)
        let times = try #require(data.survival).time
        let z = linearPredictor(columns: data.columns, coefficients: fit.coefficients)
        let sums = sets.sums(of: z.map { ElementaryFunctions.exp($0) })
        let own = try ActiveRows(
            label: data.label, columns: [Array(repeating: 1, count: data.label.count)] + data.active, family: .cox,
            risk: sets, penalty: Double(data.label.count) * penalty, range: .infinity)
        #expect(fit.curve.count == 5)
        for (time, found) in zip(data.times, fit.curve) {
            let wanted = zip(sums, sets.eventRows).reduce(0) { $0 + (times[$1.1] <= time ? 1 / $1.0 : 0) }
            #expect(abs(found * ElementaryFunctions.exp(-own.center) / wanted - 1) < 1e-3, "\(time)")
        }
    }

    @Test("Ridge") func penalised() async throws { try await Self.compare(Self.data(), penalty: 0.05) }

    @Test("Sums over risk sets and their transpose are those of their definition")
    func riskSets() throws {
        let data = Self.data(rows: 60, days: 8, entry: true, strata: 2)
        let sets = try #require(data.risk)
        let survival = try #require(data.survival)
        let (entry, stratum) = (try #require(survival.entry), try #require(survival.stratum))
        var generator = SplitMix(3)
        let values = (0..<60).map { _ in generator.uniform() }
        let ofEvents = (0..<sets.events).map { _ in generator.uniform() }
        func factor(_ k: Int, _ row: Int) -> Double {
            let death = sets.eventRows[k]
            let time = survival.time[death]
            guard stratum[row] == stratum[death], entry[row] < time, survival.time[row] >= time else { return 0 }
            return survival.time[row] == time && data.label[row] == 1 ? 1 - sets.tieShares[k] : 1
        }
        for (k, sum) in sets.sums(of: values).enumerated() {
            #expect(abs(sum - (0..<60).reduce(0) { $0 + factor(k, $1) * values[$1] }) < 1e-9)
        }
        for (row, sum) in sets.hazards(of: ofEvents).enumerated() {
            #expect(abs(sum - ofEvents.indices.reduce(0) { $0 + factor($1, row) * ofEvents[$1] }) < 1e-9)
        }
        #expect(sets.events == Int(data.label.reduce(0, +)))
    }
}
