import TestSupport
import Testing

@testable import SplitRegression

/// What sums over risk sets of further parties' columns tell, and what weaker protocols would (multiparty-training.md 7).
@Suite("Attacks on sums over risk sets of further parties' columns") struct SeveralSurvivalAttackTests {
    /// All rows have events, at times of their own.
    private static func data() -> SimulatedFitTests.Case {
        SurvivalFitTests.data(rows: 120, days: 1_000_000, censoring: 0)
    }

    /// The helper's reading of sums of numbers that it knows: whoever is at risk at the last event makes two of its sums have the ratio
    /// that two of its numbers have, whatever the event is multiplied with; and so on, a row more each time.
    private static func order(_ sums: ShareMatrix, _ own: [[ShareWord]], events: Int) -> [Int] {
        var (first, second) = (ShareWord.zero, ShareWord.zero)
        var (found, left) = ([Int](), Array(own.indices))
        for event in 0..<events {
            let next = left.first { row in
                let (a, b) = (first &+ own[row][0], second &+ own[row][1])
                return (a &* sums[event, 1]).masked() == (b &* sums[event, 0]).masked()
            }
            guard let next else { return found }
            found.append(next)
            left.removeAll { $0 == next }
            (first, second) = (first &+ own[next][0], second &+ own[next][1])
        }
        return found
    }

    @Test("Sums without the active party's masks show the helper the order of all rows; masked ones show none")
    func order() async throws {
        let data = Self.data()
        let parties = try SimulatedFitTests.parties(data, .cox)
        let (rows, facts) = (try #require(parties[0].rows), parties[0].facts)
        let sets = try #require(rows.risk)
        var map = RiskSums(
            sets, rates: rows.start.predictor.map { ElementaryFunctions.exp($0 - rows.center) }, places: facts.events,
            fractionBits: facts.riskFractionBits)
        map.factors = .words
        var generator = SplitMix(3)
        let own = (0..<120).map { _ in
            (0..<2).map { _ in
                ShareWord(low: generator.next(), middle: generator.next(), high: generator.next()).masked()
            }
        }
        let layout = try RiskSumLayout(
            .words, inputs: 120, outputs: facts.events, values: 2, termBits: 152 + 62, modulusBits: 2048)
        let truth = sets.eventRows
        #expect(truth.count == 120)
        #expect(Self.order(map.sums(of: own, layout: layout), own, events: 120) == truth)
        // What the helper really decrypts.
        let (there, back) = (Mailbox(), Mailbox())
        let (asked, order) = (map, own)
        async let answered = SimulatedExchange(inbox: there, outbox: back, seed: 5, isActive: true)
            .evaluateRiskSums(asked, layout: layout)
        let opened = try await SimulatedExchange(inbox: back, outbox: there, seed: 6, isActive: false)
            .ownRiskSums(order, layout: layout)
        _ = try await answered
        #expect(Self.order(opened, own, events: 120).isEmpty)
    }

    @Test("All that a holder decrypts or is handed over, alone or with a further party, is uniform")
    func views() async throws {
        let data = SurvivalFitTests.data(rows: 150, passive: 4)
        for missing in [0, 8] {
            let fit = try await SimulatedSeveral(data, counts: [2, 1, 2, 1], missingBits: missing).fit(
                .cox, isRobust: true)
            for holder in 0...1 {
                let shared = try #require(fit.views[holder][1 - holder])
                let other = try #require(fit.views[holder][2])
                for answers in [shared.answers, other.answers, other.answers + (fit.views[holder][3]?.answers ?? [])] {
                    let distance = SimulatorTests.distance(answers)
                    #expect(missing == 0 ? distance < 2.5 : distance > 5, "\(holder) \(distance)")
                }
            }
        }
    }

    @Test("A further party's messages tell neither the number of events nor how much room there is for them")
    func sizes() throws {
        func exchanges(_ events: Int) throws -> [[PlannedOtherExchange]] {
            var data = SurvivalFitTests.data(rows: 200)
            data.mostEvents = events
            let rows = try #require(try SimulatedFitTests.parties(data, .cox)[0].rows)
            let facts = SimulatedSeveral(data, counts: [2, 1, 2]).facts(
                .cox, penalty: 0, errors: true, isRobust: true, rows, estimatesTheta: false)
            let steps: [TrainingStep] = [
                .startInformation, .predictor(period: 32), .rates(period: 32), .risks(period: 32),
                .residual(period: 32),
                .gradient(period: 32), .information(period: 32), .meat(period: 32, scale: 0), .curve, .wald, .score,
            ]
            return try steps.flatMap { step in
                try [TrainingRole.active, .passive].map { try facts.exchanges(of: step, with: $0, ofOther: 0) }
            }
        }
        #expect(try exchanges(150) == exchanges(200))
    }
}
