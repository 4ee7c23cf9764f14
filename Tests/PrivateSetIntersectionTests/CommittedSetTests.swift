import PrivateSetIntersection
import Testing

@testable import Wire

/// As many values committed to as the opening says that there are.
@Suite struct CommittedSetTests {
    private func failure(
        _ items: [String: UInt64], opening: some Message, from: String = "hospital", ofOne single: Set<String> = []
    ) throws -> String? {
        var inspector = CommittedSetInspector(ofOne: single)
        let commitments = InputCommitments(
            items: items.map { InputCommitments.Item(label: $0.key, count: $0.value, root: .zero) })
        let records = [try record("hospital", commitments), try record(from, opening)]
        return Self.name { () throws(InspectionFailure) in
            for (record, payload) in records { try inspector.inspect(record, payload: payload) }
            try inspector.finish(counts: nil)
        }
    }

    private func record(_ from: String, _ message: some Message) throws -> (Record, [UInt8]) {
        let payload = try message.encoded()
        let type = Swift.type(of: message).type
        let record = Record(
            session: .zero, from: from, to: "lab", sequence: 0,
            protocolVersion: ProtocolVersion(id: type.protocolID, version: 1), type: type, round: 0, attempt: 0,
            chunk: .whole, sentAt: 0, seen: TreeHead(size: 0, root: .zero), payload: payload)
        return (record, payload)
    }

    private static func name(_ body: () throws(InspectionFailure) -> Void) -> String? {
        do throws(InspectionFailure) {
            try body()
            return nil
        } catch { return "\(error.check) \(error.name)" }
    }

    /// A model is one value, whatever the set; under any other name it is one too few.
    @Test func oneModel() throws {
        let opening = AlignmentOpening(role: .bySize, keyBits: 2048, setSize: 20, minimumCohort: 5)
        #expect(try failure(["identifiers": 20, "model": 1], opening: opening, ofOne: ["model"]) == nil)
        #expect(try failure(["identifiers": 20, "model": 1], opening: opening) == "T10 wrongCount")
        for count: UInt64 in [0, 2, 20] {
            let items = ["identifiers": 20, "model": count]
            #expect(try failure(items, opening: opening, ofOne: ["model"]) == "T10 wrongCount")
        }
    }

    /// Between two passive parties nothing says how large a set is, and no count may tell it.
    @Test func oneOfEachWhereSizesAreHidden() throws {
        func failure(_ items: [String: UInt64]) throws -> String? {
            var inspector = CommittedSetInspector(ofOne: ["model"], hidesSizes: true)
            let (record, payload) = try record(
                "lab", InputCommitments(items: items.map { .init(label: $0.key, count: $0.value, root: .zero) }))
            return Self.name { () throws(InspectionFailure) in try inspector.inspect(record, payload: payload) }
        }
        #expect(try failure(["identifiers": 1, "model": 1]) == nil)
        for items: [String: UInt64] in [
            ["identifiers": 20, "model": 1], ["identifiers": 1, "model": 0], ["identifiers": 1, "model": 2],
            ["model": 1],
        ] { #expect(try failure(items) == "T10 wrongCount", "\(items)") }
    }

    @Test func asManyAsTheSetHas() throws {
        let opening = AlignmentOpening(role: .bySize, keyBits: 2048, setSize: 20, minimumCohort: 5)
        #expect(try failure(["identifiers": 20], opening: opening) == nil)
        #expect(try failure(["identifiers": 20, "rows": 20], opening: opening) == nil)
        #expect(try failure(["identifiers": 20], opening: CountOpening(opening)) == nil)
        let others: [[String: UInt64]] = [
            ["identifiers": 19], ["identifiers": 21], ["identifiers": 20, "rows": 19], ["rows": 20], [:],
        ]
        for items in others {
            #expect(try failure(items, opening: opening) == "T10 wrongCount", "\(items)")
            #expect(try failure(items, opening: CountOpening(opening)) == "T10 wrongCount")
            // The other party's set has a size of its own.
            #expect(try failure(items, opening: opening, from: "lab") == nil)
        }
    }
}
