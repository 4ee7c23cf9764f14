import Foundation
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

@Suite struct VerifierTests {
    @Test func aRealSessionVerifiesOnBothSidesAndAgainstEachOther() async throws {
        let toy = try await ToyTranscripts()
        var options = Verifier.Options.toy
        options.pinned = ["hospital": toy.keyA.publicKey, "lab": toy.keyB.publicKey]
        for folder in [toy.hospital, toy.lab] {
            let report = verify(folder, options)
            #expect(outcomeName(report) == "VALID")
            #expect(report.summary?.counts == ["rounds": 3])
            #expect(report.findings.first { $0.check == .t09 }?.status == .passed)
        }
        let both = Verifier(folder: toy.hospital, options: options).verify(against: toy.lab)
        #expect(outcomeName(both) == "VALID")
        #expect(both.findings.first { $0.check == .x02 }?.status == .passed)
        #expect(both.text.hasSuffix("VALID\n"))
    }

    @Test func hashesAloneAndUnfinishedJobsVerify() async throws {
        let pruned = try await ToyTranscripts(storage: .pruned)
        #expect(outcomeName(verify(pruned.lab)) == "VALID (payloads pruned)")
        let unfinished = try await ToyTranscripts(finishes: false)
        #expect(outcomeName(verify(unfinished.lab)) == "NOT CLOSED")
    }

    @Test func aProcessStoppedInMidWriteLeavesWhatStillVerifies() async throws {
        let toy = try await ToyTranscripts(finishes: false)
        let path = toy.hospital + "/log/lab~hospital.log"
        let whole = try #require(FileManager.default.contents(atPath: path))
        let start = LogEntry.magic.count
        try (whole + whole[start..<start + 60]).write(to: URL(fileURLWithPath: path))
        let report = verify(toy.hospital)
        #expect(outcomeName(report) == "NOT CLOSED")
        #expect(report.findings.contains { $0.error == "tornLog" && $0.status == .warning })
    }

    @Test func twoCopiesThatDiffer() throws {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try forge.play()
        try forge.write(folder.path + "/a")
        // The lab's copy of the same session, in which it sent something else.
        var other = forge
        other.a.tree = MerkleTree()
        other.a.entries = []
        other.b.tree = MerkleTree()
        other.b.entries = []
        other.count = 0
        other.alter = { _, d in if d.type == Answer.type, d.round == 1 { d.payload[4] ^= 1 } }
        try other.play()
        try other.write(folder.path + "/b", as: \.b)
        let verifier = Verifier(folder: folder.path + "/a", options: .toy)
        #expect(outcomeName(verifier.verify(against: folder.path + "/b")) == "X01 equivocation")
        // Another session altogether.
        var third = try Forge()
        try third.play()
        try third.write(folder.path + "/c", as: \.b)
        #expect(outcomeName(verifier.verify(against: folder.path + "/c")) == "X01 differentSessions")
        #expect(outcomeName(verifier.verify(against: folder.path + "/nothing")).hasPrefix("X01"))
    }

    /// What is wrong with the peer's copy is said, also where its heads are.
    @Test func thePeersCopyMustHold() throws {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try forge.play()
        try forge.write(folder.path + "/a")
        func note(_ head: TreeHead, cosigned: Bool = false) throws -> String {
            let origin = Checkpoint.origin(session: forge.session, from: "hospital", to: "lab")
            var note = try SignedNote(text: Checkpoint(origin: origin, head: head).text)
            try note.sign(as: "hospital/log", with: forge.a.log)
            if cosigned { note.add(try note.cosignature(as: "lab/witness", with: forge.b.witness, time: 1)) }
            return note.encoded
        }
        let head = TreeHead(size: 4, root: try #require(forge.a.tree.root(at: 4)))
        func compared(_ copy: String) -> String {
            outcomeName(Verifier(folder: folder.path + "/a", options: .toy).verify(against: copy))
        }
        // A head that was never exchanged is T16's.
        var other = forge
        other.a.checkpointFile = try note(head, cosigned: true)
        try other.write(folder.path + "/b", as: \.b)
        #expect(outcomeName(verify(folder.path + "/b")) == "T16 checkpointUnknown")
        #expect(compared(folder.path + "/b") == "X01 peerCopyInvalid")
        // Two heads that the hospital signed.
        for (name, second) in [("c", TreeHead(size: 4, root: .zero)), ("d", head)] {
            let path = "\(folder.path)/\(name)"
            try forge.write(path, as: \.b, finishes: false)
            try FileManager.default.createDirectory(atPath: path + "/equivocation", withIntermediateDirectories: true)
            for (index, note) in [try note(head), try note(second)].enumerated() {
                try Data(note.utf8).write(to: URL(fileURLWithPath: "\(path)/equivocation/1-\(index + 1).txt"))
            }
            #expect(compared(path) == (name == "c" ? "X01 equivocation" : "X01 peerCopyInvalid"))
        }
    }

    /// No log holds the outcome: its counts are those of this copy's, which its messages show.
    @Test func thePeersOutcomeMustNameTheSameCounts() throws {
        let folder = try TemporaryFolder()
        for storage in [PayloadStorage.full, .pruned] {
            var forge = try Forge()
            forge.storage = storage
            try forge.play()
            let path = "\(folder.path)/\(storage)"
            try forge.write(path + "/a")
            for (rounds, expected) in [
                (2, storage == .full ? "VALID" : "VALID (payloads pruned)"),
                (3, storage == .full ? "X01 peerCopyInvalid" : "X01 outcomesDiffer"),
            ] {
                let copy = "\(path)/\(rounds)"
                try forge.write(copy, as: \.b, counts: ["rounds": Int64(rounds)])
                let verifier = Verifier(folder: path + "/a", options: .toy)
                #expect(outcomeName(verifier.verify(against: copy)) == expected)
            }
        }
    }

    /// Where this copy cannot show a count, the peer's messages do.
    @Test func thePeersMessagesAreLookedAtWhereThisCopyHasNone() throws {
        struct Rounds: PayloadInspector {
            let checks = ["T15"]
            private var asked: Int64 = 0
            private var isPruned = false

            mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
                isPruned = isPruned || payload == nil
                if record.type == Number.type { asked += 1 }
            }

            mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {
                guard let rounds = counts?["rounds"], !isPruned, rounds != asked else { return }
                throw InspectionFailure(check: "T15", name: "countMismatch", sentence: "Other rounds.")
            }
        }
        let options = Verifier.Options.toy { $0.inspectors = { _, _ in [Rounds()] } }
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try forge.play()
        var pruned = forge
        for side in [\Forge.a, \Forge.b] {
            pruned[keyPath: side].entries = try forge[keyPath: side].entries.map { entry in
                let isKept = try Record(encoded: entry.record).type.protocolID == ProtocolVersion.session.id
                return LogEntry(record: entry.record, leaf: entry.leaf, payload: isKept ? entry.payload : nil)
            }
        }
        try forge.write(folder.path + "/true", as: \.b, counts: ["rounds": 2])
        try forge.write(folder.path + "/false", as: \.b, counts: ["rounds": 3])
        try forge.write(folder.path + "/unfinished", finishes: false)
        try pruned.write(folder.path + "/pruned", counts: ["rounds": 2])
        try pruned.write(folder.path + "/pruned-false", counts: ["rounds": 3])
        for (own, peer, expected) in [
            ("unfinished", "true", "NOT CLOSED"), ("unfinished", "false", "X01 peerCopyInvalid"),
            ("pruned", "true", "VALID (payloads pruned)"), ("pruned", "false", "X01 peerCopyInvalid"),
            ("pruned-false", "true", "X01 outcomesDiffer"), ("pruned-false", "false", "X01 peerCopyInvalid"),
        ] {
            let verifier = Verifier(folder: "\(folder.path)/\(own)", options: options)
            #expect(outcomeName(verifier.verify(against: "\(folder.path)/\(peer)")) == expected, "\(own) \(peer)")
        }
    }

    @Test func copiesThatDifferAfterTheLastCheckpoint() throws {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try forge.play(ending: { try $0.send(\.b, Answer.type, [1], round: 2) })
        try forge.write(folder.path + "/a", finishes: false)
        forge.b.entries.removeLast()
        let rest = forge.b.entries
        forge.b.tree = MerkleTree(leaves: rest.map(\.leaf))
        forge.b.clock += 5
        try forge.send(\.b, .abort, try AbortMessage(reason: AbortReason(.failure, "failed")).encoded())
        try forge.write(folder.path + "/b", as: \.b, finishes: false)
        let report = Verifier(folder: folder.path + "/a", options: .toy).verify(against: folder.path + "/b")
        #expect(outcomeName(report) == "X02 copiesDiffer")
    }

    /// Any single-byte change anywhere is detected: the whole of a small transcript, a seeded choice of bits.
    @Test func anyChangedByteIsDetected() throws {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try forge.play(rounds: 1)
        try forge.write(folder.path, counts: ["rounds": 1])
        let layout = TranscriptLayout(folder: folder.path)
        #expect(outcomeName(verify(folder.path)) == "VALID")
        var generator = ProtocolRandomness(testKey: [UInt8](repeating: 1, count: 32))
        let names = [
            "job.bin", "job.yaml", "parties.bin", "outcome.bin", "approvals/hospital.txt", "approvals/lab.txt",
            "checkpoint/hospital~lab.txt", "checkpoint/lab~hospital.txt", "log/hospital~lab.log",
            "log/lab~hospital.log",
        ]
        for name in names {
            let original = try layout.read(name, limit: 1 << 24)
            for _ in 0..<24 {
                var changed = original
                let place = Int.random(in: 0..<changed.count, using: &generator)
                changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                try Data(changed).write(to: URL(fileURLWithPath: layout.path(name)))
                #expect(verify(folder.path).verdict == .invalid, "\(name) byte \(place)")
            }
            try Data(original).write(to: URL(fileURLWithPath: layout.path(name)))
        }
        #expect(outcomeName(verify(folder.path)) == "VALID")
    }

    /// Hostile folders: random bytes under every name, cut and doubled files. No crash, never VALID.
    @Test func garbageIsInvalidAndNoMore() throws {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try forge.play(rounds: 1)
        try forge.write(folder.path, counts: ["rounds": 1])
        let layout = TranscriptLayout(folder: folder.path)
        var generator = ProtocolRandomness(testKey: [UInt8](repeating: 2, count: 32))
        for name in [
            "job.bin", "job.yaml", "parties.bin", "outcome.bin", "approvals/lab.txt", "checkpoint/lab~hospital.txt",
            "log/lab~hospital.log",
        ] {
            let original = try layout.read(name, limit: 1 << 24)
            let garbage = (0..<300).map { _ in UInt8.random(in: 0...255, using: &generator) }
            for bytes in [
                [], garbage, Array(original.prefix(original.count / 2)), original + original, original + garbage,
            ] {
                try Data(bytes).write(to: URL(fileURLWithPath: layout.path(name)))
                #expect(verify(folder.path).verdict == .invalid, "\(name) \(bytes.count) bytes")
            }
            try Data(original).write(to: URL(fileURLWithPath: layout.path(name)))
        }
        #expect(verify("/nonexistent").verdict == .invalid)
        #expect(verify("/dev/null").verdict == .invalid)
    }
}
