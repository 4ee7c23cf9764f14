import Foundation
import Records
import TestSupport
import Testing

@testable import PrivateSetIntersection

/// The tables of `examples/`, whose true intersections are known.
@Suite("Alignment of the example tables")
struct ExampleTests {
    @Test(
        "The intersection is the one on file",
        arguments: [
            ("breast", "mrn", "mrn", Normaliser.raw, 475),
            ("actg175", "USUBJID", "USUBJID", .raw, 1728),
            ("diabetes", "nhs_number", "nhs_no", .digits, 377),
        ])
    func matchesFile(set: String, hospital: String, lab: String, normaliser: Normaliser, count: Int) async throws {
        func read(_ party: String, _ column: String) throws -> [[UInt8]] {
            let table = try Table.read(csv: Repository.example("\(set)/\(party)/\(party).csv"))
            return try table.identifiers(IdentifierRule(column: column, normaliser: normaliser)).values
        }
        let (a, b) = (try read("hospital", hospital), try read("lab", lab))
        let outcome = try await align(a, b)
        let common = try outcome.hospital.get().rowIndices.map { a[$0] }
        #expect(common == (try outcome.lab.get().rowIndices.map { b[$0] }))
        let truth = try String(contentsOfFile: Repository.example("\(set)/intersection_ids.txt"), encoding: .utf8)
            .split(whereSeparator: \.isNewline).map { Array($0.utf8) }
        #expect(common.count == count)
        #expect(Set(common) == Set(truth))
    }
}
