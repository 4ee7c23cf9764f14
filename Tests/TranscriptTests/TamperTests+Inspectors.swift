import Foundation
import Jobs
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// Order, form and what looks at payloads: T09, T10, T14, T27.
extension TamperTests {
    @Test func t09OrderAndT14Kinds() throws {
        #expect(
            try forged(beforeEnd: { try $0.send(\.b, Answer.type, try Answer([1]).encoded(), round: 2) })
                == "T09 outOfOrder")
        #expect(
            try forged(beforeEnd: { try $0.send(\.a, Number.type, try Number(9).encoded(), round: 7) })
                == "T09 outOfOrder")
        // An answer of two chunks of which one never came.
        #expect(
            try forged(beforeEnd: {
                try $0.send(\.a, Number.type, try Number(9).encoded(), round: 2)
                try $0.send(\.b, Answer.type, try Answer([1]).encoded(), round: 2, chunk: Chunk(0, of: 2))
            }) == "T09 outOfOrder")
        #expect(try forged { $0.alter = { _, d in if d.type == Answer.type { d.seen = .empty } } }.hasPrefix("T09"))
        #expect(
            try forged(beforeEnd: { try $0.send(\.a, MessageType(rawValue: 0x01ff), [1]) }) == "T14 undeclaredMessage")
        #expect(
            try forged(beforeEnd: { try $0.send(\.a, MessageType(rawValue: 0x00ff), [1]) }) == "T14 undeclaredMessage")
    }

    @Test func t10Decoding() throws {
        #expect(
            try forged { $0.alter = { _, d in if d.type == .closing { d.payload = [1] } } } == "T06 closingInvalid")
        for type in [MessageType.commitments, .cosignature] {
            #expect(
                try forged { $0.alter = { _, d in if d.type == type { d.payload.removeLast() } } }
                    == "T10 malformedMessage", "\(type)")
        }
    }

    @Test func t27Rewind() throws {
        #expect(
            try forged(
                beforeEnd: {
                    try $0.send(\.b, Answer.type, try Answer([9]).encoded(), round: 0, chunk: Chunk(0, of: 2))
                },
                options: .withoutPlan) == "T27 rewindDetected")
    }

    /// All payloads or none: else who drops some decides what is found in the others.
    @Test func t01MixedPruning() throws {
        #expect(
            try forged { $0.alter = { _, d in if d.type == Answer.type, d.round == 0 { d.isPruned = true } } }
                == "T01 payloadsMixed")
        #expect(
            try forged { $0.alter = { _, d in if d.from == "lab" { d.isPruned = d.type == Answer.type } } }
                == "T01 payloadsMixed")
    }

    /// A record that has no place in the session is shown to nobody, nor is what follows it.
    @Test func inspectorsSeeNothingAfterARejectedRecord() throws {
        final class Seen: @unchecked Sendable {
            var types: [MessageType] = []
        }
        struct Spy: PayloadInspector {
            let seen: Seen
            var checks: [String] { ["T11"] }
            mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
                seen.types.append(record.type)
            }
            mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {
                seen.types.append(MessageType(rawValue: 0xffff))
            }
        }
        let changes: [(String, MessageType, (inout Forge) throws -> Void)] = [
            (
                "T08 wrongSequence", .closing,
                { $0.alter = { _, d in if d.type == Number.type, d.round == 1 { d.sequence += 7 } } }
            ),
            ("T14 undeclaredMessage", .closing, { _ in }),
        ]
        for (expected, missing, change) in changes {
            let seen = Seen()
            let options = Verifier.Options.toy { $0.inspectors = { _, _ in [Spy(seen: seen)] } }
            let found = try forged(
                change, beforeEnd: { try $0.send(\.a, MessageType(rawValue: 0x01ff), [1]) }, options: options)
            #expect(found == expected)
            #expect(seen.types.contains(.binding) && !seen.types.contains(missing))
            #expect(!seen.types.contains(MessageType(rawValue: 0x01ff)))
            #expect(!seen.types.contains(MessageType(rawValue: 0xffff)))
        }
        // The same message twice, otherwise: there is no plan to miss it.
        let seen = Seen()
        let options = Verifier.Options(
            toys: { $0.inspectors = { _, _ in [Spy(seen: seen)] } }, leavingOut: [.plan, .counts])
        let found = try forged(
            beforeEnd: { try $0.send(\.b, Answer.type, try Answer([9]).encoded(), round: 0, chunk: Chunk(0, of: 2)) },
            options: options)
        #expect(found == "T27 rewindDetected" && !seen.types.contains(.closing))
    }

    @Test func inspectorsAreHeard() throws {
        struct Range: PayloadInspector {
            var checks: [String] { ["T11"] }
            mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
                guard record.type == Number.type, let payload, payload.last == 1 else { return }
                throw InspectionFailure(check: "T11", name: "ciphertextOutOfRange", sentence: "A one.")
            }
            mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {}
        }
        let options = Verifier.Options.toy { $0.inspectors = { _, _ in [Range()] } }
        #expect(try forged(options: options) == "T11 ciphertextOutOfRange")
    }
}
