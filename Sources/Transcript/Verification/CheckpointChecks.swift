import Wire

/// T06, T07, T16, T32: signed and countersigned heads.
extension VerificationRun {
    mutating func checkCheckpoints(_ pass: LogPass, _ parties: PartiesFile) {
        for check in [Check.t06, .t07, .t16, .t32] { findings.made(check) }
        checkEquivocations(pass, parties)
        for sender in [parties.local, parties.peer] {
            let witness = parties.other(than: sender.name)
            let signed = checkMessages(pass, sender, witness)
            checkFile(sender, witness, among: signed, hasCheckpoints: !(pass.checkpoints[sender.name] ?? []).isEmpty)
            checkTail(pass, sender, witness)
        }
        if pass.isTorn {
            if outcome == nil {
                findings.warn(.t01, "tornLog", "A log ends within a record: a process was stopped while it wrote.")
            } else {
                findings.fail(.t01, "tornLog", "A log ends within a record, although the job came to an end.")
            }
        }
        summary?.checkpoints = cosigned.mapValues { $0.map(\.size) }
    }

    // MARK: Equivocations

    /// Notes that claim that a party signed two logs: they accuse somebody, so they must show it.
    private mutating func checkEquivocations(_ pass: LogPass, _ parties: PartiesFile) {
        let folder = TranscriptLayout.equivocations
        guard layout.exists(folder) else { return }
        let names = fileNames.filter { $0.hasPrefix("\(folder)/") }
        var shown: [String] = []
        for number in 1...max(1, names.count / 2) {
            let pair = (1...2).compactMap { part -> String? in
                let name = "\(folder)/\(number)-\(part).txt"
                guard names.contains(name), let bytes = try? layout.read(name, limit: SignedNote.maximumLength) else {
                    return nil
                }
                return String(validating: bytes, as: UTF8.self)
            }
            if pair.count == 2, let party = equivocator(in: pair[0], and: pair[1], pass, parties) {
                shown.append(party)
            }
        }
        guard let party = shown.first, shown.count * 2 == names.count else {
            findings.fail(
                .t01, "equivocationInvalid", "The notes in \(folder)/ do not show that a party signed two logs.")
            return
        }
        equivocator = party
        findings.fail(.t16, "equivocation", "\(party) signed something else than it sent; both heads are kept.")
    }

    /// The party that signed `text`, which is not the log that this copy has: either it signed `other` as well, another
    /// root of the same size, or `other` is the head of this log where the message with `text` stands.
    private func equivocator(
        in text: String, and other: String, _ pass: LogPass, _ parties: PartiesFile
    ) -> String? {
        guard let note = try? SignedNote(encoded: text) else { return nil }
        for sender in [parties.local, parties.peer] {
            let receiver = parties.other(than: sender.name)
            guard let head = head(signedIn: note, by: sender, to: receiver) else { continue }
            if let second = try? SignedNote(encoded: other) {
                guard let second = self.head(signedIn: second, by: sender, to: receiver) else { return nil }
                return second.size == head.size && second.root != head.root ? sender.name : nil
            }
            let held = (pass.checkpoints[sender.name] ?? []).first { $0.body.note == text }
            guard let held, let checkpoint = try? Checkpoint(text: other),
                checkpoint.origin == Checkpoint.origin(session: parties.session, from: sender.name, to: receiver.name),
                checkpoint.head.size == held.record.sequence, checkpoint.head != head,
                trees[sender.name]?.root(at: checkpoint.head.size) == checkpoint.head.root
            else { return nil }
            return sender.name
        }
        return nil
    }

    // MARK: Heads

    /// The checkpoints inside the log; returns the texts of those that were countersigned.
    private mutating func checkMessages(
        _ pass: LogPass, _ sender: PartyDescription, _ witness: PartyDescription
    ) -> Set<String> {
        var texts: Set<String> = []
        let answers = pass.cosignatures[witness.name] ?? []
        for (number, message) in (pass.checkpoints[sender.name] ?? []).enumerated() {
            let reference = Reference(from: sender.name, to: witness.name, sequence: message.record.sequence)
            guard var note = try? SignedNote(encoded: message.body.note),
                let head = head(signedIn: note, by: sender, to: witness)
            else {
                findings.fail(.t06, "checkpointInvalid", "A checkpoint is not signed by its sender.", at: reference)
                continue
            }
            guard head.size == message.record.sequence, trees[sender.name]?.root(at: head.size) == head.root else {
                findings.fail(.t06, "rootMismatch", "A signed head is not the head of this log.", at: reference)
                continue
            }
            guard number < answers.count else { continue }
            let answer = answers[number]
            note.add(SignedNote.Signature(keyName: answer.body.keyName, bytes: answer.body.bytes))
            guard note.signatures.count == 2, isCosigned(note, by: witness) else {
                findings.fail(
                    .t07, "countersignatureInvalid", "A countersignature is not the receiver's.",
                    at: Reference(from: witness.name, to: sender.name, sequence: answer.record.sequence))
                continue
            }
            guard answer.record.round == message.record.round else {
                findings.fail(
                    .t16, "checkpointsOutOfStep", "Checkpoints and countersignatures do not go in step.",
                    at: reference)
                continue
            }
            cosigned[sender.name, default: []].append(head)
            texts.insert(note.encoded)
        }
        return texts
    }

    /// The checkpoint file: the last countersigned one, or the one before if the process was stopped between.
    private mutating func checkFile(
        _ sender: PartyDescription, _ witness: PartyDescription, among signed: Set<String>, hasCheckpoints: Bool
    ) {
        let name = TranscriptLayout.checkpoint(from: sender.name, to: witness.name)
        let reference = Reference(from: sender.name, to: witness.name, sequence: trees[sender.name]?.size ?? 0)
        guard layout.exists(name) else {
            if signed.isEmpty {
                isIncomplete = true
                findings.warn(.t07, "countersignatureMissing", "No checkpoint of a log was countersigned.")
            } else {
                findings.fail(.t01, "fileMissing", "\(name) is missing.")
            }
            return
        }
        guard let bytes = try? layout.read(name, limit: SignedNote.maximumLength),
            let text = String(validating: bytes, as: UTF8.self), let note = try? SignedNote(encoded: text),
            let head = head(signedIn: note, by: sender, to: witness)
        else {
            findings.fail(.t06, "checkpointInvalid", "\(name) is not signed by the sender of that log.")
            return
        }
        guard trees[sender.name]?.root(at: head.size) == head.root else {
            findings.fail(
                .t06, "rootMismatch", "The head signed in \(name) is not the head of this log.", at: reference)
            return
        }
        guard isCosigned(note, by: witness) else {
            findings.fail(.t07, "countersignatureMissing", "\(name) is not countersigned by the receiver of that log.")
            return
        }
        guard signed.contains(text) else {
            findings.fail(.t16, "checkpointUnknown", "The head in \(name) was never exchanged in this session.")
            return
        }
    }

    private func head(
        signedIn note: SignedNote, by sender: PartyDescription, to witness: PartyDescription
    ) -> TreeHead? {
        guard let parties, let checkpoint = try? Checkpoint(text: note.text),
            checkpoint.origin == Checkpoint.origin(session: parties.session, from: sender.name, to: witness.name),
            note.isSigned(as: Checkpoint.logKeyName(sender.name), by: sender.logKey)
        else { return nil }
        return checkpoint.head
    }

    private func isCosigned(_ note: SignedNote, by witness: PartyDescription) -> Bool {
        note.cosignatureTime(as: Checkpoint.witnessKeyName(witness.name), by: witness.witnessKey) != nil
    }

    /// What follows the last countersigned head, beside the checkpoint's own messages and the farewell.
    private mutating func checkTail(_ pass: LogPass, _ sender: PartyDescription, _ witness: PartyDescription) {
        let size = trees[sender.name]?.size ?? 0
        let covered = cosigned[sender.name]?.last?.size ?? 0
        // The checkpoint's message, the countersignature of the other's, the closing.
        if size > covered + 3 {
            if outcome == nil { isIncomplete = true }
            findings.warn(
                .t32, "disputedTail",
                "The last \(size - covered) records from \(sender.name) to \(witness.name) are not countersigned.")
        }
        if (pass.checkpoints[sender.name] ?? []).count > (pass.cosignatures[witness.name] ?? []).count {
            isIncomplete = true
            findings.warn(.t07, "countersignatureMissing", "The last checkpoint was not countersigned.")
        }
    }
}
