import TestSupport
import Testing

@testable import Wire

/// The message of `protocols/vectors/inputs.json`.
@Suite struct InputRootsTests {
    struct Vectors: Decodable {
        struct Over: Decodable { let roots: [String: String] }
        struct Malformed: Decodable {
            let why: String
            let payload: String
        }
        let over: [Over]
        let columns: [String]
        let message: String
        let malformed: [Malformed]
    }

    private let vectors: Vectors

    init() throws { vectors = try Repository.vectors("inputs") }

    @Test func encoding() throws {
        let roots = vectors.over[0].roots
        let message = InputRoots(
            rows: 5,
            items: try vectors.columns.map {
                InputRoots.Item(column: $0, root: try #require(Bytes32(hex: roots[$0] ?? "")))
            })
        #expect(Hex.encode(try message.encoded()) == vectors.message)
        #expect(try InputRoots(payload: try #require(Hex.decode(vectors.message))) == message)
    }

    @Test func nothingElseDecodes() throws {
        for bad in vectors.malformed {
            let payload = try #require(Hex.decode(bad.payload))
            #expect(throws: WireError.self, "\(bad.why)") { try InputRoots(payload: payload) }
        }
        #expect(vectors.malformed.count == 7)
    }

    /// The most that a job can name goes into one message.
    @Test func theLargestFits() throws {
        let item = InputRoots.Item(column: String(repeating: "c", count: 128), root: .zero)
        let message = InputRoots(rows: 1, items: Array(repeating: item, count: 10_001))
        let payload = try message.encoded()
        #expect(payload.count == InputRoots.maximumLength && payload.count < 4 << 20)
        #expect(try InputRoots(payload: payload) == message)
    }
}
