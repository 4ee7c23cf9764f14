import Foundation
import Records
import TestSupport

@testable import SplitRegression

/// `protocols/vectors/levels.json`, which another program computed from definitions (`protocols/vectors/levels.py`).
struct LevelVectors: Decodable {
    struct Case: Decodable, Sendable, CustomStringConvertible {
        struct Curve: Decodable, Sendable {
            let survival: [Double]
            let events, after: [Int]
        }

        let name: String
        let time: [Double]
        var event: String
        let codes: String
        let levels: Int
        let entry: [Double]?
        let stratum: String?
        let times: [Double]
        let rows: [Int]
        var observed: [Int]
        let expected: [Double]
        let covariance: [[Double]]
        let statistic, p: Double
        let curves: [Curve]

        var description: String { name }
        var label: [Double] { Self.digits(event).map { Double($0) } }
        var rowLevels: LevelCodes { LevelCodes(codes: Self.digits(codes)) }
        var survival: SurvivalColumns {
            SurvivalColumns(time: time, entry: entry, stratum: stratum.map(Self.digits))
        }
        var names: [String] { (0..<levels).map { "l\($0)" } }

        func plan(minimumCell: Int = 1, isPassive: Bool = true, hasTest: Bool = true) -> LevelPlan {
            LevelPlan(
                isPassive: isPassive, column: "c", levels: names, hasTest: hasTest, times: times,
                minimumCell: minimumCell)
        }

        /// Whether a time is shown beside a test: every level has as many events since the time before, rows after it, and events after
        /// it if anybody has one.
        func isShown(_ time: Int, minimumCell: Int) -> Bool {
            let later = zip(observed, curves).map { $0 - $1.events[...time].reduce(0, +) }
            let cells =
                curves.flatMap { [$0.events[time], $0.after[time]] } + (later.allSatisfy { $0 == 0 } ? [] : later)
            return cells.allSatisfy { $0 >= minimumCell }
        }

        private static func digits(_ text: String) -> [Int] { text.compactMap(\.wholeNumberValue) }
    }

    let tests: [Case]
    let signs, reciprocals, numbers: [[Int]]
    let suffixes: [Suffix]

    struct Suffix: Decodable {
        let places: Int
        let rounds: [[[Int]]]

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            places = try container.decode(Int.self)
            rounds = try container.decode([[[Int]]].self)
        }
    }

    static func read() throws -> LevelVectors {
        let url = Repository.root.appending(path: "protocols/vectors/levels.json")
        return try JSONDecoder().decode(LevelVectors.self, from: try Data(contentsOf: url))
    }
}

/// Both parties of a comparison of levels, without encryption and without a fit.
struct LevelRun: Sendable {
    let comparison: LevelComparison
    let results: FitShares
    /// What the active party saw, and the passive one.
    let views: [PartyView]
    let passiveResults: FitShares

    init(_ data: LevelVectors.Case, minimumCell: Int = 1, room: Int? = nil, hasTest: Bool = true) async throws {
        let plan = data.plan(minimumCell: minimumCell, hasTest: hasTest)
        let column = SimulatedFitTests.Case.standardised(data.rowLevels.codes.map { Double($0) })
        var table = SimulatedFitTests.Case(active: [], passive: [column], label: data.label)
        table.survival = data.survival
        table.mostEvents = room ?? data.observed.reduce(0, +) + 3
        let parties = try SimulatedFitTests.parties(table, .cox)
        let events = LevelEvents(data.survival, event: data.label, times: data.times)
        let (ab, ba) = (Mailbox(), Mailbox())
        @Sendable func run(_ party: SimulatedFitTests.Party) async throws -> (FitShares, PartyView) {
            let isActive = party.role == .active
            var facts = party.facts
            facts.comparison = LevelFacts(plan)
            let white = try WhitenedTable(party.own, hasConstant: isActive, names: ["c"], facts: facts)
            let machine = try ShareMachine(
                role: party.role, facts: facts, table: white, active: party.rows, centring: [0],
                exchange: SimulatedExchange(
                    inbox: isActive ? ba : ab, outbox: isActive ? ab : ba, seed: isActive ? 1 : 2, isActive: isActive))
            machine.levels = isActive ? .active(events) : .passive(data.rowLevels)
            if hasTest { _ = try await machine.perform(.levelTest) }
            if !data.times.isEmpty { _ = try await machine.perform(.levelCurves) }
            return (machine.results, machine.exchange.view)
        }
        async let a = run(parties[0])
        async let b = run(parties[1])
        let (active, passive) = try await (a, b)
        results = active.0
        comparison = LevelComparison(plan, active.0, rows: data.time.count)
        views = [active.1, passive.1]
        passiveResults = passive.0
    }
}
