import Records
import TestSupport
import Testing

@testable import SplitRegression

/// What sums over risk sets would tell if they were opened, and what the parties' shares of them tell (training.md 5.12).
@Suite("Attacks on sums over risk sets") struct SurvivalAttackTests {
    /// Nearly all times are distinct, as dates in days are.
    private static func data(seed: UInt64 = 5, censoring: Double = 0.4) -> SimulatedFitTests.Case {
        SurvivalFitTests.data(rows: 300, days: 20_000, censoring: censoring, seed: seed)
    }

    /// One party after the sums over risk sets at A's own fit and these coefficients of B.
    private struct Side: Sendable {
        let sums: [Int128]
        let rates: [Int128]
        /// Of the passive party's columns over each event's rows at risk.
        let means: [[Int128]]
        let view: PartyView
    }

    private static func sides(
        _ data: SimulatedFitTests.Case, passive coefficients: [Double], further steps: [TrainingStep] = []
    ) async throws -> [Side] {
        let parties = try SimulatedFitTests.parties(data, .cox)
        let (ab, ba) = (Mailbox(), Mailbox())
        @Sendable func run(_ party: SimulatedFitTests.Party) async throws -> Side {
            let isActive = party.role == .active
            let table = try WhitenedTable(
                party.own, hasConstant: isActive, names: party.own.indices.map { "c\($0)" }, facts: party.facts)
            let machine = try ShareMachine(
                role: party.role, facts: party.facts, table: table, active: party.rows,
                centring: Array(repeating: 0, count: party.own.count),
                exchange: SimulatedExchange(
                    inbox: isActive ? ba : ab, outbox: isActive ? ab : ba, seed: isActive ? 1 : 2, isActive: isActive))
            if !isActive {
                for (j, value) in table.whitened(coefficients).enumerated() {
                    machine.trialPoint[party.facts.activeColumns + j, 0] = try ShareMatrix.word(value)
                }
            }
            for step in [TrainingStep.predictor(period: 32), .rates(period: 32), .risks(period: 32)] + steps {
                _ = try await machine.perform(step)
            }
            let means = machine.risk.means
            return Side(
                sums: machine.risk.sums, rates: machine.risk.rates,
                means: means.rows == 0
                    ? []
                    : (party.facts.activeColumns..<means.rows).map { row in
                        (0..<means.columns).map { means[row, $0].asInt128 }
                    }, view: machine.exchange.view)
        }
        async let a = run(parties[0])
        async let b = run(parties[1])
        return try await [a, b]
    }

    /// What A reads off the sums at two events between which one row alone has left: that row's rate, and so B's part of its predictor.
    private static func recovered(
        _ sums: [Double], _ sets: RiskSets, _ data: SimulatedFitTests.Case, own: [Double]
    ) throws -> [(row: Int, part: Double)] {
        let times = try #require(data.survival).time
        // Events of one stratum, the last first.
        return (1..<sets.events).compactMap { k in
            let (later, earlier) = (times[sets.eventRows[k - 1]], times[sets.eventRows[k]])
            let left = times.indices.filter { times[$0] >= earlier && times[$0] < later }
            let rate = sums[k] - sums[k - 1]
            guard left.count == 1, rate > 0 else { return nil }
            return (left[0], ElementaryFunctions.log(rate) - own[left[0]])
        }
    }

    private static func correlation(_ x: [Double], _ y: [Double]) -> Double {
        let n = Double(x.count)
        let (a, b) = (x.reduce(0, +) / n, y.reduce(0, +) / n)
        let (u, v) = (x.map { $0 - a }, y.map { $0 - b })
        return dot(u, v) / (dot(u, u) * dot(v, v)).squareRoot()
    }

    @Test("Opened sums are scores of rows; shares of them are not")
    func sumsAreScores() async throws {
        let data = Self.data()
        let coefficients = [0.5, -0.4, 0.3]
        let sides = try await Self.sides(data, passive: coefficients)
        let parties = try SimulatedFitTests.parties(data, .cox)
        let (rows, facts) = (try #require(parties[0].rows), parties[0].facts)
        let sets = try #require(rows.risk)
        let map = RiskSums(
            sets, rates: rows.start.predictor.map { ElementaryFunctions.exp($0 - rows.center) }, places: facts.events,
            fractionBits: facts.riskFractionBits)
        // The sums themselves, as the two shares together have them, without the scalars that A knows.
        let unit = Double(sign: .plus, exponent: facts.riskFractionBits, significand: 1)
        func unscaled(_ sums: [Int128]) -> [Double] {
            (0..<sets.events).map { Double(sums[$0]) * 0x1p-40 * unit / Double(map.scalars.all[$0]) }
        }
        let own = rows.start.predictor.map { $0 - rows.center }
        let parts = linearPredictor(columns: data.passive, coefficients: coefficients)
        let opened = try Self.recovered(unscaled(zip(sides[0].sums, sides[1].sums).map(+)), sets, data, own: own)
        // Every third row to a thousandth.
        #expect(opened.count { abs($0.part - parts[$0.row]) < 1e-3 } > 60)

        // The same with A's shares alone, and what B has of them against the times that it does not know.
        let shares = unscaled(sides[0].sums)
        let bound = 4 / Double(sets.events - 1).squareRoot()
        let differences = (1..<sets.events).map { shares[$0] - shares[$0 - 1] }
        let truth = (1..<sets.events).map { parts[sets.eventRows[$0]] }
        #expect(abs(Self.correlation(differences, truth)) < bound)
        let times = try #require(data.survival).time
        #expect(abs(Self.correlation(sides[1].rates.map { Double($0) }, times)) < 4 / 300.0.squareRoot())
        #expect(SimulatorTests.distance(sides[1].view.answers) < 2.5)
    }

    /// For robust errors each party's shares of means are multiplied and added up row by row. Where A knows the rates, as under no effect
    /// of B's columns, opened means would be these columns.
    @Test(
        "Opened means over risk sets are the other's columns; shares of them, and of what rows have in the score, are not"
    )
    func means() async throws {
        let data = Self.data()
        let sides = try await Self.sides(
            data, passive: [0, 0, 0],
            further: [
                .reciprocals(.cold(exponent: 4, iterations: 8)), .reciprocals(.warm(iterations: 2)),
                .residual(period: 32), .information(period: 32), .meat(period: 32, scale: 0),
            ])
        let parties = try SimulatedFitTests.parties(data, .cox)
        let (rows, facts) = (try #require(parties[0].rows), parties[0].facts)
        let (sets, times) = (try #require(rows.risk), try #require(data.survival).time)
        let table = try WhitenedTable(
            data.passive, hasConstant: false, names: data.passive.indices.map { "c\($0)" }, facts: facts)
        let rates = rows.start.predictor.map { ElementaryFunctions.exp($0 - rows.center) }
        let sums = sets.sums(of: rates)
        func entries(_ means: [Double]) -> [(row: Int, entry: Double)] {
            (1..<sets.events).compactMap { k in
                let (later, earlier) = (times[sets.eventRows[k - 1]], times[sets.eventRows[k]])
                let left = times.indices.filter { times[$0] >= earlier && times[$0] < later }
                guard left.count == 1 else { return nil }
                return (left[0], (sums[k] * means[k] - sums[k - 1] * means[k - 1]) / rates[left[0]])
            }
        }
        func truth(_ found: [(row: Int, entry: Double)], column: Int) -> [Double] {
            found.map { Double(table.columns[column][$0.row]) * 0x1p-20 }
        }
        for column in 0..<3 {
            let both = zip(sides[0].means[column], sides[1].means[column]).map { Double($0 &+ $1) * 0x1p-40 }
            let (opened, ours) = (entries(both), entries(sides[0].means[column].map { Double($0) * 0x1p-40 }))
            #expect(opened.count > 60)
            #expect(Self.correlation(opened.map(\.entry), truth(opened, column: column)) > 0.8)
            let chance = 4 / Double(ours.count).squareRoot()
            #expect(abs(Self.correlation(ours.map(\.entry), truth(ours, column: column))) < chance)
        }
        // All that either decrypts is uniform.
        #expect(SimulatorTests.distance(sides[0].view.answers) < 2.5)
        #expect(SimulatorTests.distance(sides[1].view.answers) < 2.5)
    }

    /// What a curve at every event would tell: the increments of the cumulative hazard are reciprocals of the sums. With as many events
    /// between two points as the smallest cell they are sums of so many reciprocals, and no row's rate is a difference of two.
    @Test("A survival curve at every event is scores of rows; one with a cell of events between its points is not")
    func curves() throws {
        let data = Self.data()
        let rows = try #require(try SimulatedFitTests.parties(data, .cox)[0].rows)
        let sets = try #require(rows.risk)
        let parts = linearPredictor(columns: data.passive, coefficients: [0.5, -0.4, 0.3])
        let own = rows.start.predictor.map { $0 - rows.center }
        let sums = sets.sums(of: zip(own, parts).map { ElementaryFunctions.exp($0 + $1) })
        /// The curve at every `step`-th event, the last time first, to the bits that are opened; then what a reader takes for the sums.
        func read(_ step: Int) throws -> [(row: Int, part: Double)] {
            let unit = Double(sign: .plus, exponent: TrainingFacts.curveBits.fraction, significand: 1)
            let hazards = sums.reversed().reduce(into: [0.0]) { $0.append($0[$0.count - 1] + 1 / $1) }
            let points = hazards.map { ($0 * unit).rounded() / unit }
            // Increments between points are spread over the events between them: the reader knows no better.
            let found = (0..<sets.events).map { k in
                let place = sets.events - 1 - k
                let (low, high) = (place / step * step, min(sets.events, (place / step + 1) * step))
                return Double(high - low) / (points[high] - points[low])
            }
            return try Self.recovered(found, sets, data, own: own)
        }
        let (all, cells) = (try read(1), try read(11))
        #expect(all.count { abs($0.part - parts[$0.row]) < 0.1 } > 20)
        #expect(cells.count { abs($0.part - parts[$0.row]) < 0.1 } < 6)
        let (guesses, truth) = (cells.map(\.part), cells.map { parts[$0.row] })
        #expect(guesses.count < 6 || abs(Self.correlation(guesses, truth)) < 4 / Double(guesses.count).squareRoot())
    }

    @Test("Messages do not tell the number of events, nor their order")
    func sizes() async throws {
        let coefficients = [0.5, -0.4, 0.3]
        let many = try await Self.sides(Self.data(censoring: 0.2), passive: coefficients)
        let few = try await Self.sides(Self.data(censoring: 0.8), passive: coefficients)
        #expect(many[1].view.shapes == few[1].view.shapes)
        // The program's steps follow from opened numbers and from facts that have no event in them.
        let facts = try [0.2, 0.8].map { try SimulatedFitTests.parties(Self.data(censoring: $0), .cox)[1].facts }
        #expect(facts[0].events == facts[1].events && facts[0].events == 300)
    }

    @Test("How many products A needs does not tell the number of events")
    func places() throws {
        let survival = SurvivalColumns(time: [1, 2, 3, 4, 5, 6])
        let sums = [[1.0, 1, 1, 1, 1, 1], [0, 0, 1, 0, 0, 0]].map {
            RiskSums(
                RiskSets(survival, event: $0, ties: .efron), rates: Array(repeating: 1, count: 6), places: 6,
                fractionBits: 46)
        }
        for sets in sums.map(\.sets) {
            let products = [sets.riskMoves, sets.tieMoves, sets.hazardMoves, sets.ownMoves].map {
                $0.count(where: \.isProduct)
            }
            // What is left to these is made up for.
            #expect(zip(products, [6, 6, 12, 6]).allSatisfy { $0 <= $1 })
        }
        let inputs = (1...6).map { [ShareWord(Int64($0))] }
        let layout = try RiskSumLayout(.sums, inputs: 6, outputs: 6, termBits: 100, modulusBits: 2048)
        #expect(sums.allSatisfy { $0.sums(of: inputs, layout: layout).rows == 6 })
        // Places beyond the events have a sum of 0, which A alone makes 1.
        let few = sums[1].sums(of: inputs, layout: layout)
        #expect((1..<6).allSatisfy { few[$0, 0] == .zero } && few[0, 0] != .zero)
    }
}
