import Foundation
import Jobs
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// What the end of a session leaves, when a party withholds its last word or says something else.
@Suite struct ClosingEvidenceTests {
    private func played(
        finishes: Bool = true, options: Verifier.Options = .toy, ending: (inout Forge) throws -> Void
    ) throws -> (report: VerificationReport, second: String?) {
        let folder = try TemporaryFolder()
        var forge = try Forge()
        try forge.play(ending: ending)
        try forge.write(folder.path, counts: SecondVerifierTests.counts(.fit), finishes: finishes)
        return (verify(folder.path, options), hasPython ? try SecondVerifierTests.second(folder.path, toys: true) : nil)
    }

    private func expect(
        _ found: (report: VerificationReport, second: String?), _ expected: String, warns check: Check? = nil,
        _ warning: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(outcomeName(found.report) == expected, "\(found.report.text)", sourceLocation: sourceLocation)
        if let second = found.second { #expect(second == expected, sourceLocation: sourceLocation) }
        guard let check else { return }
        let finding = found.report.findings.first { $0.check == check }
        #expect(finding?.error == warning && finding?.status == .warning, sourceLocation: sourceLocation)
    }

    @Test func theReceiptIsThePeersToWithhold() throws {
        expect(try played { try $0.close(2) }, "VALID")
        expect(try played { try $0.close(2, receipts: [\.a]) }, "VALID", warns: .t32, "receiptMissing")
        expect(try played { try $0.close(2, receipts: []) }, "VALID", warns: .t32, "receiptMissing")
        // One by another key, one that does not read as its kind.
        for payload in [nil, [1] as [UInt8]?] {
            let found = try played { forge in
                try forge.close(2, receipts: [\.a])
                let note = SignedNote.Signature(keyName: "lab/witness", bytes: [UInt8](repeating: 1, count: 76))
                let receipt = try payload ?? CosignatureMessage(signature: note).encoded()
                try forge.send(\.b, .cosignature, receipt, round: 2)
            }
            expect(found, "VALID", warns: .t32, payload == nil ? "receiptInvalid" : "receiptMissing")
        }
        // Nor does a word after its closing take it back.
        let abort = try AbortMessage(reason: AbortReason(.violation, "closingInvalid")).encoded()
        let late = try played { forge in
            try forge.close(2, receipts: [\.a])
            try forge.send(\.b, .abort, abort)
        }
        expect(late, "VALID", warns: .t15, "aborted")
        #expect(late.report.text.contains("lab ended the session: closingInvalid"))
    }

    @Test func withoutThePeersClosingNothingIsClosed() throws {
        func closing(_ forge: inout Forge) throws {
            let note = try forge.closingNote(of: \.a).encoded
            try forge.send(\.a, .closing, try ClosingMessage(note: note).encoded(), round: 2)
        }
        let open = try played(finishes: false) { try closing(&$0) }
        expect(open, "NOT CLOSED", warns: .t06, "notSigned")
        // Binding, approval, commitments, checkpoint, cosignature, four answers; then the note about them.
        #expect(open.report.summary?.signed == ["hospital": 9, "lab": 9])
        #expect(
            open.report.verdictLine
                == "NOT CLOSED: no outcome is signed; lab to hospital: not signed by its sender from record 9 on")
        // An outcome over it is the keeper's own claim.
        expect(try played { try closing(&$0) }, "T15 notClosed")
        let abort = try AbortMessage(reason: AbortReason(.failure, "failed")).encoded()
        expect(
            try played(finishes: false) { forge in
                try closing(&forge)
                try forge.send(\.b, .abort, abort)
            }, "NOT CLOSED", warns: .t15, "outcomeMissing")
    }

    /// A peer's last word cannot spoil what it signed before, whatever it is.
    @Test func whatNoHeadCoversIsNobodysWord() throws {
        let endings: [(inout Forge) throws -> Void] = [
            { try $0.send(\.b, Answer.type, [1, 2, 3], round: 9) },
            { try $0.send(\.b, MessageType(rawValue: 0x01ff), [1]) },
            { try $0.send(\.b, MessageType(rawValue: 0x00ff), [1]) },
            { try $0.send(\.b, .checkpoint, [1], round: 2) },
            { try $0.send(\.b, .checkpoint, try CheckpointMessage(note: "").encoded(), round: 2) },
            { try $0.send(\.b, .closing, [], round: 2) },
            { try $0.send(\.b, .closing, try ClosingMessage(note: $0.b.lastNote).encoded(), round: 2) },
            { try $0.send(\.b, .cosignature, [1], round: 2) },
            { try $0.send(\.b, .commitments, [1]) },
        ]
        for (number, ending) in endings.enumerated() {
            let found = try played(finishes: false) { try ending(&$0) }
            #expect(outcomeName(found.report) == "NOT CLOSED", "\(number): \(found.report.text)")
            #expect(found.report.summary?.signed["lab"] == 9)
            #expect(found.report.findings.allSatisfy { $0.status != .failed })
            if let second = found.second { #expect(second == "NOT CLOSED", "\(number)") }
        }
        // Signed all the same, it is the lab's word and its fault.
        let signed = try played { forge in
            try forge.send(\.b, .checkpoint, [1], round: 2)
            try forge.close(3)
        }
        expect(signed, "T06 checkpointInvalid")
    }

    /// Who closed has said all: a record behind its closing is somebody's invention, and would end the checks of what is before it.
    @Test func nothingComesAfterAClosing() throws {
        for sender in [\Forge.a, \Forge.b] {
            for (type, payload) in [(Answer.type, [1, 2, 3] as [UInt8]), (.commitments, [1])] {
                let found = try played { forge in
                    try forge.close(2)
                    try forge.send(sender, type, payload, round: 9)
                }
                expect(found, "T09 outOfOrder")
            }
        }
    }

    /// Each names what is wrong with the note.
    @Test func aClosingIsMadeForItsPlace() throws {
        expect(try played { try $0.close(2, note: $0.b.lastNote) }, "T06 closingInvalid")
        expect(try played { try $0.close(2, note: "") }, "T06 closingInvalid")
        func closed(_ text: @escaping (Forge) -> String) throws -> (report: VerificationReport, second: String?) {
            try played { forge in
                var note = try SignedNote(text: text(forge))
                try note.sign(as: "lab/log", with: forge.b.log)
                try forge.close(2, note: note.encoded)
            }
        }
        func text(_ forge: Forge, session: Bytes32? = nil, from: String = "lab", to: String = "hospital") -> String {
            // A's closing comes first.
            ClosingNote(
                origin: Checkpoint.origin(session: session ?? forge.session, from: from, to: to),
                head: forge.b.tree.head, received: forge.a.tree.head
            ).text
        }
        expect(try closed { text($0, session: .zero) }, "T06 closingInvalid")
        expect(try closed { text($0, from: "hospital", to: "lab") }, "T06 closingInvalid")
        // What it says was received is not what its record had seen.
        expect(try closed { text($0) }, "T06 closingInvalid")
        // Signed as it should be; the same about another log, of another place, of what was not received.
        func signed(
            _ head: @escaping (Forge) -> TreeHead = { $0.b.tree.head }, received: TreeHead? = nil
        ) throws -> (report: VerificationReport, second: String?) {
            try played { forge in
                let own = try forge.closingNote(of: \.a).encoded
                try forge.send(\.a, .closing, try ClosingMessage(note: own).encoded(), round: 2)
                let origin = Checkpoint.origin(session: forge.session, from: "lab", to: "hospital")
                let text = ClosingNote(
                    origin: origin, head: head(forge), received: received ?? forge.a.tree.head
                ).text
                var note = try SignedNote(text: text)
                try note.sign(as: "lab/log", with: forge.b.log)
                try forge.send(\.b, .closing, try ClosingMessage(note: note.encoded).encoded(), round: 2)
            }
        }
        expect(try signed(), "VALID", warns: .t32, "receiptMissing")
        expect(try signed { TreeHead(size: $0.b.tree.size, root: .zero) }, "T06 rootMismatch")
        expect(try signed { TreeHead(size: 4, root: $0.b.tree.root(at: 4) ?? .zero) }, "T06 closingInvalid")
        expect(try signed(received: .empty), "T06 closingInvalid")
    }

    /// The peer closes before it has received the last words of the keeper.
    @Test func aClosingThatComesTooEarly() throws {
        // The toy's plan has no message after the last checkpoint.
        let found = try played(options: .withoutPlan) { forge in
            let head = forge.a.tree.head
            try forge.send(\.a, Number.type, try Number(9).encoded(), round: 2)
            forge.alter = { _, draft in if draft.from == "lab", draft.type == .closing { draft.seen = head } }
            var note = try SignedNote(
                text: ClosingNote(
                    origin: Checkpoint.origin(session: forge.session, from: "lab", to: "hospital"),
                    head: forge.b.tree.head, received: head
                ).text)
            try note.sign(as: "lab/log", with: forge.b.log)
            try forge.close(2, note: note.encoded)
        }
        #expect(outcomeName(found.report) == "T16 closingTooEarly")
        // The other verifier knows what may follow the last checkpoint.
        if let second = found.second { #expect(second == "T09 outOfOrder") }
    }
}
