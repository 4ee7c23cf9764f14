import Foundation
import Jobs
import ProtocolKit
import Site
package import Transcript
import Wire

/// What a verifier found in the sessions of a mesh: one report a session, then what holds of all together.
package struct MeshReport: Encodable, Sendable {
    package struct Pair: Encodable, Sendable {
        package let keeper: String
        package let peer: String
        package let report: VerificationReport
        /// The peer of this session was lost, and the result says so: its session was not closed, and need not be.
        package let isLost: Bool
    }

    package let job: String
    /// Identity of all sessions together; nil where the set-up messages do not make one.
    package let mesh: String?
    package let title: String
    package let sites: [String]
    /// Sites whose folders were given.
    package let keepers: [String]
    package let lost: [String]
    package let pairs: [Pair]
    package let findings: [VerificationReport.Finding]
    package let verdict: VerificationReport.Verdict
    /// For sentences: "pooled fit".
    private let phrase: String

    init(
        job: String, mesh: String?, title: String, sites: [String], keepers: [String], lost: [String], pairs: [Pair],
        findings: [VerificationReport.Finding], verdict: VerificationReport.Verdict, phrase: String
    ) {
        self.job = job
        self.mesh = mesh
        self.title = title
        self.sites = sites
        self.keepers = keepers
        self.lost = lost
        self.pairs = pairs
        self.findings = findings
        self.verdict = verdict
        self.phrase = phrase
    }

    private enum CodingKeys: String, CodingKey { case job, mesh, title, sites, keepers, lost, pairs, findings, verdict }

    /// The same with findings of checks made elsewhere. A failure makes it INVALID.
    package func adding(_ more: [VerificationReport.Finding]) -> MeshReport {
        MeshReport(
            job: job, mesh: mesh, title: title, sites: sites, keepers: keepers, lost: lost, pairs: pairs,
            findings: findings + more,
            verdict: more.contains { $0.status == .failed } ? .invalid : verdict, phrase: phrase)
    }

    /// First what is wrong.
    package var failure: VerificationReport.Finding? {
        pairs.compactMap(\.report.failure).first ?? findings.first { $0.status == .failed }
    }

    /// The verdict, and what the sessions were for where that is no fit: nobody takes one for the other.
    package var verdictLine: String {
        verdict == .invalid || phrase.hasSuffix("fit") ? verdict.rawValue : "\(verdict.rawValue) (\(phrase), no fit)"
    }

    private var subject: String {
        "\(keepers.joined(separator: ", ")): \(phrase) of \(sites.count) parties, job \(job.prefix(16)), is \(verdict.rawValue)"
    }

    /// What it is, whether it holds, what was checked and what was not.
    ///
    /// - Parameter unknown: parties whose identity was to be compared with pinned ones and is not pinned.
    func sentence(unknown: [String]) -> String {
        let failed = failure.map { ": [\($0.check.rawValue)]\($0.error.map { " \($0)" } ?? "")" } ?? ""
        let all = pairs.flatMap(\.report.findings) + findings
        let made = all.count { $0.status != .notEvaluated }
        var parts = [subject + failed, "checked: \(pairs.count) sessions, and all together (\(made) checks)"]
        if !unknown.isEmpty { parts.append(Self.notCompared(unknown)) }
        let rest = Set(all.filter { $0.status == .notEvaluated }.map(\.check))
        parts.append(
            rest.isEmpty
                ? "nothing was left out" : "not checked in every session: \(VerificationReport.ranges(of: Array(rest)))"
        )
        return parts.joined(separator: "; ") + "."
    }

    /// - Parameter unknown: parties whose identity was to be compared with pinned ones and is not pinned.
    package static func notCompared(_ unknown: [String]) -> String {
        "NOT COMPARED with a pinned identity, because the site knows none: \(unknown.joined(separator: ", "))"
    }

    package var text: String {
        var lines = [subject, title]
        for pair in pairs {
            let failed = pair.report.failure.map { ": [\($0.check.rawValue)] \($0.error ?? ""): \($0.sentence)" } ?? ""
            let made = pair.report.findings.count { $0.status == .passed }
            let lost = pair.isLost ? "; the site was lost" : ""
            let open = pair.report.findings.filter { $0.status == .notEvaluated }.map(\.check)
            let left = open.isEmpty ? "" : "; not checked: \(VerificationReport.ranges(of: open))"
            let unseen = pair.report.unseen.map { "; \($0)" } ?? ""
            lines.append(
                "\(pair.keeper) with \(pair.peer): \(pair.report.verdict.rawValue), \(made) checks passed"
                    + "\(lost)\(failed)\(unseen)\(left)")
        }
        for finding in findings {
            let mark =
                switch finding.status {
                case .passed: "ok  "
                case .failed: "FAIL"
                case .warning: "warn"
                case .notEvaluated: "-   "
                }
            let error = finding.error.map { " \($0):" } ?? ""
            lines.append("[\(finding.check.rawValue)] \(mark)\(error) \(finding.sentence)")
        }
        lines += [VerificationReport.nobodyCanCheck, verdict.rawValue]
        return lines.joined(separator: "\n")
    }
}

/// What a verifier checks of a mesh beyond its sessions, by the kind of its job.
protocol MeshFollowing: Sendable {
    /// Identity of the mesh as the set-up messages make it; nil where they contradict each other or a session's own id, or are not all
    /// there.
    func identity(_ copy: MeshCopy) -> Bytes32?
    /// Parties that the result says were lost.
    func lost(_ copy: MeshCopy) -> [String]
    /// What a result says against the job and the sessions: whoever keeps a folder could write anything there.
    func unlike(_ copy: MeshCopy, mesh: Bytes32) -> String?
    /// M05: from one party's logs to its result.
    func outcome(_ copy: MeshCopy) -> VerificationReport.Finding
    /// M05 of several folders: what shows in none of them alone; nil where there is no such thing.
    func together(_ copies: [MeshCopy]) -> VerificationReport.Finding?
}

extension MeshFollowing {
    func together(_ copies: [MeshCopy]) -> VerificationReport.Finding? { nil }
}

/// Verifies one party's folder of a mesh, or those of several parties together. `protocols/transcript.md` 9.4.
package struct MeshVerification {
    private typealias Finding = VerificationReport.Finding

    private let copies: [MeshCopy]
    private let options: Verifier.Options
    private let following: any MeshFollowing

    /// Whether a folder is one of a mesh.
    ///
    /// - Throws: `Failure` 77 where this user may not look.
    package static func isMesh(_ folder: String) throws -> Bool {
        try MeshCopy.demandReadable(folder)
        return MeshCopy.transcripts(of: folder) != nil
    }

    /// - Throws: `Failure` for folders that are not of one job, or of one party twice.
    package init(_ folders: [String], options: Verifier.Options) throws {
        copies = try folders.map { try MeshCopy($0) }
        self.options = options
        guard let first = copies.first, copies.allSatisfy({ $0.jobHash == first.jobHash }) else {
            throw Failure(.badData, "otherJob", "the folders are not of one job")
        }
        guard Set(copies.map(\.keeper)).count == copies.count else {
            throw Failure(.usage, "siteTwice", "two of the folders are of one party")
        }
        following = first.job.isSplitByRows ? PooledFollowing() : JointFollowing()
    }

    package func run() -> MeshReport {
        let job = copies[0].job
        let lost = following.lost(copies[0])
        var pairs: [MeshReport.Pair] = []
        for copy in copies {
            for party in job.others(than: copy.keeper) {
                guard let pair = copy.pairs[party.name] else { continue }
                pairs.append(
                    MeshReport.Pair(
                        keeper: copy.keeper, peer: party.name, report: report(pair, of: copy),
                        isLost: following.lost(copy).contains(party.name)))
            }
        }
        let open = Set(pairs.filter { $0.report.verdict == .notClosed }.map { "\($0.keeper) \($0.peer)" })
        let broken = pairs.filter { $0.report.verdict == .invalid }.map { ($0.keeper, $0.peer) }
        // What all sessions come to together follows from messages.
        let pruned = Set(pairs.filter { $0.report.verdict == .validPruned }.map(\.keeper))
        let whole = copies.filter { !pruned.contains($0.keeper) }
        // Which sessions there are, and under which keys, shows without payloads.
        let lacking = copies.lazy.compactMap(lacking).first
        let together =
            whole.isEmpty
            ? [lacking ?? Self.pruned(.m02, pruned), Self.pruned(.m03, pruned)]
            : [lacking ?? sessions(whole, open), heads(whole, broken)]
        let findings =
            together + [results()].compactMap(\.self) + copies.compactMap(Self.absent)
            + copies.map { pruned.contains($0.keeper) ? Self.pruned(.m05, [$0.keeper]) : following.outcome($0) }
            + (copies.count > 1 ? [following.together(copies)].compactMap(\.self) : [])
        let verdicts = pairs.filter { !$0.isLost || $0.report.verdict == .invalid }.map(\.report.verdict)
        let verdict: VerificationReport.Verdict =
            if verdicts.contains(.invalid) || findings.contains(where: { $0.status == .failed }) {
                .invalid
            } else if verdicts.isEmpty || verdicts.contains(.notClosed) || !lost.isEmpty && !Self.hasSums(findings) {
                // Without the sums nobody vouches for who was lost.
                .notClosed
            } else {
                verdicts.contains(.validPruned) ? .validPruned : .valid
            }
        return MeshReport(
            job: job.hash.hex, mesh: following.identity(copies[0])?.hex, title: job.title,
            sites: job.parties.map(\.name), keepers: copies.map(\.keeper),
            lost: lost,
            pairs: pairs, findings: findings, verdict: verdict,
            phrase: job.isSplitByRows
                ? "pooled fit" : Self.phrases[copies[0].purpose] ?? "alignment")
    }

    private static let phrases: [SessionPurpose: String] = [
        JointFitProtocol().purpose: "fit", JointDescriptionProtocol().purpose: "description",
        JointPredictionProtocol().purpose: "prediction",
    ]

    private static func pruned(_ check: Check, _ keepers: Set<String>) -> Finding {
        Finding(
            check: check, status: .notEvaluated,
            sentence:
                "Not evaluated: the payloads of \(keepers.sorted().joined(separator: ", "))'s transcripts were pruned.")
    }

    /// R04 of files that are gone: who hands a folder over may keep some back.
    private static func absent(_ copy: MeshCopy) -> Finding? {
        let all = copy.pairs.values.flatMap { ResultChecks.missing(transcript: $0.transcript, results: copy.folder) }
        guard !all.isEmpty else { return nil }
        return Finding(
            check: .r04, status: .notEvaluated,
            sentence:
                "Not evaluated for results of \(copy.keeper)'s that are not at hand: \(Set(all).sorted().joined(separator: ", "))."
        )
    }

    private static func hasSums(_ findings: [Finding]) -> Bool {
        findings.contains { $0.check == .m05 && $0.status == .passed }
    }

    /// Against the peer's copy, where that is given too.
    private func report(_ pair: MeshCopy.Pair, of copy: MeshCopy) -> VerificationReport {
        let verifier = Verifier(folder: pair.transcript, options: options)
        let other = copies.first { $0.keeper == pair.peer }?.pairs[copy.keeper]
        let report = other.map { verifier.verify(against: $0.transcript) } ?? verifier.verify()
        guard report.failure == nil else { return report }
        return report.adding([ResultChecks.finding(transcript: pair.transcript, results: copy.folder)])
    }

    /// M02 of what a folder of transcripts shows that were pruned, too; nil where nothing is missing.
    private func lacking(_ copy: MeshCopy) -> Finding? {
        if let party = copy.job.others(than: copy.keeper).first(where: { copy.pairs[$0.name] == nil }) {
            return failed(.m02, "sessionMissing", "\(copy.keeper)'s folder has no session with \(party.name).")
        }
        guard let two = copy.sharingKeys else { return nil }
        return failed(.m02, "keyShared", "\(two.0) and \(two.1) have one key in \(copy.keeper)'s folder.")
    }

    /// M02 of what follows from messages.
    /// - Parameter open: keepers and peers whose session was not closed, as the program of a site leaves it that was killed at the end.
    private func sessions(_ copies: [MeshCopy], _ open: Set<String>) -> Finding {
        var unsaid: [String] = []
        for copy in copies {
            guard let mesh = following.identity(copy) else {
                return failed(
                    .m02, "meshMismatch",
                    "The set-up messages in \(copy.keeper)'s folder do not name the sessions that are there.")
            }
            if let reason = following.unlike(copy, mesh: mesh) {
                return failed(.m02, "resultOfOthers", "\(copy.keeper)'s \(MeshFolder.result) \(reason).")
            }
            let lost = following.lost(copy)
            for pair in copy.pairs.values.sorted(by: { $0.peer < $1.peer }) {
                for (sender, heads) in pair.heads.sorted(by: { $0.key < $1.key }) where heads.mesh != mesh {
                    return failed(
                        .m02, "otherMesh",
                        "\(sender) names another mesh in the session between \(copy.keeper) and \(pair.peer).")
                }
                guard pair.heads.count < 2, !lost.contains(pair.peer) else { continue }
                guard open.contains("\(copy.keeper) \(pair.peer)") else {
                    return failed(
                        .m02, "headsMissing", "\(copy.keeper) and \(pair.peer) did not say their heads to each other.")
                }
                unsaid.append("\(copy.keeper) and \(pair.peer)")
            }
        }
        guard Set(copies.map(following.identity)).count == 1 else {
            return failed(.m02, "otherMesh", "The folders are of different runs of the job.")
        }
        guard unsaid.isEmpty else {
            return Finding(
                check: .m02, status: .notEvaluated,
                sentence:
                    "Not evaluated: the session of \(unsaid.joined(separator: ", ")) ended before they said their heads."
            )
        }
        return Finding(check: .m02, status: .passed, sentence: Check.m02.sentence)
    }

    /// M03.
    /// - Parameter broken: keepers and peers whose logs do not hold: what they say of heads counts only against them.
    private func heads(_ copies: [MeshCopy], _ broken: [(keeper: String, peer: String)]) -> Finding {
        /// What was said, by sender: the first time that anybody heard it.
        var said: [String: (heads: [MeshHeads.Item], to: String)] = [:]
        for copy in copies {
            for pair in copy.pairs.values.sorted(by: { $0.peer < $1.peer }) {
                for (sender, message) in pair.heads.sorted(by: { $0.key < $1.key }) {
                    let hearer = sender == copy.keeper ? pair.peer : copy.keeper
                    if let first = said[sender], Self.differ(first.heads, message.items) {
                        return failed(
                            .m03, "headsDiffer",
                            "\(sender) said other heads of its logs to \(hearer) than to \(first.to).")
                    }
                    // Not everybody is told of all logs.
                    if message.items.count > said[sender]?.heads.count ?? 0 { said[sender] = (message.items, hearer) }
                }
            }
        }
        // Whoever holds a log can compare it with what its sender said to all.
        for copy in copies {
            for pair in copy.pairs.values.sorted(by: { $0.peer < $1.peer }) {
                for (sender, receiver) in [(copy.keeper, pair.peer), (pair.peer, copy.keeper)] {
                    guard let item = said[sender]?.heads.first(where: { $0.site == receiver }),
                        let tree = pair.trees[sender]
                    else { continue }
                    guard tree.root(at: item.head.size) == item.head.root else {
                        return failed(
                            .m03, "logDiffers",
                            "The log from \(sender) to \(receiver) is not the one whose head \(sender) said to all.")
                    }
                }
            }
        }
        let unsaid =
            broken.filter { pair in copies.contains { $0.keeper == pair.keeper } }
            + copies.flatMap { copy in
                copy.pairs.values.filter { $0.heads.count < 2 && !following.lost(copy).contains($0.peer) }
                    .map { (copy.keeper, $0.peer) }
            }
        guard unsaid.isEmpty else {
            let names = Set(unsaid.map { "\($0.keeper) and \($0.peer)" }).sorted().joined(separator: ", ")
            return Finding(
                check: .m03, status: .notEvaluated,
                sentence:
                    "Not evaluated in full: in the logs of \(names) not all heads stand, or they do not hold. The others agree."
            )
        }
        return Finding(check: .m03, status: .passed, sentence: Check.m03.sentence)
    }

    /// Whether two lists say different heads of one log.
    private static func differ(_ first: [MeshHeads.Item], _ second: [MeshHeads.Item]) -> Bool {
        first.contains { item in second.contains { $0.site == item.site && $0 != item } }
    }

    /// M04: only of several folders.
    private func results() -> Finding? {
        guard copies.count > 1 else { return nil }
        let isDescription = copies[0].purpose == JointDescriptionProtocol().purpose
        for name in [MeshFolder.result] + (isDescription ? [DescriptionTables.json] : []) {
            let results = copies.map { try? PrivateFile.readBytes("\($0.folder)/\(name)", limit: 1 << 26) }
            guard let first = results[0], results.allSatisfy({ $0 == first }) else {
                return failed(.m04, "resultsDiffer", "The sites' results are not the same.")
            }
        }
        return Finding(check: .m04, status: .passed, sentence: Check.m04.sentence)
    }

    private func failed(_ check: Check, _ error: String, _ sentence: String) -> Finding {
        Finding(check: check, status: .failed, error: error, sentence: sentence)
    }
}
