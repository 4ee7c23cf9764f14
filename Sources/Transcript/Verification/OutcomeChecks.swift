import Jobs
import ProtocolKit
import Wire

/// T15, T28, T33: how it ended.
extension VerificationRun {
    mutating func checkOutcome(_ pass: LogPass, _ parties: PartiesFile) {
        for (party, abort) in pass.aborts.sorted(by: { $0.key < $1.key }) {
            let standing = heads?.standing(of: abort.record, from: party, at: abort.record.sequence)
            // Nothing that comes after a signed closing can take it back.
            if standing != .afterword { reasons.append("\(party) ended the session") }
            let words = standing == .signed ? "" : " No head that it signed covers this."
            findings.warn(.t15, "aborted", "\(party) ended the session: \(abort.body.name).\(words)")
        }
        guard let outcome else { return }
        findings.made(.t15)
        guard let statement = try? outcome.statement,
            parties.keeper.logKey.isValid(signature: outcome.signature, of: statement)
        else {
            findings.fail(.t15, "outcomeInvalid", "The outcome is not signed by the party that kept this transcript.")
            return
        }
        guard outcome.session == parties.session, outcome.party == parties.keeper.name else {
            findings.fail(.t15, "outcomeOfOtherSession", "The outcome is of another session.")
            return
        }
        guard outcome.sent == trees[parties.keeper.name]?.head,
            outcome.received == trees[parties.other(than: parties.keeper.name).name]?.head
        else {
            findings.fail(.t15, "logEndMismatch", "The logs do not end where the outcome says that they ended.")
            return
        }
        guard heads?.closed.count == 2 else {
            findings.fail(.t15, "notClosed", "There is an outcome, but the session was not closed by both.")
            return
        }
        if let (name, count) = outcome.impossibleCount(isPooled: isPooled) {
            findings.fail(.t15, "countMismatch", "No job comes to \(name) \(count).")
        }
        guard let session = agreed?.protocol, options.parts.contains(.counts) else { return }
        // More than a session comes to would be nobody's to check.
        if let name = session.counts.subtracting(outcome.counts.keys).min() {
            findings.fail(.t15, "countMismatch", "The outcome does not name \(name).")
        } else if let name = Set(outcome.counts.keys).subtracting(session.counts).min() {
            findings.fail(.t15, "countMismatch", "The outcome names \(name), which no such session counts.")
        }
        if !session.hasMetrics, let name = outcome.metrics.keys.min() {
            findings.fail(.t15, "countMismatch", "The outcome names \(name), a metric, which no such session has.")
        }
    }

    mutating func checkFiles() {
        guard let outcome else { return }
        findings.made(.t33)
        for file in outcome.files {
            guard Self.isExpected(file.name), let bytes = try? layout.read(file.name, limit: 1 << 24) else {
                findings.fail(.t33, "fileMissing", "\(file.name.prefix(100)) is missing.")
                return
            }
            guard Bytes32(hashing: bytes) == file.hash else {
                findings.fail(.t33, "fileChanged", "\(file.name) is not the file that the outcome signs.")
                return
            }
        }
        let signed = Set(outcome.files.map(\.name))
        // The outcome names the ends of the logs; what comes after it is signed by others or by a key of its own.
        let elsewhere = ["\(TranscriptLayout.logs)/", "\(TranscriptLayout.timestamps)/"]
        let others = fileNames.subtracting(signed).filter { name in
            name != TranscriptLayout.outcome && name != TranscriptLayout.secondSignature
                && !elsewhere.contains(where: name.hasPrefix)
        }
        if let name = others.min() {
            findings.fail(.t33, "fileUnsigned", "The outcome does not sign \(name.prefix(100)).")
        }
    }

    /// From the outcome's figures, and so only if everything else holds.
    mutating func checkGuards() {
        guard !findings.hasFailure else {
            findings.skipped(.t28, "Not evaluated: the figures that the guards need are not to be trusted.")
            return
        }
        guard let job, let outcome, let session = agreed?.protocol,
            let facts = session.guardFacts(for: job, counts: outcome.counts)
        else { return }
        let holds =
            switch (session.guards, isPruned) {
            case (.all, true): Self.signersWord
            case (.all, false): Check.t28.sentence
            case (.cohort, true): "\(Self.cohortHolds) \(Self.signersCount)"
            case (.cohort, false): Self.cohortHolds
            }
        findings.made(.t28, remark: holds)
        let broken = Guards.findings(job, facts).first { finding in
            finding.verdict == .refused && (session.guards == .all || finding.name == "limit-cohort")
        }
        if let broken { findings.fail(.t28, broken.name, "\(broken.figures).") }
    }

    private static let cohortHolds = "The cohort is as large as the job asks; the other guards are about a fit."
    private static let signersCount = "Its size is the signer's word: the payloads that would show it were pruned."
    private static let signersWord = """
        The guards hold for the figures that the signer of the outcome names; the payloads that would show them were \
        pruned.
        """

    func summarised(_ pass: LogPass, _ parties: PartiesFile) -> TranscriptSummary {
        var summary = TranscriptSummary(
            session: parties.session.hex, jobHash: (agreed?.job ?? parties.jobHash).hex,
            purpose: agreed?.protocol.purpose, phrase: agreed?.protocol.phrase,
            title: job?.title,
            parties: parties.parties.map { party in
                TranscriptSummary.Party(
                    name: party.name, role: party.role, identity: party.identity.fingerprint.hex,
                    certificate: party.certificateFingerprint.hex)
            })
        summary.traffic = pass.traffic.sorted
        summary.signed = heads?.covered ?? [:]
        summary.recordsSent = trees.mapValues(\.size)
        if pass.payloads.form == .hashes { summary.payloadsByHash = pass.payloads.dropped }
        if pass.payloads.form == .pruned { summary.payloadsPruned = pass.payloads.dropped }
        // Whoever reads a summary reckons with them.
        if let outcome, outcome.impossibleCount(isPooled: isPooled) == nil { summary.counts = outcome.counts }
        summary.metrics = outcome?.metrics ?? [:]
        summary.approvals = parties.parties.compactMap { party in
            pass.approvals[party.name].flatMap { try? Approval(note: $0, signedBy: party.identity) }
        }
        return summary
    }
}
