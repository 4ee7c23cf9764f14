import Foundation
import Jobs
import ProtocolKit
import Wire

/// One verification: the files beside the logs first, then both logs in one pass, then what needs the whole.
struct VerificationRun {
    typealias Reference = VerificationReport.RecordReference

    let layout: TranscriptLayout
    let options: Verifier.Options
    var findings = FindingList()
    var parties: PartiesFile?
    var job: Job?
    /// H(job.bin), and what the session under that job was for.
    var agreed: (job: Bytes32, protocol: any SessionProtocol)?
    var outcome: Outcome?
    var summary: TranscriptSummary?
    /// Trees of both logs, by sender.
    var trees: [String: MerkleTree] = [:]
    /// What the pass over the logs learned.
    var pass: LogPass?
    /// Cosigned heads, by sender.
    var cosigned: [String: [TreeHead]] = [:]
    /// How far each sender's own signatures reach.
    var heads: SignedHeads?
    /// What keeps a transcript in which nothing failed from being VALID.
    var reasons: [String] = []
    /// Files in the folder, beside `private/`.
    var fileNames: Set<String> = []
    /// A party that signed two logs; with the head that it signed where the other one is that of this copy's log, which its keeper says
    /// that it sent.
    var equivocation: (party: String, accused: TreeHead?)?

    init(layout: TranscriptLayout, options: Verifier.Options) {
        self.layout = layout
        self.options = options
    }

    mutating func run() {
        guard readFolder(), let parties else { return }
        checkJob(parties)
        let heads = SignedHeads(layout, parties)
        self.heads = heads
        var pass = LogPass(parties: parties, heads: heads, job: job, session: agreed?.protocol, options: options)
        pass.run(layout, &findings)
        trees = pass.trees
        summary = summarised(pass, parties)
        self.pass = pass
        // Whatever needs a whole log would only repeat that it is not whole.
        guard !findings.hasFailed(.t01), !findings.hasFailed(.t05) else { return }
        checkApprovals(pass, parties)
        checkIdentities(pass, parties)
        checkCheckpoints(pass, parties)
        checkOutcome(pass, parties)
        checkFiles()
        checkSecondSignature()
        checkTimestamps()
        checkBuild()
        pass.finish(outcome: outcome, &findings)
        checkGuards()
        explainAbsences()
    }

    func report(checks: [Check]) -> VerificationReport {
        let verdict: VerificationReport.Verdict =
            if findings.hasFailure {
                .invalid
            } else if !reasons.isEmpty {
                .notClosed
            } else {
                isPruned ? .validPruned : .valid
            }
        return VerificationReport(
            verdict: verdict, reasons: verdict == .notClosed ? reasons : [], findings: findings.findings(checks),
            summary: summary)
    }

    /// Whether the job is split by rows, so that counts are of many sites together.
    var isPooled: Bool { agreed?.protocol.jobKind == .rows }

    /// Whether payloads that decide what a session came to are missing.
    var isPruned: Bool { pass?.payloads.form == .pruned }

    /// Whether every payload was there to be looked at, and an outcome to compare with them.
    var isWhole: Bool { outcome != nil && pass?.payloads.form == .full }

    /// Whether the messages show what the outcome counts.
    var showsCounts: Bool { outcome != nil && (pass?.payloads.form == .full || pass?.payloads.form == .hashes) }

    // MARK: T01

    /// Whether there is enough to go on.
    private mutating func readFolder() -> Bool {
        findings.made(.t01)
        do {
            try checkNames()
            let bytes = try layout.read(TranscriptLayout.parties, limit: PartiesFile.maximumLength)
            guard let parties = try? PartiesFile(encoded: bytes) else {
                throw TranscriptError.notCanonical(file: TranscriptLayout.parties)
            }
            try checkNames(parties)
            self.parties = parties
            if layout.exists(TranscriptLayout.outcome) {
                let bytes = try layout.read(TranscriptLayout.outcome, limit: Outcome.maximumLength)
                outcome = try? Outcome(encoded: bytes)
                if outcome == nil {
                    findings.fail(
                        .t15, "outcomeNotCanonical", "The outcome does not have the one form that a writer gives it.")
                }
            } else {
                reasons.append("no outcome is signed")
                findings.warn(.t15, "outcomeMissing", "The job did not come to an end that was signed.")
            }
            return true
        } catch {
            fail(error)
            return false
        }
    }

    mutating func fail(_ error: any Error) {
        switch error as? TranscriptError {
        case .missingFile(let name): findings.fail(.t01, "fileMissing", "\(name) is missing.")
        case .unreadable(let name): findings.fail(.t01, "fileUnreadable", "\(name) cannot be read.")
        case .notRegular(let name): findings.fail(.t01, "fileNotRegular", "\(name) is not a plain file.")
        case .fileTooLarge(let name): findings.fail(.t01, "fileTooLarge", "\(name) is larger than any writer makes it.")
        case .notCanonical(let name):
            findings.fail(.t01, "fileNotCanonical", "\(name) does not have the one form that a writer gives it.")
        case .alreadyThere(let name): findings.fail(.t01, "fileUnexpected", "\(name) does not belong in a transcript.")
        default: findings.fail(.t01, "folderUnreadable", "The folder cannot be read.")
        }
    }

    /// Nothing may lie in the folder that a transcript does not have, and nothing that only looks like it.
    private mutating func checkNames() throws(TranscriptError) {
        try demandReadable("")
        guard let names = FileManager.default.enumerator(atPath: layout.folder) else {
            throw .missingFile(TranscriptLayout.parties)
        }
        while let name = names.nextObject() as? String {
            guard fileNames.count < 1000, Self.isExpected(name) else { throw .alreadyThere(String(name.prefix(100))) }
            if TranscriptLayout.folders.contains(name) {
                guard try layout.type(of: name) == .typeDirectory else { throw .notRegular(name) }
                if name == TranscriptLayout.privateFolder { names.skipDescendants() } else { try demandReadable(name) }
            } else {
                guard try layout.type(of: name) == .typeRegular else { throw .notRegular(name) }
                try demandReadable(name)
                fileNames.insert(name)
            }
        }
    }

    /// What this user may not read is no fault of the transcript, and must not look like a file that is not there.
    private func demandReadable(_ name: String) throws(TranscriptError) {
        let path = layout.path(name)
        guard !layout.exists(name) || FileManager.default.isReadableFile(atPath: path) else {
            throw .unreadable(name.isEmpty ? "the folder" : name)
        }
    }

    /// Logs, heads and approvals of these two parties and of nobody else.
    private func checkNames(_ parties: PartiesFile) throws(TranscriptError) {
        let known = Set(
            parties.parties.map { TranscriptLayout.approval(of: $0.name) }
                + parties.directions.flatMap { sender, receiver in
                    [
                        TranscriptLayout.log(from: sender.name, to: receiver.name),
                        TranscriptLayout.checkpoint(from: sender.name, to: receiver.name),
                    ]
                })
        let folders = [TranscriptLayout.approvals, TranscriptLayout.logs, TranscriptLayout.checkpoints]
        for name in fileNames.sorted() where !known.contains(name) {
            if folders.contains(where: { name.hasPrefix("\($0)/") }) { throw .alreadyThere(String(name.prefix(100))) }
        }
    }

    static func isExpected(_ name: String) -> Bool {
        let plain =
            TranscriptLayout.folders + [
                TranscriptLayout.job, TranscriptLayout.jobText, TranscriptLayout.parties, TranscriptLayout.outcome,
                TranscriptLayout.build, TranscriptLayout.results, TranscriptLayout.secondSignature,
            ]
        if plain.contains(name) { return true }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return false }
        switch parts[0] {
        case TranscriptLayout.logs: return parts[1].hasSuffix(".log") && isPair(parts[1].dropLast(4))
        case TranscriptLayout.checkpoints: return parts[1].hasSuffix(".txt") && isPair(parts[1].dropLast(4))
        case TranscriptLayout.approvals:
            return parts[1].hasSuffix(".txt") && PartyName.isValid(String(parts[1].dropLast(4)))
        case TranscriptLayout.equivocations: return parts[1].hasSuffix(".txt")
        case TranscriptLayout.timestamps:
            return parts[1].hasSuffix(".tsr") && PartyName.isValid(String(parts[1].dropLast(4)))
        default: return false
        }
    }

    private static func isPair(_ name: Substring) -> Bool {
        let names = name.split(separator: "~", omittingEmptySubsequences: false).map(String.init)
        return names.count == 2 && names.allSatisfy(PartyName.isValid)
    }

    // MARK: T02, T13

    private mutating func checkJob(_ parties: PartiesFile) {
        findings.made(.t02)
        let bytes: [UInt8]
        let text: String
        do {
            bytes = try layout.read(TranscriptLayout.job, limit: 1 << 20)
            text = String(decoding: try layout.read(TranscriptLayout.jobText, limit: 1 << 20), as: UTF8.self)
        } catch {
            fail(error)
            return
        }
        let hash = Bytes32(hashing: bytes)
        guard let session = options.registry.first(named: parties.jobHash, under: hash) else {
            findings.fail(.t02, "jobHashMismatch", "job.bin is not the job that the parties agreed on.")
            return
        }
        agreed = (hash, session)
        if let remark = session.notTheJob { findings.made(.t02, remark: "\(Check.t02.sentence) \(remark)") }
        guard options.jobHash == nil || options.jobHash == hash else {
            findings.fail(.t02, "otherJob", "This is not the job given for comparison.")
            return
        }
        guard options.purpose == nil || options.purpose == session.purpose else {
            findings.fail(.t02, "otherPurpose", "This session was \(session.phrase), and another kind was asked for.")
            return
        }
        guard let job = try? Job(canonical: bytes) else {
            findings.fail(.t02, "jobNotCanonical", "job.bin is not the encoding of a job.")
            return
        }
        guard let written = try? Job(yaml: text), written.canonical == bytes else {
            findings.fail(.t02, "jobTextMismatch", "job.yaml does not say what job.bin says.")
            return
        }
        guard job.kind == session.jobKind else {
            findings.fail(.t02, "otherPurpose", "The job has no session of this kind: its parties or tables differ.")
            return
        }
        self.job = job
        guard parties.parties.allSatisfy({ job.party(named: $0.name) != nil }) else {
            findings.fail(.t04, "partyNotInJob", "A party of this session is not one of the job's.")
            return
        }
        // A site's policy is about what that site does, whoever kept the folder.
        let site = options.site ?? parties.keeper.name
        if let policy = options.policy, job.party(named: site) != nil {
            findings.made(.t13)
            if let refusal = policy.refusals(of: job, as: site).first {
                findings.fail(.t13, "refusedByPolicy", "The policy given refuses this job: \(refusal.rule).")
            }
        }
    }

    // MARK: What could not be checked

    private mutating func explainAbsences() {
        if let remark = agreed?.protocol.notTheJob {
            findings.skipped(.t28, "Not evaluated: guards are about a fit. \(remark)")
        } else if agreed.map({ $0.protocol.jobKind != .pair }) ?? false {
            findings.skipped(.t28, "Not evaluated: each party's guards are about its own rows.")
        }
        findings.skipped(.t09, "Not evaluated: the job, or what the session was for, could not be read.")
        findings.skipped(.t14, "Not evaluated: the job, or what the session was for, could not be read.")
        findings.skipped(.t13, "Not evaluated: no policy was given of a site that is a party of the job.")
        findings.skipped(
            .t22,
            "Not evaluated: an opening that anyone could check would show the owner's shares. Replay (R02) makes this check."
        )
        let reason =
            if isPruned {
                "the payloads were pruned"
            } else if pass?.isInspected == true {
                "no message of this session is of the kind that it is about"
            } else {
                "nothing looks at the payloads of such a session"
            }
        for check in [Check.t11, .t12, .t19, .t20, .t21, .t23, .t24, .t26] {
            findings.skipped(check, "Not evaluated: \(reason).")
        }
        findings.skipped(.t28, "Not evaluated: the outcome does not say what the guards need.")
        findings.skipped(.t29, "Not evaluated: no timestamp is attached.")
        findings.skipped(.t30, "Not evaluated: no build is recorded.")
    }
}
