import Foundation
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// Transcripts as jobs leave them by default: bulk messages by hash, all else whole. Both verifiers follow them to the end
/// and say in the same words what they did not check.
@Suite(.serialized) struct HashedTests {
    private static let storage = PayloadStorage.hashes(of: WholeJobTests.fitPlan.bulkTypes)

    /// An honest transcript without its bulk payloads: to the bit what a writer of that storage leaves.
    private static func honest(_ name: String, keeping storage: PayloadStorage = storage) async throws
        -> TemporaryFolder
    {
        let folder = try TemporaryFolder()
        try TranscriptPruning.prune(
            try await WholeJobTests.honest.value.path(name), into: folder.path, keeping: storage)
        return folder
    }

    @Test func theyHoldAndSayWhatWasNotChecked() async throws {
        let recorded = try await WholeJobTests.honest.value
        for name in ["hospital", "lab"] {
            let folder = try await Self.honest(name)
            let report = verify(folder.path, WholeJobTests.options())
            #expect(report.verdict == .valid, "\(outcomeName(report))")
            for check in [Check.t09, .t10, .t12, .t13, .t14, .t15, .t16, .t19, .t23, .t24, .t25, .t26] {
                #expect(report.findings.first { $0.check == check }?.status == .passed, "\(check)")
            }
            let bulk = try #require(report.summary).payloadsByHash
            let said = "of \(bulk) bulk messages only the hash is kept"
            for check in [Check.t11, .t20, .t21] {
                let finding = try #require(report.findings.first { $0.check == check })
                #expect(finding.status == .notEvaluated && finding.sentence.contains(said), "\(finding)")
            }
            #expect(report.findings.first { $0.check == .t10 }?.sentence.contains(said) == true)
            let line = "\(said), so T11, T20, T21 were not made on them"
            #expect(
                report.sentence().contains("is VALID; ") && report.sentence().contains(line), "\(report.sentence())")
            // So many as the full copy has.
            let all = WholeJobTests.captured(recorded.path(name)).map(\.0.type)
            #expect(bulk == all.count { WholeJobTests.fitPlan.bulkTypes.contains($0) } && bulk > 20)
            if hasPython {
                #expect(
                    try SecondVerifierTests.lines(folder.path).filter { !$0.hasPrefix("not checked: job.yaml") } == [
                        line, "VALID",
                    ])
            }
            // What is left is a small part of it.
            func bytes(_ folder: String) throws -> Int {
                try ["hospital~lab", "lab~hospital"].map { name in
                    try Data(contentsOf: URL(fileURLWithPath: "\(folder)/log/\(name).log")).count
                }.reduce(0, +)
            }
            #expect(try bytes(folder.path) * 2 < bytes(recorded.path(name)))
        }
    }

    /// A writer that keeps hashes writes what pruning writes of a full copy.
    @Test func aWriterAndPruningAgree() async throws {
        let storage = PayloadStorage.hashes(of: [Answer.type])
        let lean = try await ToyTranscripts(storage: storage)
        let layout = TranscriptLayout(folder: lean.lab)
        for name in [
            TranscriptLayout.log(from: "hospital", to: "lab"), TranscriptLayout.log(from: "lab", to: "hospital"),
        ] {
            var reader = try LogReader(layout, name)
            while case .entry(let entry) = try reader.next() {
                #expect((entry.payload == nil) == (try Record(encoded: entry.record).type == Answer.type))
            }
        }
        let again = try TemporaryFolder()
        try TranscriptPruning.prune(lean.lab, into: again.path, keeping: storage)
        let name = "log/lab~hospital.log"
        #expect(
            try layout.read(name, limit: 1 << 24) == TranscriptLayout(folder: again.path).read(name, limit: 1 << 24))
    }

    /// Copies of one session in any two forms agree.
    @Test func copiesOfBothFormsAgree() async throws {
        let recorded = try await WholeJobTests.honest.value
        let (lean, other) = (try await Self.honest("hospital"), try await Self.honest("lab"))
        let pruned = try await Self.honest("lab", keeping: .pruned)
        let (hospital, lab) = (recorded.path("hospital"), recorded.path("lab"))
        for (own, peer, verdict) in [
            (lean.path, lab, "VALID"), (hospital, other.path, "VALID"), (lean.path, other.path, "VALID"),
            (lean.path, pruned.path, "VALID"), (pruned.path, lean.path, "VALID (payloads pruned)"),
        ] {
            let report = Verifier(folder: own, options: WholeJobTests.options()).verify(against: peer)
            #expect(outcomeName(report) == verdict)
            #expect(report.findings.first { $0.check == .x02 }?.status == .passed)
        }
        // What is wrong with ciphertexts that this copy does not have, the peer's copy shows.
        var forge = try JobForge(recorded)
        let one = [UInt8](repeating: 0, count: ChecksTests.wide - 1) + [1]
        try forge.edit(0x0212) { $0.replaceSubrange(4..<4 + ChecksTests.wide, with: one) }
        let folder = try TemporaryFolder()
        try forge.write(folder.path("hospital"), lab: folder.path("lab"))
        try FileManager.default.createDirectory(atPath: folder.path("lean"), withIntermediateDirectories: false)
        try TranscriptPruning.prune(folder.path("hospital"), into: folder.path("lean"), keeping: Self.storage)
        let verifier = Verifier(folder: folder.path("lean"), options: WholeJobTests.options())
        #expect(outcomeName(verifier.verify()) == "VALID")
        #expect(outcomeName(verifier.verify(against: folder.path("lab"))) == "X01 peerCopyInvalid")
    }

    private typealias Change = (expected: String, change: @Sendable (inout JobForge) throws -> Void)

    /// A window's value and its width; bits of results.
    private static let openings: [Change] = [
        ("VALID", { _ in }),
        ("T23 stepMismatch", { try $0.window(0, from: "lab") { bits, value in (bits, value ^ 1 << 10) } }),
        ("T24 openedTooMuch", { try $0.window(1, from: "lab") { bits, value in (bits + 1, value) } }),
        (
            "T24 openedTooMuch",
            { try $0.edit(0x021B, from: "hospital") { $0 = ChecksTests.prefixed(Array($0[4...]) + [0]) } }
        ),
    ]

    /// A ciphertext less or more, a part of one, not even a length.
    private static let lengths: [Change] = [
        ("T10 wrongCount", { try $0.edit(0x0218) { $0.removeLast(ChecksTests.wide) } }),
        ("T10 wrongCount", { try $0.edit(0x0213, from: "lab") { $0 += $0[4..<4 + ChecksTests.wide] } }),
        ("T10 wrongLength", { try $0.edit(0x0212) { $0.removeLast() } }),
        ("T10 malformedMessage", { try $0.edit(0x0214, from: "lab") { $0 = [0, 0, 0] } }),
        ("T10 wrongLength", { try $0.edit(0x0106) { $0.removeLast(2 * WholeJobTests.alignmentBits / 8) } }),
        ("T10 wrongLength", { try $0.edit(0x0107) { $0.append(0) } }),
        (
            "T10 tagsOutOfOrder",
            { forge in
                try forge.edit(0x0108) { tags in
                    let (one, two) = (Array(tags[4..<20]), Array(tags[20..<36]))
                    tags.replaceSubrange(4..<36, with: two + one)
                }
            }
        ),
    ]

    /// Two messages changed about, one out of its round, one left out, one twice, of another kind, again in the next pass.
    private static let orders: [Change] = [
        (
            "T09 outOfOrder",
            { forge in
                let (one, other) = (try forge.index(0x0214, from: "lab"), try forge.index(0x0215, from: "lab"))
                forge.items.swapAt(one, other)
            }
        ),
        ("T09 outOfOrder", { try $0.number(0x0218, as: 1 << 20, from: "hospital") }),
        ("T09 outOfOrder", { $0.items.remove(at: try $0.index(0x0213, from: "lab")) }),
        ("T09 outOfOrder", { $0.items.insert($0.items[try $0.index(0x0212)], at: try $0.index(0x0212)) }),
        (
            "T23 stepMismatch",
            { forge in
                try forge.retype(0x0218, as: 0x0214, from: "hospital")
                try forge.retype(0x0219, as: 0x0215, from: "lab")
            }
        ),
        (
            "T20 ciphertextRepeated",
            { forge in
                let old = forge.items[try forge.index(0x0213, 0, from: "lab")].payload
                try forge.edit(0x0213, 1, from: "lab") { $0 = old }
            }
        ),
        ("T16 checkpointMissing", { try $0.dropLastCheckpoint() }),
    ]

    /// One kind of ciphertexts kept of many that are not; a window, an opening that is not kept.
    private static let forms: [Change] = [
        (
            "T01 payloadsMixed",
            { forge in
                let rest = WholeJobTests.fitPlan.bulkTypes.subtracting([MessageType(rawValue: 0x0219)])
                forge.storage = .hashes(of: rest)
            }
        ),
        (
            "T01 payloadsMixed",
            { $0.alter = { _, draft in draft.isPruned = draft.type.rawValue == 0x021A && draft.round < 40 } }
        ),
        ("T01 payloadsMixed", { $0.alter = { _, draft in draft.isPruned = draft.type.rawValue == 0x0101 } }),
    ]

    /// One change at a time: the name that each gets, by both verifiers.
    @Test func changesAreNamed() async throws {
        let recorded = try await WholeJobTests.honest.value
        let honest = try #require(verify(recorded.path("lab"), WholeJobTests.options()).summary).counts
        var told = try JobForge(recorded)
        told.storage = Self.storage
        let folder = try TemporaryFolder()
        func expect(_ expected: String, _ counts: [String: Int64], _ change: (inout JobForge) throws -> Void)
            throws
        {
            var forge = told
            try change(&forge)
            let path = folder.path(UUID().uuidString)
            try forge.write(path, counts: honest.merging(counts) { $1 })
            #expect(outcomeName(verify(path, WholeJobTests.options())) == expected)
            if hasPython { #expect(try SecondVerifierTests.second(path) == expected, "\(path)") }
        }
        for (expected, change) in Self.openings + Self.lengths + Self.orders + Self.forms {
            try expect(expected, [:], change)
        }
        try expect("T15 passesMismatch", ["passes": 99]) { _ in }
        try expect("T15 convergenceMismatch", ["converged": 0]) { _ in }
    }

    /// R02 says what is missing and which words would have kept it.
    @Test func aReplayRefuses() async throws {
        let recorded = try await WholeJobTests.honest.value
        let folder = try await Self.honest("lab")
        let replay = try Replay(folder: folder.path, seed: try #require(recorded.seeds["lab"]))
        let finding = replay.finding()
        #expect(finding.status == .notEvaluated && finding.error == nil)
        #expect(finding.sentence.contains("transcript: {payloads: full}"), "\(finding.sentence)")
        // The party's key can still be compared with its seed.
        #expect(try replay.payload(ofSent: MessageType(rawValue: 0x0202)) != nil)
    }
}
