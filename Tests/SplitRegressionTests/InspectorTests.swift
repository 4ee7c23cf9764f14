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
        /// Theta is estimated.
        static let counts = Task { try await record(.negativeBinomial) }

        /// A column of the passive party's is left out.
        static let collinear = Task { try await record(.linear, isCollinear: true) }

        static func of(_ family: ModelFamily) async throws -> Log {
            switch family {
            case .logistic: try await logistic.value
            case .negativeBinomial: try await counts.value
            default: try await linear.value
            }
        }

        private static func record(_ family: ModelFamily, isCollinear: Bool = false) async throws -> Log {
            let isCounts = family == .negativeBinomial
            var table =
                isCounts
                ? FamilyTrainingTests.table(family)
                : MadeTable.sample(family, rows: rows, active: 1, passive: 1, seed: 5)
            var made = TrainingPlan(
                family: family, maximumPasses: 20, keyBits: isCounts ? 768 : 512, revealScores: true)
            (made.activeColumns, made.passiveColumns, made.minimumScoreColumns) = (2, 1, 1)
            if isCollinear {
                made.passiveColumns = 2
                let passive = table.passive.merging(["b1": table.active["a0"]!]) { one, _ in one }
                table = MadeTable(active: table.active, passive: passive, label: table.label)
            }
            let plan = made
            let bits = family.featureFractionBits
            let (label, a, b) = (
                table.label, try table.input(\.active, fractionBits: bits),
                try table.input(\.passive, fractionBits: bits)
            )
            let pair = try await SessionPair.open(family: family)
            async let active = pair.active.run {
                try await Training.active(a, label: label, testLabel: [], plan: plan, keyFloor: 512, over: $0) {
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

    @Test("The honest messages pass", arguments: [ModelFamily.linear, .logistic])
    func honest(_ family: ModelFamily) async throws {
        let log = try await TrainingLog.of(family)
        #expect(log.failure(log.messages) == nil)
        #expect(!log.all(.resultShares).isEmpty && !log.all(.scoreChunk).isEmpty)
        if family == .logistic { #expect(!log.all(.kernelResults).isEmpty) }
    }

    @Test("A message that is left out, or comes twice, is named", arguments: [ModelFamily.linear, .logistic])
    func leftOut(_ family: ModelFamily) async throws {
        let log = try await TrainingLog.of(family)
        let types: [MessageType] = [
            .predictorShares, .predictorSums, .kernelVectors, .kernelResults, .rowShares, .columnSums, .rowVectors,
            .crossSums,
            .matrixShares, .matrixProducts, .windowShare, .resultShares, .checkpoint, .scoreChunk,
        ]
        for type in types {
            let places = log.all(type)
            guard let place = places.dropFirst(places.count / 2).first else { continue }
            if type == .checkpoint, places.count < 3 { continue }
            var without = log.messages
            without.remove(at: type == .checkpoint ? places.last ?? place : place)
            let failure = log.failure(without)
            #expect(failure != nil, "\(type)")
            // A window may come once more only where the next one is due.
            guard type != .checkpoint, type != .windowShare else { continue }
            var twice = log.messages
            twice.insert(twice[place], at: place + 1)
            #expect(log.failure(twice) != nil, "\(type)")
        }
    }

    @Test("A window of another width opens more than the step says")
    func wideWindow() async throws {
        let log = try await TrainingLog.of(.linear)
        let place = try #require(log.all(.windowShare).first)
        var messages = log.messages
        messages[place].payload = try WindowShare(bits: 40, value: 1).encoded()
        #expect(log.failure(messages) == "T24 openedTooMuch")
        messages[place].payload = [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 16]
        #expect(log.failure(messages) == "T10 malformedMessage")
    }

    @Test("Shares of results that are one byte longer or shorter", arguments: [-1, 1])
    func resultLength(_ change: Int) async throws {
        let log = try await TrainingLog.of(.linear)
        for place in log.all(.resultShares).prefix(2) {
            var messages = log.messages
            var message = try ResultShares(payload: messages[place].payload)
            message.bytes = change < 0 ? message.bytes.dropLast() : message.bytes + [0]
            messages[place].payload = try message.encoded()
            #expect(log.failure(messages) == "T24 openedTooMuch")
        }
    }

    @Test("A column that is left out: the passive party alone gets numbers, and both go on without it")
    func leavingOut() async throws {
        let log = try await TrainingLog.collinear.value
        #expect(log.failure(log.messages) == nil)
        let results = log.all(.resultShares)
        let sizes = try results.prefix(2).map { try ResultShares(payload: log.messages[$0].payload).bytes.count }
        #expect(sizes.sorted() == [0, 4])
        for place in results.prefix(2) {
            var messages = log.messages
            var message = try ResultShares(payload: messages[place].payload)
            message.bytes += [0, 0]
            messages[place].payload = try message.encoded()
            #expect(log.failure(messages) == "T24 openedTooMuch")
        }
        // The outcome counts the coefficients that remain.
        for (parameters, isNamed) in [(3, false), (4, true)] as [(Int64, Bool)] {
            var inspector = log.inspector()
            for (record, payload) in log.messages { try inspector.inspect(record, payload: payload) }
            var named: String?
            do { try inspector.finish(counts: ["parameters": parameters]) } catch {
                named = "\(error.check) \(error.name)"
            }
            #expect(named == (isNamed ? "T15 countMismatch" : nil))
        }
        // With a second trace that counts no direction no column may be left out.
        let windows = log.all(.windowShare)
        var messages = log.messages
        for place in windows[2..<4] {
            messages[place].payload = try WindowShare(bits: 12, value: 0).encoded()
        }
        #expect(log.failure(messages) == "T23 stepMismatch")
    }

    /// Another number means another step: what follows is then out of place.
    @Test("An opened number that is another one leads elsewhere")
    func otherNumber() async throws {
        let log = try await TrainingLog.of(.logistic)
        let place = try #require(log.all(.windowShare).first)
        var messages = log.messages
        let window = try WindowShare(payload: messages[place].payload)
        messages[place].payload = try WindowShare(bits: window.bits, value: (window.value + 40) % 4096).encoded()
        #expect(log.failure(messages)?.hasPrefix("T23") == true)
    }

    @Test("Ciphertexts too few, too many, by halves, repeated, and such as anyone can read")
    func ciphertexts() async throws {
        let log = try await TrainingLog.of(.linear)
        for type: MessageType in [.rowVectors, .crossSums, .matrixShares, .matrixProducts, .rowShares, .columnSums] {
            let place = try #require(log.all(type).last)
            let bytes = Array(log.messages[place].payload.dropFirst(4))
            let width = 128
            func failure(_ content: [UInt8]) throws -> String? {
                var messages = log.messages
                messages[place].payload = try Payload<RowSharesKind>(content).encoded()
                return log.failure(messages)
            }
            #expect(try failure(Array(bytes.dropLast(width))) == "T10 wrongCount", "\(type)")
            #expect(try failure(bytes + bytes.suffix(width)) == "T20 ciphertextRepeated", "\(type)")
            #expect(try failure(Array(bytes.dropLast(width / 2))) == "T10 wrongLength", "\(type)")
            #expect(
                try failure(Array(bytes.dropLast(width)) + Array(repeating: 0, count: width - 1) + [1])
                    == "T21 ciphertextUnencrypted", "\(type)")
            #expect(
                try failure(Array(bytes.dropLast(width)) + Array(repeating: 0xFF, count: width))
                    == "T11 ciphertextOutOfRange", "\(type)")
        }
    }

    @Test("Whether another theta follows is the active party's to say")
    func thetaBit() async throws {
        let log = try await TrainingLog.of(.negativeBinomial)
        #expect(log.failure(log.messages) == nil)
        // The first windows of one bit: theta's come before the range's.
        let places = try log.all(.windowShare).filter { try WindowShare(payload: log.messages[$0].payload).bits == 1 }
        let place = try #require(places.first { log.messages[$0].record.from == "lab" })
        var messages = log.messages
        messages[place].payload = try WindowShare(bits: 1, value: 1).encoded()
        #expect(log.failure(messages) == "T23 stepMismatch")
        var inspector = log.inspector()
        let failure = #expect(throws: InspectionFailure.self) {
            for (record, payload) in messages { try inspector.inspect(record, payload: payload) }
        }
        #expect(failure?.sentence == "lab set a bit that is hospital's alone.")
    }

    @Test("Bounds off the list are refused")
    func bounds() async throws {
        let log = try await TrainingLog.of(.linear)
        let place = try #require(log.all(.trainingBounds).first)
        for (scale, weight, row, period) in [
            (-1, 0, 1, 0), (41, 0, 1, 0), (0, -3, 1, 0), (0, 0, 0, 0), (0, 0, 41, 0), (0, 0, 1, -1), (0, 0, 1, 7),
        ] {
            var messages = log.messages
            messages[place].payload = try TrainingBounds(
                Announcement(scaleBits: scale, weightBits: weight, rowBits: row, periodBits: period)
            ).encoded()
            #expect(log.failure(messages) == "T10 malformedMessage")
        }
    }

    /// Widths follow from them: what such rows cannot have is the other's choice.
    @Test(
        "Bounds that the family cannot have, and bounds that come twice or from the other side",
        arguments: [ModelFamily.linear, .logistic])
    func otherBounds(_ family: ModelFamily) async throws {
        let log = try await TrainingLog.of(family)
        let place = try #require(log.all(.trainingBounds).first)
        let (weight, period) = family == .linear ? (0, 0) : (-2, 5)
        for (scale, weight, row, period) in [
            (1, weight, 1, period), (0, 40, 1, period), (40, weight, 1, period), (0, weight, 1, period - 1),
            (0, weight, 1, period == 0 ? 5 : 4),
        ] where period >= 0 {
            var messages = log.messages
            messages[place].payload = try TrainingBounds(
                Announcement(scaleBits: scale, weightBits: weight, rowBits: row, periodBits: period)
            ).encoded()
            #expect(log.failure(messages) == "T13 boundsNotAllowed")
        }
        var twice = log.messages
        twice.insert(twice[place], at: place + 30)
        #expect(log.failure(twice) == "T23 stepMismatch")
    }

    @Test("A training that ends before its fit has no result")
    func cutShort() async throws {
        let log = try await TrainingLog.of(.logistic)
        let last = try #require(log.all(.windowShare).last)
        var inspector = log.inspector()
        for (record, payload) in log.messages[..<last] { try inspector.inspect(record, payload: payload) }
        #expect(throws: InspectionFailure.self) { try inspector.finish(counts: ["fitted": 60]) }
    }

    @Test(
        "Any order, with repetitions and losses, is answered and never trapped on",
        arguments: [ModelFamily.linear, .logistic])
    func anyOrder(_ family: ModelFamily) async throws {
        let log = try await TrainingLog.of(family)
        let start = try #require(log.all(.trainingKey).last) + 1
        var prepared = log.inspector()
        for (record, payload) in log.messages[..<start] { try prepared.inspect(record, payload: payload) }
        let rest = Array(log.messages[start...]).filter { $0.payload.count < 20_000 }
        var generator = SplitMix(20)
        var names: Set<String> = []
        for trial in 0..<60 {
            var messages = rest
            if trial % 2 == 0 {
                messages.shuffle(using: &generator)
            } else {
                let cut = Int.random(in: 0...messages.count, using: &generator)
                messages = Array(messages[cut...] + messages[..<cut])
            }
            var inspector = prepared
            for (record, payload) in messages.prefix(80) {
                do { try inspector.inspect(record, payload: payload) } catch {
                    names.insert("\(error.check) \(error.name)")
                }
            }
            try? inspector.finish(counts: ["passes": .max, "fitted": .min, "converged": 7])
        }
        #expect(names.contains("T23 stepMismatch"), "\(names)")
    }

    @Test(
        "A window, result or bound without its payload ends the inspection, not the verdict",
        arguments: [ModelFamily.linear, .logistic])
    func pruned(_ family: ModelFamily) async throws {
        let log = try await TrainingLog.of(family)
        // Bulk ciphertexts are kept by hash and followed by their length; decisions hang on the others.
        let places = log.all(.windowShare) + log.all(.resultShares) + log.all(.scoreChunk) + log.all(.trainingBounds)
        for place in places {
            var inspector = log.inspector()
            for (index, message) in log.messages.enumerated() {
                try inspector.inspect(
                    message.record,
                    payload: index < place ? message.payload : index == place ? nil : message.payload + [1])
            }
            try inspector.finish(counts: ["passes": 1000, "fitted": 1])
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
        #expect(log.failure(log.messages + [log.messages[place]]) == "T23 stepMismatch")
    }
}
