import Paillier
import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// The inspector of what a holder and a further party send each other, against logs that nobody honest wrote.
@Suite("Inspector of further parties' sessions", .serialized)
struct OtherInspectorTests {
    private struct Log: Sendable {
        let plan: TrainingPlan
        let session: Bytes32
        let role: TrainingRole
        let messages: [(record: Record, payload: [UInt8])]

        func failure(_ messages: [(record: Record, payload: [UInt8])], prunes: Bool = false) -> String? {
            let plan = plan
            var inspector = OtherTrainingInspector(
                session: session, holder: role == .active ? "hospital" : "lab", role: role, index: 1, floor: 512
            ) { _ in plan }
            let bulk = MessageType.ofCiphertexts.union(MessageType.ofScaledRows).union([.handover])
            do {
                for (record, payload) in messages {
                    let isKept = !prunes || !bulk.contains(record.type)
                    try inspector.inspect(record, payload: isKept ? payload : nil)
                }
                try inspector.finish(counts: [
                    "fitted": Int64(OtherInspectorTests.rows), "parameters": Int64(plan.family == .cox ? 4 : 5),
                ])
                return nil
            } catch { return "\(error.check) \(error.name)" }
        }

        func all(_ type: MessageType) -> [Int] { messages.indices.filter { messages[$0].record.type == type } }
    }

    static let rows = 60
    private static let made = Task { try await record(.logistic) }
    private static let madeHazards = Task { try await record(.cox) }

    /// Of one fit, the second further party's sessions with both holders.
    private static func record(_ family: ModelFamily, l1: Double = 0) async throws -> [Log] {
        let hazards = SurvivalTrainingTests.table(rows: rows, active: 1, passive: 3)
        let isOfHazards = family == .cox
        let table =
            isOfHazards
            ? hazards.table : MadeTable.sample(family, rows: rows, active: 1, passive: 3, seed: 5)
        let parties = try SeveralParties(table, counts: [1, 1, 1, 1])
        var given = TrainingPlan(family: family, l1: l1, maximumPasses: 20, keyBits: 512)
        if isOfHazards { given.covariance = .hc0 }
        let plan = try parties.plan(given)
        let sessions = try await parties.sessions(plan)
        let ended = try await parties.train(
            plan, survival: isOfHazards ? hazards.survival : nil, over: sessions)
        for result in ended { _ = try result.get() }
        return try [TrainingRole.active, .passive].enumerated().map { holder, role in
            Log(
                plan: plan, session: sessions.all[holder][3]!.id, role: role,
                messages: try merged(sessions.recorders[holder][3]!))
        }
    }

    /// Each message after those that its sender had seen.
    private static func merged(_ log: MemoryRecorder) throws -> [(record: Record, payload: [UInt8])] {
        func read(_ direction: Direction) throws -> [(record: Record, payload: [UInt8])] {
            try log.entries(of: direction).map { (try Record(encoded: $0.record), $0.payload) }
        }
        var (one, other) = (try read(.outgoing)[...], try read(.incoming)[...])
        var (sent, received) = (0, 0)
        var all: [(record: Record, payload: [UInt8])] = []
        while !one.isEmpty || !other.isEmpty {
            if let next = one.first, next.record.seen.size <= UInt64(received) || other.isEmpty {
                all.append(one.removeFirst())
                sent += 1
            } else {
                all.append(other.removeFirst())
                received += 1
            }
        }
        return all.filter {
            $0.record.type.protocolID == ProtocolVersion.training.id || $0.record.type == .checkpoint
        }
    }

    @Test("The honest messages pass, kept whole and kept by hash")
    func honest() async throws {
        for log in try await Self.made.value {
            #expect(log.failure(log.messages) == nil)
            #expect(log.failure(log.messages, prunes: true) == nil)
            for type: MessageType in [
                .scaledShares, .scaledRows, .handover, .handoverKey, .windowShare, .sealedResults, .crossSums,
            ] {
                #expect(!log.all(type).isEmpty, "\(type)")
            }
        }
    }

    @Test("Of proportional hazards the honest messages pass, and one that is left out or comes twice is named")
    func hazards() async throws {
        for log in try await Self.madeHazards.value {
            #expect(log.failure(log.messages) == nil)
            #expect(log.failure(log.messages, prunes: true) == nil)
            for type: MessageType in [.scaledShares, .scaledRows, .handover, .windowShare] {
                // The last are those of residuals times columns, for robust errors, or of the score test's information.
                let places = log.all(type)
                for place in [places[places.count / 2], places[places.count - 1]] {
                    var without = log.messages
                    without.remove(at: place)
                    #expect(log.failure(without) != nil, "\(type)")
                    var twice = log.messages
                    twice.insert(twice[place], at: place + 1)
                    #expect(log.failure(twice) != nil, "\(type)")
                }
            }
        }
    }

    @Test("Of an elastic net the honest messages pass; other widths of what all learn, and a lacking part, are named")
    func elasticNet() async throws {
        for log in try await Self.record(.linear, l1: 0.1) {
            #expect(log.failure(log.messages) == nil)
            #expect(log.failure(log.messages, prunes: true) == nil)
            let places = log.all(.resultShares)
            #expect(places.count == 2)
            for place in places {
                var (wide, without) = (log.messages, log.messages)
                let bytes = try ResultShares(payload: wide[place].payload).bytes
                // A bit above the first number's, and a number less.
                for other in [[bytes[0] | 0x80] + bytes.dropFirst(), Array(bytes.dropLast(4))] {
                    wide[place].payload = try ResultShares(bytes: other).encoded()
                    #expect(log.failure(wide) == "T24 openedTooMuch")
                }
                without.remove(at: place)
                #expect(log.failure(without) != nil)
                // What follows is the party's part of the point.
                var split = log.messages
                split.remove(at: try #require(log.all(.handover).first { $0 > place }))
                #expect(log.failure(split) != nil)
            }
        }
    }

    @Test("A message that is left out, or comes twice, is named")
    func leftOut() async throws {
        let types: [MessageType] = [
            .predictorShares, .predictorSums, .rowShares, .columnSums, .rowVectors, .crossSums, .scaledShares,
            .scaledRows, .handover, .windowShare, .sealedResults, .checkpoint,
        ]
        for log in try await Self.made.value {
            for type in types {
                let places = log.all(type)
                guard let place = type == .checkpoint ? places.last : places.dropFirst(places.count / 2).first else {
                    continue
                }
                var without = log.messages
                without.remove(at: place)
                #expect(log.failure(without) != nil, "\(type)")
                guard type != .checkpoint else { continue }
                var twice = log.messages
                twice.insert(twice[place], at: place + 1)
                #expect(log.failure(twice) != nil, "\(type)")
            }
        }
    }

    @Test("Announcements of another width, results that are longer, numbers handed over that are too wide or too many")
    func widths() async throws {
        for log in try await Self.made.value {
            let window = try #require(log.all(.windowShare).first)
            var messages = log.messages
            messages[window].payload = try WindowShare(bits: 40, value: 1).encoded()
            #expect(log.failure(messages) == "T24 openedTooMuch")
            let results = log.all(.sealedResults)
            let (result, more) = (try #require(results.first), try #require(results.last))
            messages = log.messages
            messages[result].payload = try Payload<SealedResultsKind>(
                Payload<SealedResultsKind>(payload: messages[result].payload).bytes
                    + Payload<SealedResultsKind>(payload: messages[more].payload).bytes
            ).encoded()
            #expect(log.failure(messages) == "T24 openedTooMuch")
            // A predictor's number has 65 bits of 72.
            let handovers = log.all(.handover)
            let length = 4 + Handover.length(Self.rows, bits: 65)
            let place = try #require(handovers.last { log.messages[$0].payload.count == length })
            let bytes = try Handover(payload: log.messages[place].payload).bytes
            for changed in [Array(bytes.dropLast(9)), bytes + [0], bytes + bytes] {
                messages = log.messages
                messages[place].payload = try Handover(sealed: changed).encoded()
                #expect(log.failure(messages) == "T10 wrongCount")
            }
            let key = try #require(log.all(.handoverKey).first)
            messages = log.messages
            messages[key].payload = try Payload<HandoverKeyKind>([]).encoded()
            #expect(log.failure(messages) == "T10 wrongCount")
        }
    }

    @Test("A bit of the party's that an announcement lacks, and a theta that follows twice, are named")
    func lackingBits() async throws {
        let logs = try await Self.made.value
        let log = try #require(logs.last)
        // The party's bits to the helper come before the announcement of both.
        let bits = log.all(.windowShare).filter { log.messages[$0].record.from != "lab" }
        let bit = try #require(bits.first)
        var messages = log.messages
        messages[bit].payload = try WindowShare(bits: 1, value: 1).encoded()
        #expect(log.failure(messages) == "T23 stepMismatch")
        // Before the bit that it has to hold.
        let announced = try #require(
            log.all(.windowShare).first { $0 > bit && log.messages[$0].record.from == "lab" })
        messages = log.messages
        messages.insert(messages.remove(at: announced), at: bit)
        #expect(log.failure(messages) == "T23 stepMismatch")
        let facts = log.plan.facts(
            rows: Self.rows, heldOut: 0, Announcement(scaleBits: 0, weightBits: -2, rowBits: 1, periodBits: 5))
        #expect(facts.isPossible(announced: 1, of: .theta, bit: nil))
        #expect(!facts.isPossible(announced: 2, of: .theta, bit: nil))
        #expect(facts.isPossible(announced: 1, of: .range(period: 32), bit: false))
        #expect(!facts.isPossible(announced: 1, of: .range(period: 32), bit: true))
    }

    @Test("A scale of a label that there is none of is named")
    func scale() async throws {
        for log in try await Self.made.value {
            for place in log.all(.trainingSetup) {
                var messages = log.messages
                var message = try TrainingSetup(payload: messages[place].payload)
                message.labelExponent = 1
                messages[place].payload = try message.encoded()
                #expect(log.failure(messages) == "T13 boundsNotAllowed")
            }
        }
    }

    @Test("Another number leads elsewhere, and another party's columns are not the job's")
    func otherNumber() async throws {
        for log in try await Self.made.value {
            let place = try #require(log.all(.windowShare).first)
            var messages = log.messages
            let window = try WindowShare(payload: messages[place].payload)
            messages[place].payload = try WindowShare(bits: window.bits, value: (window.value + 40) % 4096).encoded()
            #expect(log.failure(messages)?.hasPrefix("T23") == true)
            let setup = try #require(log.all(.trainingSetup).last)
            messages = log.messages
            var message = try TrainingSetup(payload: messages[setup].payload)
            message.columns += 1
            messages[setup].payload = try message.encoded()
            #expect(log.failure(messages) == "T13 columnsNotAllowed")
        }
    }
}
