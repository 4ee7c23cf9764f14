import Foundation
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
        _ data: Case, penalty: Double = 0, isRobust: Bool = false
    ) throws -> (
        coefficients: [Double], errors: [Double], loss: Double, nullLoss: Double, wald: Double, score: Double
    ) {
        let survival = try #require(data.survival)
        let n = data.label.count
        let columns = data.active + data.passive
        let entry = survival.entry ?? Array(repeating: -1, count: n)
        let stratum = survival.stratum ?? Array(repeating: 0, count: n)
        let weight = data.weight ?? Array(repeating: 1, count: n)
        let offset = data.offset ?? Array(repeating: 0, count: n)
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
        // Of each row what it has in the gradient.
        var scores: [[Double]] = []
        func derivatives() -> (loss: Double, gradient: [Double], information: SymmetricMatrix) {
            let z = zip(linearPredictor(columns: columns, coefficients: beta), offset).map { $0 + $1 }
            let e = zip(z, weight).map { ElementaryFunctions.exp($0) * $1 }
            scores = Array(repeating: Array(repeating: 0, count: p), count: n)
            var loss = 0.0
            var gradient = beta.map { Double(n) * penalty * $0 }
            var information = SymmetricMatrix(order: p)
            information.addDiagonal(Double(n) * penalty)
            for event in events {
                let mean = event.deaths.reduce(0) { $0 + weight[$1] } / Double(event.deaths.count)
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
                    loss += mean * ElementaryFunctions.log(s0) - weight[death] * z[death]
                    for i in 0..<p {
                        gradient[i] += mean * s1[i] / s0 - weight[death] * columns[i][death]
                        for j in 0..<p { information[i, j] += mean * (s2[i, j] / s0 - s1[i] * s1[j] / (s0 * s0)) }
                        for row in event.rows {
                            let w = e[row] * (event.deaths.contains(row) ? 1 - part : 1)
                            scores[row][i] += mean * w / s0 * (columns[i][row] - s1[i] / s0)
                        }
                        for row in event.deaths {
                            scores[row][i] -= weight[row] * (columns[i][row] - s1[i] / s0) / Double(event.deaths.count)
                        }
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
        let robust = (0..<p).map { j in
            scores.reduce(0) { sum, row in
                let influence = (0..<p).reduce(0) { $0 + inverse[j, $1] * row[$1] }
                return sum + influence * influence
            }
        }
        let errors = (0..<p).map { (isRobust ? robust[$0] : inverse[$0, $0]).squareRoot() }
        return (beta, errors, loss, nullLoss, wald, score)
    }

    /// Compares, and returns what ran.
    @discardableResult static func compare(
        _ data: Case, penalty: Double = 0, isRobust: Bool = false, location: SourceLocation = #_sourceLocation
    ) async throws -> SimulatedFitTests.Fit {
        let fit = try await SimulatedFitTests.fit(data, .cox, penalty: penalty, isRobust: isRobust)
        try check(
            fit.end, coefficients: fit.coefficients, errors: fit.errors, data, penalty: penalty, isRobust: isRobust,
            location: location)
        return fit
    }

    /// - Parameter coefficients: of all columns, the constant first, which has none.
    static func check(
        _ end: TrainingProgram.End, coefficients: [Double], errors: [Double], _ data: Case, penalty: Double = 0,
        isRobust: Bool = false, location: SourceLocation = #_sourceLocation
    ) throws {
        let pooled = try pooled(data, penalty: penalty, isRobust: isRobust)
        guard case .fitted(let summary) = end else {
            Issue.record("\(end)", sourceLocation: location)
            return
        }
        #expect(summary.converged, sourceLocation: location)
        #expect(abs(coefficients[0]) < 1e-4, sourceLocation: location)
        for j in pooled.coefficients.indices {
            #expect(
                abs(coefficients[j + 1] - pooled.coefficients[j]) < 1e-3 * pooled.errors[j], "\(j)",
                sourceLocation: location)
            if penalty == 0 {
                #expect(abs(errors[j + 1] / pooled.errors[j] - 1) < 1e-3, "\(j)", sourceLocation: location)
            }
        }
        guard penalty == 0 else { return }
        let start = try ActiveRows(
            label: data.label, offset: data.offset, weight: data.weight,
            columns: [Array(repeating: 1, count: data.label.count)] + data.active, family: .cox,
            risk: data.risk, penalty: 0, range: .infinity)
        let gain = try #require(summary.loss)
        #expect(abs(start.start.loss + gain - pooled.loss) < max(2e-3, 1e-5 * pooled.loss), sourceLocation: location)
        #expect(
            isRobust ? summary.wald == nil : abs((summary.wald ?? 0) / pooled.wald - 1) < 1e-3,
            sourceLocation: location)
        #expect(abs((summary.score ?? 0) / pooled.score - 1) < 1e-3, sourceLocation: location)
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

    /// Case weights from 0.2 to 8, and half of them 1: what multiplies a rate differs by up to a hundredfold with offsets.
    static func weights(_ rows: Int) -> [Double] {
        (0..<rows).map { $0 % 2 == 0 ? 1 : 0.2 * pow(40, Double($0 * 37 % rows) / Double(rows)) }
    }

    @Test("Case weights and offsets, by Efron and by Breslow, with strata and entries", arguments: Ties.allCases)
    func weighted(_ ties: Ties) async throws {
        var data = Self.data(entry: true, strata: 2)
        data.ties = ties
        data.weight = Self.weights(300)
        try await Self.compare(data)
        data.offset = (0..<300).map { sin(Double($0)) }
        try await Self.compare(data)
        data.weight = nil
        try await Self.compare(data, penalty: 0.05)
    }

    @Test("Robust errors, with and without ties, case weights, strata and entries")
    func robust() async throws {
        var data = Self.data()
        try await Self.compare(data, isRobust: true)
        data.ties = .breslow
        data.mostEvents = Int(data.label.reduce(0, +)) + 5
        try await Self.compare(data, isRobust: true)
        data = Self.data(entry: true, strata: 2)
        data.weight = Self.weights(300)
        data.offset = (0..<300).map { 0.5 * sin(Double($0)) }
        try await Self.compare(data, isRobust: true)
        var alone = Self.data(active: 1, passive: 2)
        alone.active = []
        alone.weight = Self.weights(300)
        try await Self.compare(alone, isRobust: true)
    }

    @Test("A survival curve for each stratum, with case weights and offsets, and room for more strata")
    func curvesOfStrata() async throws {
        var data = Self.data(strata: 3)
        data.times = [3, 12, 30]
        data.curveStrata = 4
        data.weight = Self.weights(300)
        data.offset = (0..<300).map { 0.5 * sin(Double($0)) }
        let fit = try await Self.compare(data)
        let (sets, survival) = (try #require(data.risk), try #require(data.survival))
        let z = zip(linearPredictor(columns: data.columns, coefficients: fit.coefficients), data.offset ?? [])
            .map { $0 + $1 }
        let sums = sets.sums(of: zip(z, data.weight ?? []).map { ElementaryFunctions.exp($0) * $1 })
        let own = try ActiveRows(
            label: data.label, offset: data.offset, weight: data.weight,
            columns: [Array(repeating: 1, count: data.label.count)] + data.active, family: .cox, risk: sets,
            penalty: 0, range: .infinity)
        #expect(fit.curve.count == 12)
        for stratum in 0..<3 {
            for (j, time) in data.times.enumerated() {
                let wanted = sets.eventRows.indices.reduce(0) { sum, k in
                    let row = sets.eventRows[k]
                    return survival.stratum?[row] == stratum && survival.time[row] <= time
                        ? sum + sets.eventWeights[k] / sums[k] : sum
                }
                let found = fit.curve[stratum * 3 + j] * ElementaryFunctions.exp(-own.center) / own.rateUnit
                #expect(abs(found / wanted - 1) < 1e-3, "\(stratum), \(time)")
            }
        }
        for place in 9..<12 { #expect(abs(fit.curve[place]) < 1e-4) }
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

    @Test("Sums over risk sets keep their digits where a rate of e^50 as much came and went")
    func lateEntries() {
        let survival = SurvivalColumns(time: [900, 800, 300, 950], entry: [500, 600, 0, 0])
        let sets = RiskSets(survival, event: [0, 0, 1, 1], ties: .efron)
        let rates = [exp(-25.0), exp(25), exp(-25), exp(-24)]
        // The last time first: at 950 one row, at 300 the last two.
        #expect(sets.sums(of: rates) == [rates[3], rates[3] + rates[2]])
    }
}
