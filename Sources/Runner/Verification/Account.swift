import Foundation
import Jobs
import ProtocolKit
import Site
package import Transcript
import Wire

/// `moiety verify --explain`: what a transcript is about and what its verification says, for people.
package struct Account {
    private let report: VerificationReport
    private let job: Job?
    private let session: any SessionProtocol
    private let names: MessageNames

    package init(of report: VerificationReport, transcript: String) {
        self.report = report
        let agreed = report.summary == nil ? nil : (try? TranscriptListing(folder: transcript))?.agreed(among: .moiety)
        job = agreed?.job
        session = agreed?.protocol ?? FitProtocol()
        names = MessageNames(agreed)
    }

    package var text: String {
        var page = TextPage()
        if let summary = report.summary {
            page.line(job?.title ?? "A job that cannot be read", indent: 0)
            page.line("job \(summary.jobHash)", indent: 0)
            page.line("session \(summary.session)", indent: 0)
            if session.purpose != .fit, session.jobKind == .pair {
                page.line("\(session.phrase) under the job, not its own fit", indent: 0)
            }
            if let job, !job.purpose.isEmpty { page.line(job.purpose, indent: 0) }
            addParties(summary, &page)
            if let job {
                if let explanation = RowExplanation(job) {
                    addModel(explanation, &page)
                } else if let explanation = SeveralExplanation(job) {
                    addParties(explanation, &page)
                } else {
                    addModel(Explanation(job), &page)
                }
            }
            addCourse(summary, &page)
            if let job { addLeakage(job, summary, &page) }
        }
        addChecks(&page)
        return page.text + "\n\(VerificationReport.nobodyCanCheck)\n\(report.verdictLine)\n"
    }

    private func addParties(_ summary: TranscriptSummary, _ page: inout TextPage) {
        page.heading("Who took part")
        for (index, party) in summary.parties.enumerated() {
            page.line("\(party.name), the \(party.role) party\(index == 0 ? "; this is its copy" : "")", indent: 2)
            page.item("identity \(party.identity.prefix(32))")
            page.item("certificate \(party.certificate.prefix(32))")
            guard let approval = summary.approvals.first(where: { $0.site == party.name }) else {
                page.item("it showed no approval")
                continue
            }
            page.item("approved by \(approval.person) at \(approval.time): \"\(approval.meaning)\"")
        }
        if let build = summary.build, let keeper = summary.parties.first {
            page.line(
                "\(keeper.name) says that it ran moiety \(build.version), arithmetic \(build.arithmetic)", indent: 2)
        }
    }

    /// Of a job split by rows, which all sites see alike.
    private func addModel(_ explanation: RowExplanation, _ page: inout TextPage) {
        page.heading("What was to be computed")
        for line in [explanation.model, explanation.limits] { page.line(line, indent: 2) }
        page.line(
            "coalition \(explanation.coalition), onLoss \(explanation.onLoss); label \(explanation.label); features: "
                + explanation.features.joined(separator: ", "), indent: 2)
        for site in explanation.sites {
            page.item("\(site.name): table '\(site.table)', rows known by \(site.identifier)")
        }
    }

    private func addParties(_ explanation: SeveralExplanation, _ page: inout TextPage) {
        page.heading("What was to be found")
        page.line("the rows that all \(explanation.parties.count) parties have", indent: 2)
        for line in [explanation.limits, explanation.keys] { page.line(line, indent: 2) }
        for party in explanation.parties {
            page.item("\(party.name) (\(party.role)): table '\(party.table)', identified by \(party.identifier)")
        }
    }

    private func addModel(_ explanation: Explanation, _ page: inout TextPage) {
        page.heading(session.purpose == .fit ? "What was to be computed" : "What the job is about")
        for line in [explanation.model, explanation.rows, explanation.keys] { page.line(line, indent: 2) }
        for party in explanation.parties {
            page.line("\(party.name): table '\(party.table)', identified by \(party.identifier)", indent: 2)
            if let label = party.label { page.item("label: \(label)") }
            for beside in party.beside { page.item(beside) }
            page.item(party.features.isEmpty ? "no features" : "features: \(party.features.joined(separator: ", "))")
        }
        page.line("opened:", indent: 2)
        for line in explanation.opened { page.item(line) }
    }

    // MARK: How it went

    private func addCourse(_ summary: TranscriptSummary, _ page: inout TextPage) {
        page.heading("How it went")
        if let first = summary.traffic.map(\.first).min(), let last = summary.traffic.map(\.last).max() {
            let seconds = Double(last &- first) / 1000
            page.line(
                "from \(Timestamp.text(milliseconds: first)) to \(Timestamp.text(milliseconds: last)) by the senders' "
                    + "clocks, \(Number.fixed(seconds, decimals: 1)) s", indent: 2)
        }
        let isPooled = session.jobKind == .rows
        let counts = [
            ("rows", isPooled ? "rows at all sites" : "rows in common"), ("sites", "sites"), ("sums", "sums opened"),
            ("fitted", "rows fitted"), ("parameters", "coefficients"), ("passes", "passes"),
            ("rounded", "rows in common, rounded"),
        ].compactMap { key, words in summary.counts[key].map { "\($0) \(words)" } }
        let rounding = summary.counts["rounding"].map { " to the nearest \($0)" } ?? ""
        page.line(
            counts.isEmpty ? "no outcome was signed" : counts.joined(separator: ", ") + rounding, indent: 2)
        for (name, value) in summary.metrics.sorted(by: { $0.key < $1.key }) {
            page.line("\(name) \(Number.fixed(value, decimals: 4))", indent: 2)
        }
        for party in summary.parties {
            let bytes = summary.traffic.filter { $0.from == party.name }.reduce(UInt64(0)) { $0 &+ $1.bytes }
            let heads = (summary.checkpoints[party.name] ?? []).map { "\($0)" }.joined(separator: ", ")
            let (sent, signed) = (summary.recordsSent[party.name] ?? 0, summary.signed[party.name] ?? 0)
            page.line(
                "\(party.name) sent \(sent) records, \(Self.size(bytes)), and signed the first \(signed); "
                    + (heads.isEmpty ? "none countersigned" : "countersigned at \(heads) records"), indent: 2)
        }
        if summary.payloadsPruned > 0 {
            page.line("of \(summary.payloadsPruned) messages only the hash is kept", indent: 2)
        }
        if summary.payloadsByHash > 0 {
            page.line(
                "of \(summary.payloadsByHash) bulk messages only the hash is kept, with their length", indent: 2)
        }
        for stamp in summary.timestamps {
            page.line("\(stamp.file): \(stamp.of) was seen at \(stamp.time) (signature not checked)", indent: 2)
        }
        page.line("messages, in the order in which the first of each kind was sent:", indent: 2)
        addTraffic(summary.traffic, &page)
    }

    private func addTraffic(_ traffic: [TranscriptSummary.Traffic], _ page: inout TextPage) {
        guard let start = traffic.map(\.first).min() else { return }
        var table = TextTable(
            ["after", "from", "message", "messages", "last round", "bytes"],
            sides: [.right, .left, .left, .right, .right, .right])
        for item in traffic {
            table.add([
                "\(Number.fixed(Double(item.first &- start) / 1000, decimals: 1)) s", item.from,
                names.name(of: item.type), "\(item.messages)", item.rounds > 0 ? "\(item.rounds)" : "", "\(item.bytes)",
            ])
        }
        page.verbatim(table.text(indent: 4))
    }

    private static func size(_ bytes: UInt64) -> String {
        bytes < 1_000_000
            ? "\(Number.fixed(Double(bytes) / 1000, decimals: 1)) kB"
            : "\(Number.fixed(Double(bytes) / 1_000_000, decimals: 1)) MB"
    }

    // MARK: What came of it

    /// Of this very job; phases that did not happen are left out.
    private func addLeakage(_ job: Job, _ summary: TranscriptSummary, _ page: inout TextPage) {
        let count = (summary.counts["fitted"] ?? summary.counts["rows"]).flatMap { Int(exactly: $0) }
        page.heading("What each learned, if both followed the protocol")
        for phase in LearnedPhases(job, session, rows: count, hasOutcome: !summary.counts.isEmpty).phases {
            page.line(phase.title, indent: 2)
            for row in phase.rows {
                page.line(row.party, indent: 4)
                for line in row.learns { page.line("- \(line)", indent: 6) }
            }
        }
    }

    private func addChecks(_ page: inout TextPage) {
        let groups: [(VerificationReport.Status, String)] = [
            (.failed, "What failed"), (.passed, "What was checked and holds"), (.warning, "What to know"),
            (.notEvaluated, "What could not be checked"),
        ]
        for (status, title) in groups {
            let findings = report.findings.filter { $0.status == status }
            if !findings.isEmpty { page.heading(title) }
            for finding in findings {
                let place = finding.record.map { " at record \($0.sequence) from \($0.from) to \($0.to)" } ?? ""
                let name = finding.error.map { "\($0)\(place): " } ?? ""
                let sentence = finding.sentence.replacing("Not evaluated: ", with: "")
                let words = status == .notEvaluated ? "\(finding.check.sentence) (\(sentence))" : sentence
                page.line("[\(finding.check.rawValue)] \(name)\(words)", indent: 2)
            }
        }
    }
}
