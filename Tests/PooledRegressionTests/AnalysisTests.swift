import Foundation
import Records
import SecureSums
import SplitRegression
import TestSupport
import Testing

@testable import PooledRegression

/// All analyses by one door: at the sites, for a verifier, as files.
@Suite struct AnalysisTests {
    private static let group = TableDesign.Column(name: "symptom", levels: ["no", "yes"])

    private static let cases: [PooledAnalysis] = [
        .table(TableDesign(columns: [.init(name: "age"), .init(name: "race", levels: ["0", "1"])], group: group)),
        .curves(CurveDesign(times: [300, 600, 900, 1200], group: group, smallestCell: 5)),
        .hazards(
            GridDesign(
                terms: ["drugs", "race"], features: [1, 1], times: [300, 600, 900, 1200], isRobust: true,
                smallestCell: 3
            )),
        .noisy(
            NoisyDesign(
                family: .logistic, terms: ["age", "race"], bounds: [.init(low: 10, high: 80), .init(low: 0, high: 1)],
                budget: PrivacyBudget(epsilon: 8, delta: 1e-5), clip: 2)),
    ]

    private func rows(_ site: Int, _ analysis: PooledAnalysis) throws -> PooledAnalysis.Rows {
        let table = try StatisticReferences.site(site)
        let (time, event) = (table.column("days"), table.column("cens"))
        let columns = [table.column("age"), table.column("race")]
        let levels = [table.column("drugs"), table.column("race")]
        switch analysis {
        case .table: return .table(TableRows(columns: columns, group: table.codes("symptom")))
        case .curves: return .curves(CurveRows(time: time, event: event, group: table.codes("symptom")))
        case .hazards:
            return .model(PooledRows(label: event, columns: levels, survival: SurvivalColumns(time: time)))
        case .noisy: return .model(PooledRows(label: event, columns: columns))
        }
    }

    @Test(arguments: 0..<4) func analysesEndAlikeEverywhere(_ number: Int) async throws {
        let analysis = Self.cases[number]
        let settings = try Site.settings(5, coalition: 1)
        try analysis.check(settings)
        let last = SavedState(Computation.start(settings))
        let results = try await Computation.run(settings) { own, mesh in
            let prepared = try analysis.prepare(rows(own, analysis), settings, secret: Computation.secret(own))
            let hooks = SumHooks(save: { state, _ in if own == 0 { last.state = state } })
            return try await prepared.run(over: mesh, from: Computation.start(settings), hooks)
        }
        let outcomes = try results.map { try $0.get() }
        #expect(outcomes.count == 5 && outcomes.allSatisfy { $0 == outcomes[0] })
        let outcome = outcomes[0]
        #expect(try analysis.outcome(of: last.state.rounds, settings) == outcome)
        #expect(outcome.rounds == last.state.rounds.count && outcome.sites.count == 5)
        #expect(outcome.rows == (number == 3 ? nil : 1728))
        #expect(try JSONDecoder().decode(AnalysisOutcome.self, from: JSONEncoder().encode(outcome)) == outcome)
        let names = [["table.csv"], ["survival.csv", "logrank.csv"], ["coefficients.csv", "baseline.csv"]]
        let files = try outcome.files()
        #expect(files.map(\.name) == (number < 3 ? names[number] : ["coefficients.csv", "noise.csv"]))
        #expect(files.allSatisfy { String(decoding: $0.bytes, as: UTF8.self).split(separator: "\n").count > 1 })
        // Sums of one analysis are none of another.
        let other = Self.cases[(number + 1) % 4]
        #expect(throws: (any Error).self) { try other.outcome(of: last.state.rounds, settings) }
        #expect(throws: (any Error).self) { try analysis.outcome(of: last.state.rounds.dropLast(), settings) }
        #expect(throws: PooledError.badRows("they are of another analysis", row: nil)) {
            let wrong: PooledAnalysis.Rows =
                number == 1 ? .table(TableRows(columns: [[1]])) : .curves(CurveRows(time: [1], event: [1]))
            _ = try analysis.prepare(wrong, settings, secret: Computation.secret(0))
        }
    }
}
