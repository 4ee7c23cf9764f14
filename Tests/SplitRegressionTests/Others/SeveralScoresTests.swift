import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// Small tables under encryption, inspected as they run: what the active party gets beside coefficients.
@Suite("Scores and sums over several parties", .serialized) struct SeveralScoresTests {
    private static func tables(_ family: ModelFamily) -> (fitted: MadeTable, kept: MadeTable) {
        let all = MadeTable.sample(family, rows: 120, active: 2, passive: 3, seed: 4)
        func part(_ range: Range<Int>) -> MadeTable {
            MadeTable(
                active: all.active.mapValues { Array($0[range]) }, passive: all.passive.mapValues { Array($0[range]) },
                label: Array(all.label[range]))
        }
        return (part(0..<90), part(90..<120))
    }

    @Test("Scores of fitted rows and of rows kept aside are those of two parties")
    func scores() async throws {
        let (fitted, kept) = Self.tables(.logistic)
        var plan = TrainingPlan(family: .logistic, keyBits: 512, revealScores: true)
        plan.minimumScoreColumns = 1
        let two = try await fitted.train(plan, kept: kept).get()
        let several = try await SeveralParties(fitted, counts: [2, 1, 1, 1], kept: kept).train(plan).map {
            try $0.get()
        }
        for (found, expected) in [
            (several[0].scores, two.active.scores), (several[0].holdOutScores, two.active.holdOutScores),
        ] {
            let (found, expected) = (try #require(found), try #require(expected))
            #expect(found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-3 })
        }
        #expect(several[0].metrics != nil && several[0].holdOutMetrics != nil)
        #expect(several.dropFirst().allSatisfy { $0.scores == nil && $0.holdOutScores == nil })
    }

    @Test("A further party reads no part of the helper's off the log of the two holders")
    func logOfHolders() async throws {
        var given = TrainingPlan(family: .linear, keyBits: 512, revealScores: true)
        given.minimumScoreColumns = 1
        let parties = try SeveralParties(Self.tables(.linear).fitted, counts: [2, 2, 1])
        let plan = try parties.plan(given)
        let sessions = try await parties.sessions(plan)
        let outcomes = try await parties.train(plan, over: sessions).map { try $0.get() }
        let designs = try parties.designs(plan)
        let helpers = try outcomes[1].model.partialScores(designs[1])
        let own = try outcomes[2].model.partialScores(designs[2])
        // What the further party drew when it split its own part.
        let sent = try #require(sessions.recorders[2][0]).entries(of: .outgoing).map { try Record(encoded: $0.record) }
        var generator = sessions.all[2][0]!.randomness(
            "split", round: try #require(sent.last { $0.type == .handover }).round)
        let masks = own.map { _ in Int64(bitPattern: [generator.next(), generator.next(), generator.next()][0]) }
        /// What the active party's part of the mask comes to in each row.
        let known = zip(own, masks).map { $0 &- $1 }
        /// The helper's part of each row, from what it sent the active party.
        func attack(_ payload: [UInt8]) -> [Int64] {
            known.enumerated().map { row, known in
                var word: UInt64 = 0
                for byte in payload[(4 + 8 * row)..<(12 + 8 * row)] { word = word << 8 | UInt64(byte) }
                return Int64(bitPattern: word) &- known
            }
        }
        // In clear, as two parties have it.
        let clear = try ScoreChunk(zip(helpers, known).map { $0 &+ $1 }).encoded()
        #expect(attack(clear) == helpers)
        let kept = try #require(sessions.recorders[0][1]).entries(of: .incoming).filter {
            $0.payload.count >= 4 + 8 * own.count
        }
        let types = try kept.map { try Record(encoded: $0.record).type }
        #expect(types.contains(.handover) && !types.contains(.scoreChunk))
        for entry in kept { #expect(!zip(attack(entry.payload), helpers).contains { $0 == $1 }) }
    }

    @Test("A further party refuses scores when it has too few columns, whatever the others have")
    func fewColumns() async throws {
        let (fitted, _) = Self.tables(.linear)
        var plan = TrainingPlan(family: .linear, keyBits: 512, revealScores: true)
        plan.minimumScoreColumns = 2
        let results = try await SeveralParties(fitted, counts: [2, 2, 1]).train(plan)
        #expect(throws: TrainingError.scoresRefused(columns: 1, minimum: 2)) { try results[2].get() }
        for result in results[..<2] { #expect(throws: (any Error).self) { try result.get() } }
    }

    @Test("Sums over rows kept aside and cross-validation", arguments: [ModelFamily.linear, .logistic])
    func sums(_ family: ModelFamily) async throws {
        let (fitted, kept) = Self.tables(family)
        var plan = TrainingPlan(family: family, keyBits: 512)
        plan.folds = 3
        let two = try await fitted.train(plan, kept: kept).get().active
        let several = try await SeveralParties(fitted, counts: [2, 1, 1, 1], kept: kept).train(plan).map {
            try $0.get()
        }
        for metrics in [\TrainingOutcome.holdOutMetrics, \.foldMetrics] {
            let (found, expected) = (try #require(several[0][keyPath: metrics]), try #require(two[keyPath: metrics]))
            #expect(abs((found.logLoss ?? found.rmse!) - (expected.logLoss ?? expected.rmse!)) < 1e-3)
        }
    }

    @Test("Counts with offsets and case weights, theta estimated by the active party")
    func counts() async throws {
        let sample = FamilyTrainingTests.table(.negativeBinomial)
        let more = MadeTable.sample(.linear, rows: FamilyTrainingTests.rows, active: 1, passive: 1, seed: 3)
        let passive = sample.passive.merging(["b1": more.passive["b0"]!]) { one, _ in one }
        let table = MadeTable(active: sample.active, passive: passive, label: sample.label)
        let offset = (0..<FamilyTrainingTests.rows).map { Double($0 % 5) / 10 - 0.2 }
        let weight = (0..<FamilyTrainingTests.rows).map { 1 + Double($0 % 3) / 2 }
        var plan = TrainingPlan(family: .negativeBinomial, maximumPasses: 30, keyBits: 768)
        (plan.isWeighted, plan.hasOffset) = (true, true)
        let two = try await table.train(plan, offset: offset, weight: weight).get()
        let several = try await SeveralParties(table, counts: [1, 1, 1]).train(plan, offset: offset, weight: weight)
            .map { try $0.get() }
        #expect(abs(several[0].summary.theta! / two.active.summary.theta! - 1) < 5e-3)
        #expect(abs(several[0].summary.thetaError! / two.active.summary.thetaError! - 1) < 0.01)
        #expect(several.dropFirst().allSatisfy { $0.summary.thetaError == nil })
        for (found, expected) in zip(several.flatMap(\.terms), two.active.terms + two.passive.terms) {
            #expect(found.term == expected.term)
            #expect(abs(found.estimate - expected.estimate) < 0.01 * expected.standardError!, "\(found.term)")
            #expect(abs(found.standardError! / expected.standardError! - 1) < 0.01, "\(found.term)")
        }
    }
}
