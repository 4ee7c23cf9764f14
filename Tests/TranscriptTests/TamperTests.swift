import Foundation
import Jobs
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// One case at least for every check that the verifier makes by itself; each must fail with its own name.
@Suite struct TamperTests {
    /// Verifies what a forge made after `change`.
    func forged(
        _ change: (inout Forge) throws -> Void = { _ in }, finishes: Bool = true,
        beforeEnd: (inout Forge) throws -> Void = { _ in }, files: (TranscriptLayout) throws -> Void = { _ in },
        options: Verifier.Options = .toy, counts: [String: Int64] = ["rounds": 2]
    ) throws -> String {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try change(&forge)
        try forge.play(beforeEnd: beforeEnd)
        try forge.write(folder.path, counts: counts, finishes: finishes)
        try files(TranscriptLayout(folder: folder.path))
        return outcomeName(verify(folder.path, options))
    }

    func edit(_ name: String, _ change: @escaping (inout [UInt8]) throws -> Void) -> (TranscriptLayout) throws
        -> Void
    {
        { layout in
            var bytes = try layout.read(name, limit: 1 << 24)
            try change(&bytes)
            try Data(bytes).write(to: URL(fileURLWithPath: layout.path(name)))
        }
    }

    func editEntries(_ name: String, _ change: @escaping (inout [LogEntry]) throws -> Void) -> (
        TranscriptLayout
    ) throws -> Void {
        { layout in
            var entries: [LogEntry] = []
            var reader = try LogReader(layout, name)
            while case .entry(let entry) = try reader.next() { entries.append(entry) }
            try change(&entries)
            try Data(LogEntry.magic + (try entries.flatMap { try $0.encoded }))
                .write(to: URL(fileURLWithPath: layout.path(name)))
        }
    }

    let log = "log/lab~hospital.log"

    @Test func honest() throws {
        #expect(try forged() == "VALID")
        #expect(try forged { $0.storage = .pruned } == "VALID (payloads pruned)")
        #expect(try forged(finishes: false) == "NOT CLOSED")
        #expect(try forged(options: .withoutPlan) == "VALID")
    }

    @Test func t01FolderAndForms() throws {
        #expect(
            try forged(files: { try FileManager.default.removeItem(atPath: $0.path("parties.bin")) })
                == "T01 fileMissing")
        #expect(
            try forged(files: { try FileManager.default.removeItem(atPath: $0.path(self.log)) }) == "T01 fileMissing")
        #expect(
            try forged(files: { try FileManager.default.removeItem(atPath: $0.path("job.bin")) }) == "T01 fileMissing")
        #expect(
            try forged(files: { try Data().write(to: URL(fileURLWithPath: $0.path("notes.txt"))) })
                == "T01 fileUnexpected")
        #expect(
            try forged(files: { layout in
                try FileManager.default.removeItem(atPath: layout.path("job.yaml"))
                try FileManager.default.createSymbolicLink(
                    atPath: layout.path("job.yaml"), withDestinationPath: "/dev/zero")
            }) == "T01 fileNotRegular")
        #expect(try forged(files: edit("parties.bin") { $0.append(0) }) == "T01 fileNotCanonical")
        #expect(
            try forged(files: edit("parties.bin") { $0 += [UInt8](repeating: 0, count: 9999) }) == "T01 fileTooLarge")
        #expect(try forged(files: edit(log) { $0[0] ^= 1 }) == "T01 logNotCanonical")
        #expect(try forged(files: edit(log) { $0[13] = 0xff }) == "T01 logNotCanonical")
        #expect(try forged(files: edit(log) { $0.removeLast(3) }) == "T01 tornLog")
        #expect(
            try forged(
                files: editEntries(log) { entries in
                    var record = entries[3].record
                    record[4] = 2
                    entries[3] = LogEntry(record: record, leaf: MerkleHash.leaf(record), payload: entries[3].payload)
                }) == "T01 recordNotCanonical")
        #expect(
            try forged(
                files: editEntries(log) { entries in
                    entries[1] = LogEntry(record: entries[1].record, leaf: entries[1].leaf, payload: nil)
                }) == "T01 payloadMissing")
    }

    @Test func t02Job() throws {
        #expect(try forged(files: edit("job.bin") { $0[$0.count / 2] ^= 1 }) == "T02 jobHashMismatch")
        #expect(
            try forged(
                files: edit("job.yaml") { bytes in
                    bytes = Array(String(decoding: bytes, as: UTF8.self).replacing("age", with: "ago").utf8)
                }) == "T02 jobTextMismatch")
        var options = Verifier.Options.toy
        options.jobHash = .zero
        #expect(try forged(options: options) == "T02 otherJob")
    }

    @Test func t03Approvals() throws {
        #expect(try forged { $0.approvalTime = "2999-01-01T00:00:00Z" } == "T03 approvalLate")
        #expect(try forged { $0.approvedJob = .zero } == "T03 approvalOfOtherJob")
        #expect(
            try forged(
                files: edit("approvals/lab.txt") { bytes in
                    bytes = Array(String(decoding: bytes, as: UTF8.self).replacing("Ada", with: "Eve").utf8)
                }) == "T03 approvalInvalid")
        #expect(
            try forged(files: { layout in
                // A valid signature by the wrong party.
                try FileManager.default.removeItem(atPath: layout.path("approvals/lab.txt"))
                try FileManager.default.copyItem(
                    atPath: layout.path("approvals/hospital.txt"), toPath: layout.path("approvals/lab.txt"))
            }) == "T03 approvalInvalid")
        #expect(
            try forged(files: { try FileManager.default.removeItem(atPath: $0.path("approvals/lab.txt")) })
                == "T03 approvalMissing")
    }

    @Test func t25Commitments() throws {
        #expect(try forged({ $0.commitsLate = true }, options: .withoutPlan) == "T25 commitmentsLate")
        #expect(try forged { $0.commitsLate = true } == "T09 outOfOrder")
        // A fit without its rows, with nothing, with something more; each purpose has its own set.
        #expect(try forged { $0.committed = ["identifiers"] } == "T25 commitmentsMissing")
        #expect(try forged { $0.committed = ["rows"] } == "T25 commitmentsMissing")
        #expect(try forged { $0.committed = [] } == "T25 commitmentsMissing")
        #expect(try forged { $0.committed = ["identifiers", "rows", "weights"] } == "T25 commitmentsUnexpected")
        for purpose in SessionPurpose.toys {
            for labels in [["identifiers"], ["identifiers", "rows"]] as [Set<String>] {
                let folder = try TemporaryFolder()
                var forge = try Forge(for: purpose)
                forge.committed = labels
                try forge.play()
                try forge.write(folder.path, counts: SecondVerifierTests.counts(purpose))
                let first = outcomeName(verify(folder.path))
                let expected =
                    if labels == purpose.toy.commitments {
                        "VALID"
                    } else {
                        labels.isSubset(of: purpose.toy.commitments)
                            ? "T25 commitmentsMissing" : "T25 commitmentsUnexpected"
                    }
                #expect(first == expected, "\(purpose) \(labels)")
                // A toy session has no rounded count, which the second verifier asks a count for.
                if hasPython, purpose != .count {
                    #expect(try SecondVerifierTests.second(folder.path, toys: true) == expected)
                }
            }
        }
    }

    /// Clocks of two sites differ by minutes, not by days.
    @Test func t03ApprovalsFromTheFuture() throws {
        let signed: UInt64 = 1_800_000_000_000
        /// The lab approves at that time; both clocks are off by so many milliseconds.
        func times(hospital: Int64, lab: Int64) throws -> String {
            try forged {
                $0.approvalTimes["lab"] = "2027-01-15T08:00:00Z"
                $0.a.clock = signed.addingReportingOverflow(UInt64(bitPattern: hospital)).partialValue
                $0.b.clock = signed.addingReportingOverflow(UInt64(bitPattern: lab)).partialValue
            }
        }
        #expect(try times(hospital: 0, lab: 0) == "VALID")
        // By its own clock, before its own first record.
        #expect(try times(hospital: 0, lab: -11) == "T03 approvalLate")
        #expect(try times(hospital: 0, lab: 10_000_000) == "VALID")
        // By the hospital's clock, give or take five minutes: what the lab's clock says does not help it.
        #expect(try times(hospital: -299_000, lab: 0) == "VALID")
        #expect(try times(hospital: -301_000, lab: 0) == "T03 approvalLate")
        #expect(try times(hospital: -301_000, lab: 10_000_000) == "T03 approvalLate")
    }

    @Test func t04Identities() throws {
        var options = Verifier.Options.toy
        options.pinned["lab"] = SigningKey().publicKey
        #expect(try forged(options: options) == "T04 identityMismatch")
        #expect(
            try forged { $0.alter = { n, d in if n == 0 { d.payload[d.payload.count - 1] ^= 1 } } }
                == "T04 bindingMismatch")
        #expect(
            try forged { forge in
                // Log keys replaced in the folder: not those that the identity signed.
                forge.b.hello = Hello(
                    party: forge.b.local,
                    terms: SessionTerms(
                        jobHash: forge.job.hash, role: "passive", peerRole: "active",
                        protocols: [ProtocolVersion(id: 9, version: 1)]), nonce: .zero, seed: SessionSeed(),
                    logKey: SigningKey().publicKey, witnessKey: SigningKey().publicKey)
            } == "T04 bindingMismatch")
    }

    @Test func t05Hashes() throws {
        #expect(
            try forged(
                files: editEntries(log) { entries in
                    var record = entries[5].record
                    record[100] ^= 1
                    entries[5] = LogEntry(record: record, leaf: entries[5].leaf, payload: entries[5].payload)
                }) == "T05 leafHashMismatch")
        #expect(
            try forged(
                files: editEntries(log) { entries in
                    entries[5] = LogEntry(record: entries[5].record, leaf: entries[5].leaf, payload: [1])
                }) == "T05 payloadHashMismatch")
    }

    @Test func t06And07Signatures() throws {
        // A dropped, swapped, duplicated record, or another root under the old signature.
        #expect(try forged(files: editEntries(log) { $0.remove(at: 6) }).hasPrefix("T06"))
        #expect(try forged(files: editEntries(log) { $0.swapAt(6, 7) }).hasPrefix("T06"))
        #expect(try forged(files: editEntries(log) { $0.insert($0[6], at: 6) }).hasPrefix("T06"))
        #expect(try forged(files: edit("checkpoint/lab~hospital.txt") { $0[20] ^= 1 }).hasPrefix("T06"))
        func lines(_ change: @escaping ([Substring]) -> [Substring]) -> (TranscriptLayout) throws -> Void {
            edit("checkpoint/lab~hospital.txt") { bytes in
                let all = String(decoding: bytes, as: UTF8.self).split(
                    separator: "\n", omittingEmptySubsequences: false)
                bytes = Array(change(all).joined(separator: "\n").utf8)
            }
        }
        #expect(
            try forged(files: lines { all in all.filter { !$0.contains("/witness") } }) == "T07 countersignatureMissing"
        )
        #expect(try forged(files: lines { all in all.filter { !$0.contains("/log") } }) == "T06 checkpointInvalid")
        // The cosignature message of the wrong key.
        #expect(
            try forged { forge in
                forge.alter = { n, d in
                    if d.type == .cosignature, d.from == "lab" { d.payload[d.payload.count - 1] ^= 1 }
                }
            } == "T07 countersignatureInvalid")
    }

    @Test func t08Records() throws {
        func altered(_ change: @escaping (inout Forge.Draft) -> Void) throws -> String {
            try forged { $0.alter = { n, d in if d.type == Number.type, d.round == 1 { change(&d) } } }
        }
        #expect(try altered { $0.session = .zero } == "T08 wrongSession")
        #expect(try altered { $0.from = "eve" } == "T08 wrongSession")
        #expect(try altered { $0.sequence += 1 } == "T08 wrongSequence")
        #expect(try altered { $0.sentAt = 5 } == "T08 clockWentBack")
        #expect(try altered { $0.attempt = 1 } == "T08 wrongAttempt")
    }

    @Test func t01FoldersAreFolders() throws {
        for name in ["log", "approvals", "checkpoint", "private"] {
            let elsewhere = try TemporaryFolder()
            #expect(
                try forged(files: { layout in
                    let moved = "\(elsewhere.path)/moved"
                    try FileManager.default.moveItem(atPath: layout.path(name), toPath: moved)
                    try FileManager.default.createSymbolicLink(atPath: layout.path(name), withDestinationPath: moved)
                    #expect(throws: TranscriptError.notRegular(name)) { try layout.regularFile("\(name)/any") }
                }) == "T01 fileNotRegular", "\(name)")
        }
        #expect(
            try forged(files: { layout in
                try FileManager.default.createDirectory(
                    atPath: layout.path("build.txt"), withIntermediateDirectories: false)
            }) == "T01 fileNotRegular")
    }
}
