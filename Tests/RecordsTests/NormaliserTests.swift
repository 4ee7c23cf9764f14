import Foundation
import Records
import TestSupport
import Testing

@Suite struct NormaliserTests {
    private struct Golden: Decodable {
        struct Case: Decodable {
            let normaliser: Normaliser
            let field: String
            let value: String?
            let rejected: RejectionReason?
        }
        struct Composite: Decodable {
            struct Field: Decodable {
                let normaliser: Normaliser
                let field: String
            }
            let fields: [Field]
            let hex: String?
            let rejected: RejectionReason?
        }
        struct HeldOut: Decodable {
            let identifier: String
            let test: Bool
        }
        let version: UInt16
        let cases: [Case]
        let composites: [Composite]
        let holdOut: [HeldOut]
    }

    private let golden: Golden

    init() throws {
        golden = try Repository.vectors("normalisers")
    }

    @Test func goldenCases() {
        #expect(golden.version == Normaliser.version)
        #expect(golden.cases.count > 300)
        for item in golden.cases {
            // In the middle of a longer buffer, as cells stand in a column.
            let bytes = Array("x\(item.field)y".utf8)
            let result = item.normaliser.normalise(bytes[1..<(bytes.count - 1)])
            let expected = item.value.map { Result.success(Array($0.utf8)) } ?? item.rejected.map { .failure($0) }
            #expect(result == expected, "\(item.normaliser) of \(item.field.debugDescription)")
        }
        #expect(Set(golden.cases.compactMap(\.rejected)) == Set(RejectionReason.allCases))
    }

    @Test func goldenComposites() throws {
        for composite in golden.composites {
            let names = composite.fields.indices.map { "c\($0)" }
            let header = names.joined(separator: ",")
            let row = composite.fields.map { "\"\($0.field)\"" }.joined(separator: ",")
            let rule = try IdentifierRule(
                fields: zip(names, composite.fields).map { .init(column: $0, normaliser: $1.normaliser) })
            let identifiers = try table("\(header)\n\(row)\n").identifiers(rule)
            if let hex = composite.hex {
                let found = identifiers[0].map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }
                #expect(found.joined() == hex)
            } else {
                #expect(identifiers.count == 0 && identifiers.report.rejected.keys.first == composite.rejected)
            }
        }
    }

    @Test func goldenHoldOut() {
        for item in golden.holdOut { #expect(HoldOut.isTest(item.identifier.utf8) == item.test) }
    }

    @Test func normalisingTwiceChangesNothing() {
        for item in golden.cases {
            guard let value = item.value else { continue }
            let bytes = Array(value.utf8)
            #expect(item.normaliser.normalise(bytes[...]) == .success(bytes))
        }
    }
}
