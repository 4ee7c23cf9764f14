import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// What a verifier with several logs of one party compares (multiparty-training.md 3, announcement).
@Suite("Numbers that all are told", .serialized) struct AnnouncedNumbersTests {
    private static func messages(_ recorder: MemoryRecorder?) throws -> [AnnouncedNumbers.Message] {
        let recorder = try #require(recorder)
        return try [Direction.outgoing, .incoming].flatMap { direction in
            try recorder.entries(of: direction).map { (try Record(encoded: $0.record), $0.payload) }
        }
    }

    @Test(
        "The two holders opened what each told; another digit, other bounds or another number of rows differ",
        arguments: [(ModelFamily.logistic, 0), (.linear, 0.1)])
    func allTellTheSame(_ family: ModelFamily, _ l1: Double) async throws {
        let table = MadeTable.sample(family, rows: 60, active: 1, passive: 2, seed: 5)
        let parties = try SeveralParties(table, counts: [1, 1, 1])
        let plan = try parties.plan(TrainingPlan(family: family, l1: l1, keyBits: 512))
        let sessions = try await parties.sessions(plan)
        for end in try await parties.train(plan, over: sessions) { _ = try end.get() }
        let opened = AnnouncedNumbers(
            openedIn: try Self.messages(sessions.recorders[0][1]), active: "hospital", plan: plan)
        for (holder, name) in [(0, "hospital"), (1, "lab")] {
            let messages = try Self.messages(sessions.recorders[2][holder])
            let told = AnnouncedNumbers(toldIn: messages, by: name, plan: plan)
            let log = try Self.messages(sessions.recorders[holder][2])
            #expect(told == AnnouncedNumbers(toldIn: log, by: name, plan: plan))
            #expect(told == opened)
            for (type, change) in Self.lies where type != .resultShares || l1 > 0 {
                var other = messages
                let place = try #require(
                    other.firstIndex { $0.record.type == type && $0.record.from == name })
                other[place].payload = try change(other[place].payload)
                #expect(AnnouncedNumbers(toldIn: other, by: name, plan: plan) != opened, "\(type)")
            }
        }
    }

    private static let lies: [(MessageType, @Sendable ([UInt8]) throws -> [UInt8])] = [
        (
            .windowShare,
            { payload in
                var window = try WindowShare(payload: payload)
                window.value ^= 1
                return try window.encoded()
            }
        ),
        // Correlations of an elastic net.
        (.resultShares, { payload in payload.dropLast() + [(payload.last ?? 0) ^ 1] }),
        (.trainingBounds, { payload in payload.dropLast() + [(payload.last ?? 0) ^ 1] }),
        (
            .trainingSetup,
            { payload in
                var setup = try TrainingSetup(payload: payload)
                setup.rows += 1
                return try setup.encoded()
            }
        ),
    ]
}
