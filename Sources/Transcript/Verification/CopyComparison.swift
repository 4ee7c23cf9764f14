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
        guard mine.session == theirs.session, mine.local == theirs.peer, mine.peer == theirs.local else {
            run.findings.fail(.x01, "differentSessions", "The other copy is not the peer's copy of this session.")
            return
        }
        if let failure = other.findings.findings(Verifier.ownChecks).first(where: { $0.status == .failed }),
            failure.check != .t16
        {
            run.findings.fail(
                .x01, "peerCopyInvalid",
                "The other copy does not hold: [\(failure.check.rawValue)] \(failure.error ?? "failed").")
            return
        }
        for sender in [mine.local.name, mine.peer.name] {
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
        for sender in [mine.local.name, mine.peer.name] {
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
