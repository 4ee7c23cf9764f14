import Wire

/// T06, T07, T16, T32: signed and countersigned heads.
extension VerificationRun {
    mutating func checkCheckpoints(_ pass: LogPass, _ parties: PartiesFile) {
        for check in [Check.t06, .t07, .t16, .t32] { findings.made(check) }
        checkEquivocations(pass, parties)
        var cosignedNotes: [String: CosignedNotes] = [:]
        for sender in parties.parties {
            let witness = parties.other(than: sender.name)
            let notes = checkNotes(pass, sender, witness)
            cosignedNotes[sender.name] = notes
            checkFile(sender, witness, among: notes.texts)
        }
        checkClosings(pass, parties)
        for sender in parties.parties {
            checkCoverage(pass, sender, parties.other(than: sender.name), cosignedNotes[sender.name])
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
        var shown: [(party: String, accused: TreeHead?)] = []
        for number in 1...max(1, names.count / 2) {
            let pair = (1...2).compactMap { part -> String? in
                let name = "\(folder)/\(number)-\(part).txt"
                guard names.contains(name), let bytes = try? layout.read(name, limit: SignedNote.maximumLength) else {
                    return nil
                }
                return String(validating: bytes, as: UTF8.self)
            }
            if pair.count == 2, let found = equivocator(in: pair[0], and: pair[1], pass, parties) {
                shown.append(found)
            }
        }
        guard let first = shown.first, shown.count * 2 == names.count else {
            findings.fail(
                .t01, "equivocationInvalid", "The notes in \(folder)/ do not show that a party signed two logs.")
            return
        }
        equivocation = first
        findings.fail(
            .t16, "equivocation", "\(first.party) signed something else than it sent; both heads are kept.")
    }

    /// The party that signed `text`, which is not the log that this copy has: either it signed `other` as well, another
    /// root of the same size, or `other` is the head of this log where the message with `text` stands.
    private func equivocator(
        in text: String, and other: String, _ pass: LogPass, _ parties: PartiesFile
    ) -> (party: String, accused: TreeHead?)? {
        guard let note = try? SignedNote(encoded: text) else { return nil }
        for sender in parties.parties {
            let receiver = parties.other(than: sender.name)
            guard let head = head(signedIn: note, by: sender, to: receiver) else { continue }
            if let second = try? SignedNote(encoded: other) {
                guard let second = self.head(signedIn: second, by: sender, to: receiver) else { return nil }
                return second.size == head.size && second.root != head.root ? (sender.name, nil) : nil
            }
            let held = (pass.notes[sender.name] ?? []).first { $0.body == text }
            guard let held, let checkpoint = try? Checkpoint(text: other),
                checkpoint.origin == Checkpoint.origin(session: parties.session, from: sender.name, to: receiver.name),
                checkpoint.head.size == held.record.sequence, checkpoint.head != head,
                trees[sender.name]?.root(at: head.size) != head.root,
                trees[sender.name]?.root(at: checkpoint.head.size) == checkpoint.head.root
            else { return nil }
            return (sender.name, head)
        }
        return nil
    }

    // MARK: Heads

    /// What the other party countersigned of one sender's notes.
    struct CosignedNotes {
        /// Notes with both signatures.
        var texts: Set<String> = []
        /// The last checkpoint's head, countersigned or not.
        var lastCheckpoint: TreeHead?
        var receipt = Receipt.missing
    }

    /// The cosignature of a closing.
    enum Receipt { case valid, invalid, missing }

    /// The notes inside one log, with the countersignatures in the other.
    private mutating func checkNotes(
        _ pass: LogPass, _ sender: PartyDescription, _ witness: PartyDescription
    ) -> CosignedNotes {
        var found = CosignedNotes()
        guard let parties else { return found }
        // By round, each round's in their order: a hostile log may have any number of both.
        var answers = Dictionary(grouping: (pass.cosignatures[witness.name] ?? []).reversed(), by: \.record.round)
        for message in pass.notes[sender.name] ?? [] {
            let record = message.record
            let reference = Reference(from: sender.name, to: witness.name, sequence: record.sequence)
            let isClosing = record.type == .closing
            let fault = isClosing ? CheckpointFault.closingInvalid : .checkpointInvalid
            let answer = answers[record.round]?.popLast()
            guard
                let signed = message.body.flatMap({
                    SignedHead($0, in: record, by: sender, to: witness, parties.session)
                })
            else {
                let sentence = "A \(isClosing ? "closing" : "checkpoint") does not carry its sender's signed head."
                judge(.t06, fault.rawValue, sentence, record, from: sender.name, to: witness.name)
                continue
            }
            guard trees[sender.name]?.root(at: signed.head.size) == signed.head.root else {
                findings.fail(.t06, "rootMismatch", "A signed head is not the head of this log.", at: reference)
                continue
            }
            guard signed.head.size == record.sequence else {
                // Anybody who has a genuine note can repeat it.
                judge(
                    .t06, fault.rawValue, "A signed head is of another place of this log.", record, from: sender.name,
                    to: witness.name)
                continue
            }
            if !isClosing { found.lastCheckpoint = signed.head }
            guard let answer else { continue }
            var note = signed.note
            note.add(SignedNote.Signature(keyName: answer.body.keyName, bytes: answer.body.bytes))
            guard note.signatures.count == 2, isCosigned(note, by: witness) else {
                if isClosing {
                    found.receipt = .invalid
                } else {
                    judge(
                        .t07, CheckpointFault.countersignatureInvalid.rawValue,
                        "A countersignature is not the receiver's.", answer.record,
                        from: witness.name, to: sender.name)
                }
                continue
            }
            if isClosing { found.receipt = .valid }
            cosigned[sender.name, default: []].append(signed.head)
            found.texts.insert(note.encoded)
        }
        let rest = answers.values.flatMap(\.self).sorted { $0.record.sequence < $1.record.sequence }
        for answer in rest where isSigned(answer.record, by: witness.name) {
            findings.fail(
                .t16, "checkpointsOutOfStep", "Checkpoints and countersignatures do not go in step.",
                at: Reference(from: witness.name, to: sender.name, sequence: answer.record.sequence))
        }
        return found
    }

    private func isSigned(_ record: Record, by sender: String) -> Bool {
        record.sequence < heads?.covered[sender] ?? 0
    }

    /// A failure where the sender signed that it said so, or the keeper that all ended well; else nobody's word.
    private mutating func judge(
        _ check: Check, _ name: String, _ sentence: String, _ record: Record, from sender: String, to receiver: String
    ) {
        guard isSigned(record, by: sender) || outcome != nil else {
            findings.warn(check, name, "\(sentence) No head that \(sender) signed covers it: it counts for nothing.")
            return
        }
        findings.fail(check, name, sentence, at: Reference(from: sender, to: receiver, sequence: record.sequence))
    }

    /// The checkpoint file: the last countersigned one, or the one before if the process was stopped between.
    private mutating func checkFile(_ sender: PartyDescription, _ witness: PartyDescription, among signed: Set<String>)
    {
        let name = TranscriptLayout.checkpoint(from: sender.name, to: witness.name)
        let reference = Reference(from: sender.name, to: witness.name, sequence: trees[sender.name]?.size ?? 0)
        guard layout.exists(name) else {
            if !signed.isEmpty { findings.fail(.t01, "fileMissing", "\(name) is missing.") }
            return
        }
        guard let bytes = try? layout.read(name, limit: SignedNote.maximumLength),
            let text = String(validating: bytes, as: UTF8.self), let note = try? SignedNote(encoded: text),
            let head = head(signedIn: note, by: sender, to: witness)
        else {
            findings.fail(
                .t06, CheckpointFault.checkpointInvalid.rawValue, "\(name) is not signed by the sender of that log.")
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
        guard let parties, let checkpoint = try? Checkpoint(ofEither: note.text),
            checkpoint.origin == Checkpoint.origin(session: parties.session, from: sender.name, to: witness.name),
            note.isSigned(as: Checkpoint.logKeyName(sender.name), by: sender.logKey)
        else { return nil }
        return checkpoint.head
    }

    private func isCosigned(_ note: SignedNote, by witness: PartyDescription) -> Bool {
        note.cosignatureTime(as: Checkpoint.witnessKeyName(witness.name), by: witness.witnessKey) != nil
    }

    // MARK: How far the signatures reach

    /// Whoever closes says that it has received all that the other sent before its own closing.
    private mutating func checkClosings(_ pass: LogPass, _ parties: PartiesFile) {
        guard let heads, heads.closed.count == 2 else { return }
        for sender in parties.parties.map(\.name) {
            let other = parties.other(than: sender).name
            guard let closing = pass.notes[sender]?.first(where: { $0.record.type == .closing })?.record,
                closing.seen.size < heads.covered[other] ?? 0
            else { continue }
            findings.fail(
                .t16, "closingTooEarly", "\(sender) closed before it had received all that \(other) sent.",
                at: Reference(from: sender, to: other, sequence: closing.sequence))
        }
    }

    private mutating func checkCoverage(
        _ pass: LogPass, _ sender: PartyDescription, _ witness: PartyDescription, _ notes: CosignedNotes?
    ) {
        let size = trees[sender.name]?.size ?? 0
        let signed = heads?.covered[sender.name] ?? 0
        let direction = "\(sender.name) to \(witness.name)"
        let isClosed = heads?.closed.contains(sender.name) == true
        if !isClosed {
            reasons.append("\(direction): not signed by its sender from record \(signed) on")
            findings.warn(
                .t06, "notSigned",
                "\(sender.name) signed the first \(signed) of \(size) records: what follows does not count as its word.",
                isAdded: true)
        }
        let covered = cosigned[sender.name]?.last?.size ?? 0
        if notes?.lastCheckpoint.map({ $0.size > covered }) ?? true {
            reasons.append("\(direction): not countersigned from record \(covered) on")
            findings.warn(
                .t07, "countersignatureMissing",
                "\(witness.name) countersigned the first \(covered) of \(size) records from \(sender.name).",
                isAdded: true)
        } else if isClosed, let notes, notes.receipt != .valid {
            findings.warn(
                .t32, notes.receipt == .missing ? "receiptMissing" : "receiptInvalid",
                "\(witness.name) did not countersign \(sender.name)'s closing, but the first \(covered) of \(size) records.",
                isAdded: true)
        }
        // The checkpoint's message and the countersignature of the other's are no more than that.
        if !isClosed, size > covered + 2 {
            findings.warn(
                .t32, "disputedTail", "The last \(size - covered) records of \(direction) are not countersigned.",
                isAdded: true)
        }
    }
}
