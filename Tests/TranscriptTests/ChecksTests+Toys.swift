import Foundation
import Jobs
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// Checks that a toy session is enough for: its files beside the logs, its records.
extension ChecksTests {
    private static let log = "log/lab~hospital.log"

    static let fileCases: [Case] = [
        Case(.t01, "fileMissing") {
            try toy(files: { try FileManager.default.removeItem(atPath: $0.path("parties.bin")) })
        },
        Case(.t02, "jobHashMismatch") { try toy(files: { try edit($0, "job.bin") { $0[$0.count / 2] ^= 1 } }) },
        Case(.t05, "payloadHashMismatch") {
            try toy(files: { layout in
                var entries: [LogEntry] = []
                var reader = try LogReader(layout, log)
                while case .entry(let entry) = try reader.next() { entries.append(entry) }
                entries[5] = LogEntry(record: entries[5].record, leaf: entries[5].leaf, payload: [1])
                try Data(LogEntry.magic + (try entries.flatMap { try $0.encoded }))
                    .write(to: URL(fileURLWithPath: layout.path(log)))
            })
        },
        Case(.t06, "checkpointInvalid") { try toy(files: { try dropLine($0, "/log") }) },
        Case(.t07, "countersignatureMissing") { try toy(files: { try dropLine($0, "/witness") }) },
        Case(.t29, "timestampInvalid") {
            try toy(files: { layout in
                try FileManager.default.createDirectory(
                    atPath: layout.path("timestamps"), withIntermediateDirectories: false)
                try Data([1, 2]).write(to: URL(fileURLWithPath: layout.path("timestamps/authority.tsr")))
            })
        },
        Case(.t30, "buildUnsigned") {
            try toy(files: { layout in
                // Named beside an outcome that does not sign it.
                try Data("moiety build 1\nversion 0.1.0\narithmetic portable\n".utf8)
                    .write(to: URL(fileURLWithPath: layout.path("build.txt")))
            })
        },
        Case(.t33, "fileChanged") { try toy(files: { try edit($0, "job.yaml") { $0[2] ^= 1 } }) },
    ]

    static let recordCases: [Case] = [
        Case(.t03, "approvalLate") { try toy { $0.approvalTime = "2999-01-01T00:00:00Z" } },
        Case(.t04, "identityMismatch") {
            var options = Verifier.Options.toy
            options.pinned["lab"] = SigningKey().publicKey
            return try toy(options: options)
        },
        Case(.t08, "clockWentBack") { try toy { $0.alter = { _, d in if isSecondQuestion(d) { d.sentAt = 5 } } } },
        Case(.t09, "outOfOrder") {
            try toy(beforeEnd: { try $0.send(\.b, Answer.type, try Answer([1]).encoded(), round: 2) })
        },
        Case(.t10, "malformedMessage") {
            try toy { $0.alter = { _, d in if d.type == .commitments { d.payload = [1] } } }
        },
        Case(.t14, "undeclaredMessage") {
            try toy(beforeEnd: { try $0.send(\.a, MessageType(rawValue: 0x01ff), [1]) })
        },
        Case(.t17, "causalityViolation") {
            try toy(
                { forge in
                    forge.alter = { _, d in
                        if isSecondQuestion(d) { d.seen = TreeHead(size: d.seen.size, root: .zero) }
                    }
                }, options: .withoutPlan)
        },
        Case(.t18, "sessionMismatch") { try toy { $0.session = Bytes32(hashing: [1]) } },
        Case(.t25, "commitmentsLate") { try toy({ $0.commitsLate = true }, options: .withoutPlan) },
        Case(.t27, "rewindDetected") {
            try toy(
                beforeEnd: { try $0.send(\.b, Answer.type, try Answer([9]).encoded(), chunk: Chunk(0, of: 2)) },
                options: .withoutPlan)
        },
        Case(.t28, "limit-cohort") {
            let options = Verifier.Options.toy {
                $0.guardFacts = { job, _ in GuardFacts(job: job, rows: 10) }
            }
            return try toy(options: options)
        },
        Case(.t32, "disputedTail") {
            try toy(
                finishes: false,
                ending: { forge in
                    for round in 2..<7 {
                        try forge.send(\.a, Number.type, try Number(1).encoded(), round: UInt32(round))
                    }
                })
        },
    ]

    private static func isSecondQuestion(_ draft: Forge.Draft) -> Bool {
        draft.type == Number.type && draft.round == 1
    }

    private static func toy(
        _ change: (inout Forge) throws -> Void = { _ in }, finishes: Bool = true,
        beforeEnd: (inout Forge) throws -> Void = { _ in }, files: (TranscriptLayout) throws -> Void = { _ in },
        options: Verifier.Options = .toy,
        ending: (inout Forge) throws -> Void = { try $0.close(2) }
    ) throws -> VerificationReport {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try change(&forge)
        try forge.play(beforeEnd: beforeEnd, ending: ending)
        try forge.write(folder.path, finishes: finishes)
        try files(TranscriptLayout(folder: folder.path))
        return verify(folder.path, options)
    }

    private static func edit(
        _ layout: TranscriptLayout, _ name: String, _ change: (inout [UInt8]) throws -> Void
    ) throws {
        var bytes = try layout.read(name, limit: 1 << 24)
        try change(&bytes)
        try Data(bytes).write(to: URL(fileURLWithPath: layout.path(name)))
    }

    private static func dropLine(_ layout: TranscriptLayout, _ part: String) throws {
        try edit(layout, "checkpoint/lab~hospital.txt") { bytes in
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            bytes = Array(lines.filter { !$0.contains(part) }.joined(separator: "\n").utf8)
        }
    }
}
