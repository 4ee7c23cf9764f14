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

        func plan(minimumCell: Int = 1, owner: PassivePlace? = .sharing, hasTest: Bool = true) -> LevelPlan {
            LevelPlan(
                owner: owner, column: "c", levels: names, hasTest: hasTest, times: times,
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
    /// What these two saw of a further party that has the column; else nothing.
    let furtherViews: [PartyView]

    init(
        _ data: LevelVectors.Case, minimumCell: Int = 1, room: Int? = nil, hasTest: Bool = true,
        owner: PassivePlace = .sharing, weakness: Weakness = Weakness()
    ) async throws {
        let plan = data.plan(minimumCell: minimumCell, owner: owner, hasTest: hasTest)
        let column = SimulatedFitTests.Case.standardised(data.rowLevels.codes.map { Double($0) })
        var table = SimulatedFitTests.Case(active: [], passive: [column], label: data.label)
        table.survival = data.survival
        table.mostEvents = room ?? data.observed.reduce(0, +) + 3
        let parties = try SimulatedFitTests.parties(table, .cox)
        let events = LevelEvents(data.survival, event: data.label, times: data.times)
        let known = parties[0].facts
        // Another party has one column more, of the same values.
        var facts = TrainingFacts(
            family: .cox, rows: known.rows, activeColumns: 1, passiveColumns: 1,
            otherColumns: owner == .sharing ? [] : [1], penalty: 0, tolerance: 1e-3, maximumPasses: 40,
            modulusBits: 2048, computesStandardErrors: true, opensLoss: true, opensBrier: false, scaleBits: 0,
            weightBits: 2, rowBits: 4, events: known.events)
        facts.comparison = LevelFacts(plan)
        let all = facts
        let steps: [TrainingStep] = (hasTest ? [.levelTest] : []) + (data.times.isEmpty ? [] : [.levelCurves])
        // From each party to each other one: the active one, the one that shares, a further one.
        let boxes = (0..<3).map { _ in (0..<3).map { _ in Mailbox() } }
        @Sendable func exchange(_ own: Int, _ peer: Int) -> SimulatedExchange {
            SimulatedExchange(
                inbox: boxes[peer][own], outbox: boxes[own][peer], seed: UInt64(own + 1 + (own + peer > 1 ? 8 : 0)),
                isActive: own == 0, weakness: weakness)
        }
        @Sendable func run(_ party: SimulatedFitTests.Party) async throws -> (FitShares, [PartyView]) {
            let isActive = party.role == .active
            let own = isActive ? 0 : 1
            let others = all.otherColumns.map { _ in exchange(own, 2) }
            let machine = try ShareMachine(
                role: party.role, facts: all,
                table: try WhitenedTable(party.own, hasConstant: isActive, names: ["c"], facts: all),
                active: party.rows, centring: [0], exchange: exchange(own, 1 - own), others: others)
            machine.levels =
                isActive ? .active(events) : owner == .sharing ? .passive(data.rowLevels) : .helper
            for step in steps { _ = try await machine.perform(step) }
            return (machine.results, [machine.exchange.view] + others.map(\.view))
        }
        @Sendable func runFurther() async throws {
            guard owner != .sharing else { return }
            let machine = try OtherMachine(
                facts: all, index: 0,
                table: try WhitenedTable([column], hasConstant: false, names: ["c"], facts: all), centring: [0],
                levels: data.rowLevels, active: exchange(2, 0), helper: exchange(2, 1))
            for step in steps { _ = try await machine.perform(step) }
        }
        async let a = run(parties[0])
        async let b = run(parties[1])
        async let c: Void = runFurther()
        let (active, passive, _) = try await (a, b, c)
        results = active.0
        comparison = LevelComparison(plan, active.0, rows: data.time.count)
        views = [active.1[0], passive.1[0]]
        furtherViews = [active, passive].flatMap { $0.1.dropFirst() }
        passiveResults = passive.0
    }
}
