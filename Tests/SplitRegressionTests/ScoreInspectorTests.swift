import Records
import Testing
import Wire

@testable import SplitRegression

/// The inspector of a prediction's scores.
@Suite("Inspector of scores")
struct ScoreInspectorTests {
    /// Scores of so many rows, sent over a session and inspected.
    private func failure(
        _ chunks: [Int], rows: Int64?, areRevealed: Bool = true, isPruned: Bool = false
    ) async throws -> String? {
        let plan = ProtocolPlan([.init(.prediction, parties: ["active": "hospital", "passive": "lab"])])
        let pair = try await SessionPair.open(family: .linear, plan: plan)
        let sizes = chunks
        async let sent: Void = pair.passive.run { session in
            for (index, size) in sizes.enumerated() {
                try await session.send(
                    ScoreChunk(Array(repeating: 1, count: size)), round: 1, chunk: Chunk(index, of: sizes.count))
            }
        }
        async let received: Void = pair.active.run { session in
            for index in sizes.indices {
                _ = try await session.receive(ScoreChunk.self, round: 1, chunk: Chunk(index, of: sizes.count))
            }
        }
        _ = try await (sent, received)
        var inspector = ScoreInspector(areRevealed: areRevealed)
        do {
            for entry in pair.passiveLog.entries(of: .outgoing) {
                try inspector.inspect(try Record(encoded: entry.record), payload: isPruned ? nil : entry.payload)
            }
            try inspector.finish(counts: rows.map { ["rows": $0] })
            return nil
        } catch let failure as InspectionFailure { return "\(failure.check) \(failure.name)" }
    }

    @Test("As many scores as rows, in full chunks, of a job that reveals them")
    func scores() async throws {
        #expect(try await failure([5], rows: 5) == nil)
        #expect(try await failure([65_536, 3], rows: 65_539) == nil)
        #expect(try await failure([5], rows: nil) == nil)
        #expect(try await failure([5], rows: 6) == "T15 countMismatch")
        #expect(try await failure([5], rows: 6, isPruned: true) == nil)
        #expect(try await failure([3, 3], rows: 6) == "T10 wrongCount")
        #expect(try await failure([0], rows: 0) == "T10 wrongCount")
        #expect(try await failure([5], rows: 5, areRevealed: false) == "T14 undeclaredMessage")
        #expect(try await failure([5], rows: 5, areRevealed: false, isPruned: true) == "T14 undeclaredMessage")
    }
}
