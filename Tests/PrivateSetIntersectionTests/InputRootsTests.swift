import TestSupport
import Testing

@testable import PrivateSetIntersection
@testable import Wire

/// Input roots that decode and are not what job and alignment say: `protocols/vectors/inputs.json`.
@Suite struct InputRootsInspectorTests {
    struct Vectors: Decodable {
        struct Refused: Decodable {
            let name: String
            let payload: String
        }
        let columns: [String]
        let message: String
        let refused: [Refused]
    }

    private let vectors: Vectors

    init() throws { vectors = try Repository.vectors("inputs") }

    private func record(_ from: String, _ type: MessageType, _ payload: [UInt8]) -> Record {
        Record(
            session: .zero, from: from, to: from == "lab" ? "hospital" : "lab", sequence: 0,
            protocolVersion: ProtocolVersion(id: type.protocolID, version: 1), type: type, round: 0, attempt: 0,
            chunk: .whole, sentAt: 0, seen: TreeHead(size: 0, root: .zero), payload: payload)
    }

    /// What a party of five aligned rows and the vectors' columns is told about a message; nil when nothing is wrong.
    private func failure(_ hex: String, from party: String = "hospital", rows: UInt64? = 5) throws -> String? {
        var inspector = InputRootsInspector(columns: ["hospital": vectors.columns, "lab": ["age"]])
        let payload = try #require(Hex.decode(hex))
        do {
            if let rows {
                let outcome = try MatchOutcome(kind: .matched, count: rows).encoded()
                try inspector.inspect(record("lab", .matchOutcome, outcome), payload: outcome)
            }
            try inspector.inspect(record(party, .inputRoots, payload), payload: payload)
            try inspector.finish(counts: nil)
            return nil
        } catch let failure as InspectionFailure {
            return "\(failure.check) \(failure.name)"
        }
    }

    @Test func theJobsColumnsOverTheAlignedRows() throws {
        #expect(try failure(vectors.message) == nil)
        for refused in vectors.refused {
            let check = refused.name == "wrongCount" ? "T10" : "T25"
            #expect(try failure(refused.payload) == "\(check) \(refused.name)")
        }
        #expect(Set(vectors.refused.map(\.name)).count == 4)
        // Another party's columns; an alignment of other rows, or of none yet.
        #expect(try failure(vectors.message, from: "lab") == "T25 inputMissing")
        #expect(try failure(vectors.message, rows: 6) == "T10 wrongCount")
        #expect(try failure(vectors.message, rows: nil) == "T10 wrongCount")
        #expect(try failure(vectors.message + "00") == "T10 malformedMessage")
    }

    @Test func whatWasPrunedIsNotJudged() throws {
        var inspector = InputRootsInspector(columns: ["hospital": vectors.columns])
        let payload = try #require(Hex.decode(vectors.message))
        try inspector.inspect(record("lab", .matchOutcome, []), payload: nil)
        try inspector.inspect(record("hospital", .inputRoots, payload), payload: nil)
        try inspector.inspect(record("hospital", .inputRoots, payload), payload: payload)
    }
}
