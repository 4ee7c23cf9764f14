import TestSupport
import Testing

@testable import SplitRegression

/// What sums over risk sets of further parties' columns tell, and what weaker protocols would (multiparty-training.md 7).
@Suite("Attacks on sums over risk sets of further parties' columns", .serialized) struct SeveralSurvivalAttackTests {
    /// All rows have events, at times of their own.
    private static let data = SurvivalFitTests.data(rows: 12, days: 1_000_000, censoring: 0)

    /// Whether values or outputs share a ciphertext, or a row's values take two.
    @Test(
        "Sums without the active party's masks show the helper the order of all rows; what it decrypts shows none",
        arguments: [(512, 2), (512, 3), (1024, 2)])
    func order(_ keyBits: Int, _ values: Int) async throws {
        let run = try await WordExchange(Self.data, values: values, keyBits: keyBits)
        let truth = run.sums.sets.eventRows
        #expect(truth.count == 12 && truth != Array(0..<12))
        // Without masks it would decrypt these: both parties' numbers add up to them.
        #expect(run.isExact && run.order(in: run.expected) == truth)
        #expect(run.order(in: run.helper).isEmpty)
        // No mask serves twice.
        let masks = run.active.elements.map { $0.masked() }
        #expect(Set(masks).count == 12 * values && !masks.contains(.zero))
    }

    @Test(
        "Sums of several words and outputs in a ciphertext are those in clear: strata, entries, ties, more room than events",
        arguments: [(1024, 2, 2), (1536, 3, 2), (1536, 2, 3)])
    func packed(_ keyBits: Int, _ values: Int, _ outputs: Int) async throws {
        let data = SurvivalFitTests.data(rows: 14, days: 6, censoring: 0.2, entry: true, strata: 2)
        let run = try await WordExchange(data, room: 4, values: values, keyBits: keyBits)
        #expect(run.layout.slotsPerCiphertext == values && run.layout.outputsPerCiphertext == outputs)
        #expect(run.sums.sets.entryMoves != nil && run.sums.sets.tieShares.contains { $0 > 0 })
        #expect(run.isExact)
        for output in 0..<run.sums.sets.events {
            for value in 0..<values { #expect(run.expected[output, value].masked() != .zero, "\(output) \(value)") }
        }
    }
}
