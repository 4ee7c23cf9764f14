import Wire

/// X01, X02: two parties' copies of one session beside each other.
enum CopyComparison {
    /// Adds what it finds to `run`'s findings.
    static func compare(_ run: inout VerificationRun, _ other: VerificationRun) {
        guard let mine = run.parties, !run.findings.hasFailure else {
            run.findings.skipped(.x01, "Not evaluated: this copy alone does not hold.")
            run.findings.skipped(.x02, "Not evaluated: this copy alone does not hold.")
            return
        }
        run.findings.made(.x01)
        guard let theirs = other.parties else {
            run.findings.fail(.x01, "peerCopyUnreadable", "The other copy cannot be read.")
            return
        }
        guard mine.session == theirs.session, mine.keeper != theirs.keeper,
            Set(mine.parties) == Set(theirs.parties)
        else {
            run.findings.fail(.x01, "differentSessions", "The other copy is not the peer's copy of this session.")
            return
        }
        if let (sender, size) = twoSignedHeads(run, other, mine) {
            run.findings.fail(.x01, "equivocation", "\(sender) signed two different logs of \(size) records.")
            return
        }
        if let (sender, accused) = other.equivocation {
            // Who countersigned that very head in this copy had the log that it belongs to, and has it no more.
            if let accused, run.cosigned[sender]?.contains(accused) ?? false {
                run.findings.fail(
                    .x01, "peerCopyInvalid",
                    "The other copy accuses \(sender) by a head that its own keeper countersigned here.")
            } else {
                run.findings.fail(
                    .x01, "equivocation",
                    "\(sender) signed something else than it sent; the other copy has both heads.")
            }
            return
        }
        if let failure = other.findings.findings(Verifier.ownChecks).first(where: { $0.status == .failed }) {
            run.findings.fail(
                .x01, "peerCopyInvalid",
                "The other copy does not hold: [\(failure.check.rawValue)] \(failure.error ?? "failed").")
            return
        }
        // Whatever an outcome counts is the session's, the same for both parties.
        if let one = run.outcome?.counts, let two = other.outcome?.counts, one != two {
            let error = run.showsCounts ? "peerCopyInvalid" : "outcomesDiffer"
            run.findings.fail(.x01, error, "The other copy's outcome names other counts than this one's.")
            return
        }
        for sender in mine.parties.map(\.name) {
            for head in (run.cosigned[sender] ?? []) + (other.cosigned[sender] ?? []) {
                let roots = [run, other].compactMap { $0.trees[sender]?.root(at: head.size) }
                if roots.contains(where: { $0 != head.root }) {
                    run.findings.fail(
                        .x01, "equivocation", "\(sender) signed two different logs of \(head.size) records.")
                    return
                }
            }
        }
        run.findings.made(.x02)
        compareRecords(&run, other, mine)
    }

    /// Each copy's head signed and countersigned, of the same size, and yet two: whatever else is wrong with a copy,
    /// nobody but the sender can have made both.
    private static func twoSignedHeads(
        _ run: VerificationRun, _ other: VerificationRun, _ mine: PartiesFile
    ) -> (sender: String, size: UInt64)? {
        for sender in mine.parties.map(\.name) {
            for head in run.cosigned[sender] ?? [] {
                let roots = (other.cosigned[sender] ?? []).filter { $0.size == head.size }.map(\.root)
                if roots.contains(where: { $0 != head.root }) { return (sender, head.size) }
            }
        }
        return nil
    }

    private static func compareRecords(
        _ run: inout VerificationRun, _ other: VerificationRun, _ mine: PartiesFile
    ) {
        for sender in mine.parties.map(\.name) {
            let one = run.trees[sender]?.leaves ?? []
            let two = other.trees[sender]?.leaves ?? []
            if let index = zip(one, two).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset {
                run.findings.fail(
                    .x02, "copiesDiffer", "What \(sender) sent is not what was received.",
                    at: VerificationReport.RecordReference(
                        from: sender, to: mine.other(than: sender).name, sequence: UInt64(index)))
                return
            }
            if one.count != two.count {
                run.findings.warn(.x02, "copiesOfDifferentLength", "One copy of \(sender)'s log goes on further.")
            }
        }
    }
}
