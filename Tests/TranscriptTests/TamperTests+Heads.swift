import Foundation
import Jobs
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// Heads, equivocation, causality, the session's identity: T16 to T18.
extension TamperTests {
    @Test func t16Heads() throws {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try forge.play()
        // A head that the sender signed and the receiver cosigned, but that was never exchanged.
        let head = TreeHead(size: 4, root: try #require(forge.b.tree.root(at: 4)))
        var note = try SignedNote(
            text: Checkpoint(origin: Checkpoint.origin(session: forge.session, from: "lab", to: "hospital"), head: head)
                .text)
        try note.sign(as: "lab/log", with: forge.b.log)
        note.add(try note.cosignature(as: "hospital/witness", with: forge.a.witness, time: 1))
        forge.b.checkpointFile = note.encoded
        try forge.write(folder.path)
        #expect(outcomeName(verify(folder.path)) == "T16 checkpointUnknown")
    }

    /// A note accuses a party, and so it must show what it says.
    @Test func t16Equivocation() throws {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try forge.play()
        let head = TreeHead(size: 4, root: try #require(forge.b.tree.root(at: 4)))
        func note(_ head: TreeHead, by key: SigningKey, session: Bytes32? = nil, sender: String = "lab") throws
            -> String
        {
            let peer = sender == "lab" ? "hospital" : "lab"
            let origin = Checkpoint.origin(session: session ?? forge.session, from: sender, to: peer)
            var note = try SignedNote(text: Checkpoint(origin: origin, head: head).text)
            try note.sign(as: "\(sender)/log", with: key)
            return note.encoded
        }
        let other = TreeHead(size: 4, root: .zero)
        let key = forge.b.log
        let (good, bad) = (try note(head, by: key), try note(other, by: key))
        // Not finished: an outcome would not sign the notes.
        func verdict(_ notes: [String], names: [String] = ["1-1.txt", "1-2.txt"]) throws -> String {
            let path = "\(folder.path)/\(UUID().uuidString)"
            try forge.write(path, finishes: false)
            try FileManager.default.createDirectory(
                atPath: path + "/equivocation", withIntermediateDirectories: true)
            for (name, note) in zip(names, notes) {
                try Data(note.utf8).write(to: URL(fileURLWithPath: "\(path)/equivocation/\(name)"))
            }
            return outcomeName(verify(path))
        }
        #expect(try verdict([good, bad]) == "T16 equivocation")
        let text = Checkpoint(
            origin: Checkpoint.origin(session: forge.session, from: "lab", to: "hospital"), head: head
        ).text
        let larger = TreeHead(size: 5, root: try #require(forge.b.tree.root(at: 5)))
        let invalid: [[String]] = [
            [], [bad], ["", ""], [good, good], [good, try note(larger, by: key)],
            [good, try note(other, by: forge.a.log)], [try note(head, by: forge.a.log), bad],
            [good, try note(other, by: key, session: .zero)],
            [good, try note(other, by: forge.a.log, sender: "hospital")],
            // The keeper's word for what was sent, of a note that no message brought.
            [bad, text],
        ]
        for notes in invalid { #expect(try verdict(notes) == "T01 equivocationInvalid", "\(notes)") }
        #expect(try verdict([good, bad, good], names: ["1-1.txt", "1-2.txt", "2-1.txt"]) == "T01 equivocationInvalid")
        #expect(try verdict([good, bad], names: ["1.txt", "2.txt"]) == "T01 equivocationInvalid")
    }

    /// As a session leaves it: the note as it came, and the head that was held then.
    @Test func t16EquivocationAsKept() throws {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try forge.bind()
        let held = forge.b.tree.head
        let origin = Checkpoint.origin(session: forge.session, from: "lab", to: "hospital")
        var note = try SignedNote(
            text: Checkpoint(origin: origin, head: TreeHead(size: held.size, root: .zero)).text)
        try note.sign(as: "lab/log", with: forge.b.log)
        try forge.send(\.b, .checkpoint, try CheckpointMessage(note: note.encoded).encoded())
        try forge.write(folder.path, finishes: false)
        let layout = TranscriptLayout(folder: folder.path)
        for side in ["hospital~lab", "lab~hospital"] {
            try FileManager.default.removeItem(atPath: layout.path("checkpoint/\(side).txt"))
        }
        try FileManager.default.createDirectory(atPath: layout.path("equivocation"), withIntermediateDirectories: true)
        let texts = [note.encoded, Checkpoint(origin: origin, head: held).text]
        for (index, text) in texts.enumerated() {
            try Data(text.utf8).write(to: URL(fileURLWithPath: layout.path("equivocation/1-\(index + 1).txt")))
        }
        // The log itself holds a head that is not its own; the notes are found to say the same.
        #expect(outcomeName(verify(folder.path)) == "T06 rootMismatch")
        var run = VerificationRun(layout: layout, options: .toy)
        run.run()
        #expect(run.equivocation?.party == "lab" && run.findings.hasFailed(.t16) && !run.findings.hasFailed(.t01))
    }

    @Test func t17Causality() throws {
        func altered(_ change: @escaping (inout Forge.Draft) -> Void) throws -> String {
            try forged(
                { $0.alter = { n, d in if d.type == Number.type, d.round == 1 { change(&d) } } },
                options: .withoutPlan)
        }
        #expect(try altered { $0.seen = TreeHead(size: $0.seen.size, root: .zero) } == "T17 causalityViolation")
        #expect(try altered { $0.seen = .empty } == "T17 causalityViolation")
        #expect(try altered { $0.seen = TreeHead(size: 1 << 40, root: $0.seen.root) }.hasPrefix("T"))
    }

    @Test func t18SessionIdentity() throws {
        // Both identities sign a session that does not follow from their nonces.
        #expect(try forged { $0.session = Bytes32(hashing: [1]) } == "T18 sessionMismatch")
    }
}
