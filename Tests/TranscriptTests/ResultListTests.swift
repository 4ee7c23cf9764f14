import Testing
import Wire

@testable import Transcript

@Suite struct ResultListTests {
    private let salt = Bytes32(hashing: [1])

    @Test func hasOneForm() throws {
        let list = ResultList([("b.csv", [1, 2]), ("a.json", [])], salt: salt)
        #expect(ResultList(text: list.text) == list)
        let lines = list.text.split(separator: "\n").map(String.init)
        #expect(lines[0] == "moiety results 1" && lines[1].hasSuffix("  a.json") && lines[2].hasSuffix("  b.csv"))
        for bad in [
            "", "moiety results 2\n", list.text + "\n", String(list.text.dropLast()), list.text.uppercased(),
            ([lines[0], lines[2], lines[1]].joined(separator: "\n") + "\n"),
            list.text.replacing("a.json", with: "../a"), list.text.replacing("  a", with: " a"),
        ] { #expect(ResultList(text: bad) == nil, "\(bad)") }
        #expect(ResultList(text: "moiety results 1\n")?.hashes.isEmpty == true)
    }

    /// Results can be guessed, so their hashes say nothing without the salt; and no name passes for another.
    @Test func hashesAreSalted() {
        let hash = ResultList.hash(of: [7], named: "a", salt: salt)
        #expect(hash != ResultList.hash(of: [7], named: "a", salt: Bytes32(hashing: [2])))
        #expect(hash != ResultList.hash(of: [7], named: "b", salt: salt))
        #expect(
            ResultList.hash(of: Array("b".utf8), named: "a", salt: salt)
                != ResultList.hash(of: [], named: "ab", salt: salt))
        // SHA-256("moiety/result-file/v1" || salt || 00000001 || "a" || 07), by hashlib.
        #expect(
            ResultList.hash(of: [7], named: "a", salt: .zero).hex
                == "9b09227461cfbf95d98e8c6978cd5e889ab009b32a4cdd1bbe81bcf7d1668a93")
    }
}
