import Records
import Testing
import Wire

@testable import SplitRegression

/// The inspector of a prediction's scores.
@Suite("Inspector of scores")
struct ScoreInspectorTests {
    /// Scores of so many rows, sent over a session and inspected.
    private func failure(
        _ chunks: [Int], rows: Int64?, areRevealed: Bool = true, isPruned: Bool = false, areMasked: Bool = false
    ) async throws -> String? {
        let part = areMasked ? ProtocolDescription.maskedPrediction : .prediction
        let plan = ProtocolPlan([.init(part, parties: ["active": "hospital", "passive": "lab"])])
        let pair = try await SessionPair.open(family: .linear, plan: plan)
        let sizes = chunks
        async let sent: Void = pair.passive.run { session in
            for (index, size) in sizes.enumerated() {
                let chunk = Chunk(index, of: sizes.count)
                if areMasked {
                    let words = [UInt64](repeating: .max, count: size)
                    try await session.send(MaskedScoreChunk(words), round: 1, chunk: chunk)
                } else {
                    try await session.send(ScoreChunk(Array(repeating: 1, count: size)), round: 1, chunk: chunk)
                }
            }
        }
        async let received: Void = pair.active.run { session in
            for index in sizes.indices {
                let chunk = Chunk(index, of: sizes.count)
                if areMasked {
                    _ = try await session.receive(MaskedScoreChunk.self, round: 1, chunk: chunk)
                } else {
                    _ = try await session.receive(ScoreChunk.self, round: 1, chunk: chunk)
                }
            }
        }
        _ = try await (sent, received)
        var inspector = ScoreInspector(areRevealed: areRevealed, areMasked: areMasked)
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

    @Test("Of masked scores the same holds")
    func maskedScores() async throws {
        #expect(try await failure([65_536, 3], rows: 65_539, areMasked: true) == nil)
        #expect(try await failure([5], rows: 6, areMasked: true) == "T15 countMismatch")
        #expect(try await failure([3, 3], rows: 6, areMasked: true) == "T10 wrongCount")
        #expect(try await failure([5], rows: 5, areRevealed: false, areMasked: true) == "T14 undeclaredMessage")
    }
}
