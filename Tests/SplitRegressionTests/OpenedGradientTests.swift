import Records
import Synchronization
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// What a log says of a training's course against what the parties saw while they trained.
@Suite("Gradients read from a log", .serialized)
struct OpenedGradientTests {
    private struct Trained {
        let plan: TrainingPlan
        let seen: [OpenedGradients.Pass]
        let log: MemoryRecorder

        func read(dropping type: MessageType? = nil) throws -> OpenedGradients? {
            let plan = plan
            let sides = try [Direction.outgoing, .incoming].map { direction in
                var messages = OpenedGradients.Messages()
                for entry in log.entries(of: direction) {
                    let record = try Record(encoded: entry.record)
                    messages.take(record, payload: record.type == type ? nil : entry.payload)
                }
                return messages
            }
            return OpenedGradients(active: sides[0], passive: sides[1]) { _ in plan }
        }
    }

    private func train(_ family: ModelFamily) async throws -> Trained {
        let table = MadeTable.sample(family, rows: 60, active: 1, passive: 1, seed: 5)
        var made = TrainingPlan(family: family, maximumPasses: 20, keyBits: 512)
        (made.activeColumns, made.passiveColumns) = (2, 1)
        let plan = made
        let bits = family.featureFractionBits
        let (label, a, b) = (
            table.label, try table.input(\.active, fractionBits: bits), try table.input(\.passive, fractionBits: bits)
        )
        let pair = try await SessionPair.open(family: family)
        let seen = Mutex<[OpenedGradients.Pass]>([])
        async let active = pair.active.run { session in
            try await Training.active(a, label: label, testLabel: [], plan: plan, keyFloor: 512, over: session) {
                progress in
                guard case .pass(let number, let norm) = progress else { return }
                seen.withLock { $0.append(OpenedGradients.Pass(number: number, norm: norm)) }
            }
        }
        async let passive = pair.passive.run {
            try await Training.passive(b, plan: plan, keyFloor: 512, over: $0) { _ in }
        }
        _ = try await (active, passive)
        return Trained(plan: plan, seen: seen.withLock { $0 }, log: pair.activeLog)
    }

    @Test("Each pass and its gradient, exactly")
    func logistic() async throws {
        let trained = try await train(.logistic)
        let found = try #require(try trained.read())
        #expect(trained.seen.count > 2 && found.passes == trained.seen)
        #expect(try #require(found.passes.last).norm <= found.tolerance)
        // A pruned log does not say.
        #expect(try trained.read(dropping: .windowShare) == nil)
        #expect(try trained.read(dropping: .trainingBounds) == nil)
        // Ciphertexts by the row are not needed.
        #expect(try trained.read(dropping: .rowShares) == found)
    }

    @Test("A linear fit has no passes")
    func linear() async throws {
        #expect(try await train(.linear).read()?.passes.isEmpty == true)
    }
}
