import Jobs
import Records
import Synchronization
import TestSupport
import Testing

@testable import Runner
@testable import Site
@testable import SplitRegression
@testable import Wire

/// A fit of which some rows lie beyond the first period opens its coefficients once more (`protocols/training.md` 5.5), and the books are
/// asked before that (`protocols/disclosure.md` 2.2).
@Suite struct OpenedAgainTests {
    private static let rows = 160

    /// What the active party's books said, and what had gone to its peer by then.
    private struct Run {
        let result: Result<TrainingOutcome, any Error>
        let entries: [LedgerEntry]
        /// Messages with results of the peer's: when the books were asked, and in all.
        let sentBefore: Int?
        let sent: Int
    }

    /// - Parameter again: bits that opening coefficients once more costs.
    private func run(again: Int) async throws -> Run {
        let (folder, site) = { ($0.folder, $0.site) }(try HospitalSite())
        // The outcome follows the laboratory's column: predictors of its rows reach 9, and the first period ends at 8. The hospital's own
        // column tells enough of it for a start that is near.
        var generator = SplitMix(1)
        let marker = (0..<Self.rows).map { Double($0 * 11 % 37) / 2 }
        let age = marker.map { 50 + 3 * ($0 - 9) + 25 * generator.uniform(-1...1) }
        let label = marker.map {
            generator.uniform(0...1) < ResponseFamily.mean($0 - 9) ? 1.0 : 0.0
        }
        func aligned(_ name: String, _ column: [Double]) throws -> AlignedRows {
            let lines = column.enumerated().map { "P\($0 + 1000),\($1)\n" }.joined()
            let table = try Table.read(csv: folder.write("\(name).csv", "id,\(name)\n" + lines))
            return try table.rows(
                at: Array(0..<Self.rows), of: table.identifiers(IdentifierRule(column: "id", normaliser: .raw)))
        }
        func input(_ rows: AlignedRows, _ name: String) throws -> Training.Input {
            Training.Input(
                design: try DesignMatrix(
                    rows, columns: [.numeric(name)], fractionBits: ModelFamily.logistic.featureFractionBits))
        }
        let rows = try aligned("age", age)
        let (own, other) = (try input(rows, "age"), try input(aligned("marker", marker), "marker"))

        let (identity, job) = (try site.identity(), try SmallJob.file().job)
        let ledger = try site.ledger(signedBy: identity)
        let book = CohortBook(
            DisclosureBook(
                ledger, budgets: try Policy(yaml: "policy: 1\n").budgets,
                peer: LedgerEntry.Peer(name: "lab", key: String(repeating: "a", count: 64)), job: "job-1",
                purpose: FitProtocol().purpose, disclosure: .model, minimumDifference: 11), of: identity)
        let hidden = HiddenBits(bits: 200, of: "outcome")
        try book.open(rows, fit: BitBudget(bits: 60, hidden: hidden), inputs: nil)

        let plan = TrainingPlan(
            family: .logistic, activeColumns: 2, passiveColumns: 1, maximumPasses: 30, keyBits: 512,
            standardErrors: false, revealScores: false, revealFit: true)
        let sides = Sides(
            protocols: [.training],
            plan: ProtocolPlan([.init(.training(.logistic), parties: ["active": "hospital", "passive": "lab"])]))
        let pair = try await sides.opened()
        @Sendable func results() -> Int {
            pair.recorderA.entries(of: .outgoing).count { entry in
                (try? Record(encoded: entry.record))?.type == .resultShares
            }
        }
        let before = Mutex<Int?>(nil)
        let openings = TrainingOpenings(
            of: job,
            again: {
                before.withLock { $0 = results() }
                try CohortBook.openCoefficientsAgain(rows, [(book, BitBudget(bits: again, hidden: hidden))])
            }, scores: {})
        async let passive = result {
            try await pair.b.run {
                try await Training.passive(other, plan: plan, keyFloor: plan.keyBits, over: $0) { _ in }
            }
        }
        let active = await result {
            try await pair.a.run {
                try await Training.active(
                    own, label: label, testLabel: [], plan: plan, keyFloor: plan.keyBits, over: $0,
                    openings: openings
                ) { _ in }
            }
        }
        _ = await passive
        return Run(
            result: active, entries: try ledger.entries(), sentBefore: before.withLock { $0 }, sent: results())
    }

    /// There is no room: nothing of the second opening has left.
    @Test func isRefused() async throws {
        let run = try await run(again: 60)
        #expect { try run.result.get() } throws: { ($0 as? GuardRefusal)?.name == "guard-budget" }
        #expect(run.sentBefore == run.sent && run.sent > 0)
        #expect(!run.entries.contains { $0.is(.coefficientsOpened) })
    }

    @Test func isDebitedBefore() async throws {
        let run = try await run(again: 30)
        _ = try run.result.get()
        let before = try #require(run.sentBefore)
        #expect(before > 0 && before < run.sent)
        #expect(run.entries.filter { $0.is(.coefficientsOpened) }.map { $0.amount(of: .bits) } == [30])
    }
}
