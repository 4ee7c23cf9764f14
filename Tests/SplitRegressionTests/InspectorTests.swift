import Paillier
import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// The inspector against logs that nobody honest wrote. A verifier feeds it what its order of messages lets through; it must
/// stand whatever comes, in any order.
@Suite("Inspector of trainings", .serialized)
struct InspectorTests {
    /// An honest training's messages in one order that the logs allow.
    struct Log: Sendable {
        let plan: TrainingPlan
        let session: Bytes32
        let messages: [(record: Record, payload: [UInt8])]

        func inspector() -> TrainingInspector {
            let plan = plan
            return TrainingInspector(session: session, active: "hospital", moduli: ModulusRegister(), floor: 512) { _ in
                plan
            }
        }

        /// What the inspector says of these messages, stopping at the first failure as a verifier does.
        func failure(_ messages: [(record: Record, payload: [UInt8])]) -> String? {
            var inspector = inspector()
            do {
                for (record, payload) in messages { try inspector.inspect(record, payload: payload) }
                try inspector.finish(counts: ["fitted": Int64(TrainingLog.rows)])
                return nil
            } catch { return "\(error.check) \(error.name)" }
        }

        func all(_ type: MessageType) -> [Int] { messages.indices.filter { messages[$0].record.type == type } }
    }

    private enum TrainingLog {
        static let rows = 60
        static let logistic = Task { try await record(.logistic) }
        static let linear = Task { try await record(.linear) }

        static func of(_ family: ModelFamily) async throws -> Log {
            try await (family == .logistic ? logistic : linear).value
        }

        private static func record(_ family: ModelFamily) async throws -> Log {
            let table = MadeTable.sample(family, rows: rows, active: 1, passive: 1, seed: 5)
            var made = TrainingPlan(family: family, maximumPasses: 20, keyBits: 512, revealScores: true)
            (made.activeColumns, made.passiveColumns, made.minimumScoreColumns) = (2, 1, 1)
            let plan = made
            let bits = family.featureFractionBits
            let (a, b) = (try table.input(\.active, fractionBits: bits), try table.input(\.passive, fractionBits: bits))
            let pair = try await SessionPair.open(family: family)
            async let active = pair.active.run {
                try await Training.active(a, label: table.label, testLabel: [], plan: plan, keyFloor: 512, over: $0) {
                    _ in
                }
            }
            async let passive = pair.passive.run {
                try await Training.passive(b, plan: plan, keyFloor: 512, over: $0) { _ in }
            }
            _ = try await (active, passive)
            return Log(plan: plan, session: pair.active.id, messages: try merged(pair.activeLog))
        }

        /// Each message after those that its sender had seen.
        private static func merged(_ log: MemoryRecorder) throws -> [(record: Record, payload: [UInt8])] {
            func read(_ direction: Direction) throws -> [(record: Record, payload: [UInt8])] {
                try log.entries(of: direction).map { (try Record(encoded: $0.record), $0.payload) }
            }
            let (one, other) = (try read(.outgoing), try read(.incoming))
            var all: [(record: Record, payload: [UInt8])] = []
            var (i, j) = (0, 0)
            while i < one.count || j < other.count {
                if i < one.count, one[i].record.seen.size <= UInt64(j) || j == other.count {
                    all.append(one[i])
                    i += 1
                } else {
                    all.append(other[j])
                    j += 1
                }
            }
            return all.filter {
                $0.record.type.protocolID == ProtocolVersion.training.id || $0.record.type == .checkpoint
            }
        }
    }

    @Test("The honest messages pass", arguments: ModelFamily.allCases)
    func honest(_ family: ModelFamily) async throws {
        let log = try await TrainingLog.of(family)
        #expect(log.failure(log.messages) == nil)
        #expect(!log.all(.rawOffset).isEmpty && !log.all(.covarianceParts).isEmpty && !log.all(.scoreChunk).isEmpty)
        if family == .logistic { #expect(log.all(.sumShare).count == 4 && log.all(.historyProducts).count >= 2) }
    }

    /// Keys stay in their place, and the log goes on after a failure, where a verifier would stop: more is reached that way.
    @Test(
        "Any order, with repetitions and losses, is answered and never trapped on",
        arguments: ModelFamily.allCases)
    func anyOrder(_ family: ModelFamily) async throws {
        let log = try await TrainingLog.of(family)
        let start = try #require(log.all(.trainingKey).last) + 1
        var prepared = log.inspector()
        for (record, payload) in log.messages[..<start] { try prepared.inspect(record, payload: payload) }
        let ciphertexts: Set<MessageType> = [
            .coefficientChunk, .sharedResults, .shareCiphertexts, .basisRows, .maskedSums,
        ]
        let rest = Array(log.messages[start...])
        var generator = SplitMix(20)
        var names: Set<String> = []
        for trial in 0..<120 {
            var messages: [(record: Record, payload: [UInt8])] = []
            for message in rest {
                // Ciphertexts cost time; most trials have few.
                let share = ciphertexts.contains(message.record.type) ? 0.1 : 0.9
                while generator.uniform(0...1) < share * (messages.count < 4 * rest.count ? 1 : 0) {
                    messages.append(message)
                    if generator.uniform(0...1) < 0.8 { break }
                }
            }
            switch trial % 3 {
            case 0: messages.shuffle(using: &generator)
            case 1:
                for index in messages.indices.dropLast() where generator.uniform(0...1) < 0.3 {
                    messages.swapAt(index, index + 1)
                }
            default:
                let cut = Int.random(in: 0...messages.count, using: &generator)
                messages = Array(messages[cut...] + messages[..<cut])
            }
            var inspector = prepared
            for (record, payload) in messages {
                do { try inspector.inspect(record, payload: payload) } catch {
                    names.insert("\(error.check) \(error.name)")
                }
            }
            try? inspector.finish(counts: ["passes": .max, "fitted": .min, "converged": 7])
        }
        #expect(names.contains(family == .logistic ? "T23 stepMismatch" : "T23 stopMismatch"), "\(names)")
    }

    @Test("What comes after the end, or a second time, is named", arguments: ModelFamily.allCases)
    func pastTheEnd(_ family: ModelFamily) async throws {
        let log = try await TrainingLog.of(family)
        for type: MessageType in [
            .predictorRange, .slopeProducts, .historyProducts, .sumShare, .rawOffset, .basisRows, .maskedSums,
            .openedSums,
        ] {
            guard let place = log.all(type).last else { continue }
            let failure = log.failure(log.messages + [log.messages[place]])
            // Ciphertexts are known by then.
            let repeated = type == .basisRows || type == .maskedSums
            let expected =
                repeated
                ? "T20 ciphertextRepeated"
                : type == .openedSums
                    ? "T24 decryptionBudgetExceeded"
                    : type == .rawOffset || type == .predictorRange
                        ? ["T23 stopMismatch", "T23 stepMismatch"].first { $0 == failure } : "T23 stepMismatch"
            #expect(failure != nil && failure == expected, "\(type) \(failure ?? "nothing")")
        }
    }

    /// Each announced range costs a verifier a series: none comes before the one before it was used.
    @Test("Ranges that nothing follows are refused at the second")
    func loneRanges() async throws {
        let log = try await TrainingLog.of(.logistic)
        let first = try #require(log.all(.predictorRange).first)
        #expect(log.failure(Array(log.messages[...first]) + [log.messages[first]]) == "T23 stepMismatch")
        var messages = log.messages
        messages.remove(at: try #require(log.all(.slopeProducts).dropFirst().first))
        #expect(log.failure(messages) == "T23 stepMismatch")
    }

    @Test("One party's part twice is no joint number")
    func onePartTwice() async throws {
        let log = try await TrainingLog.of(.logistic)
        for type: MessageType in [.slopeProducts, .historyProducts, .sumShare] {
            let places = log.all(type)
            var messages = log.messages
            messages[places[1]] = messages[places[0]]
            #expect(log.failure(messages)?.hasPrefix("T23 stepMismatch") == true, "\(type)")
        }
    }

    @Test("A message without its payload ends the inspection, not the verdict", arguments: ModelFamily.allCases)
    func pruned(_ family: ModelFamily) async throws {
        let log = try await TrainingLog.of(family)
        let start = try #require(log.all(.trainingKey).last) + 1
        var prepared = log.inspector()
        for (record, payload) in log.messages[..<start] { try prepared.inspect(record, payload: payload) }
        for (place, (record, payload)) in log.messages.enumerated().dropFirst(start) {
            guard record.type != .checkpoint else {
                try prepared.inspect(record, payload: payload)
                continue
            }
            var inspector = prepared
            try inspector.inspect(record, payload: nil)
            for (record, payload) in log.messages[(place + 1)...] {
                // Not even what reads as nothing at all can be held against anyone now.
                try inspector.inspect(record, payload: payload + [1])
            }
            try inspector.finish(counts: ["passes": 1000, "fitted": 1])
            try prepared.inspect(record, payload: payload)
        }
    }

    @Test("Scores come in the chunks that the rows imply, once")
    func scores() async throws {
        let log = try await TrainingLog.of(.linear)
        let place = try #require(log.all(.scoreChunk).first)
        for count in [0, 59, 61] {
            var messages = log.messages
            messages[place].payload = try ScoreChunk(Array(repeating: 0, count: count)).encoded()
            #expect(log.failure(messages) == "T10 wrongCount")
        }
        #expect(log.failure(log.messages + [log.messages[place]]) == "T10 wrongCount")
    }

    @Test("A raw offset is one number")
    func offset() async throws {
        let log = try await TrainingLog.of(.linear)
        let place = try #require(log.all(.rawOffset).first)
        for values: [Double] in [[], [1, 2], [0, 0, 0]] {
            var messages = log.messages
            messages[place].payload = try Numbers<RawOffsetKind>(values).encoded()
            #expect(log.failure(messages) == "T10 wrongCount")
        }
    }
}
