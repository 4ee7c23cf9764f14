import ArgumentParser
import Jobs
import Records
import Site

struct JobCheckReport: Codable, Sendable {
    struct Refusal: Codable, Sendable {
        let rule: String
        let message: String
        let remedy: String?
    }

    let job: String
    let title: String
    let findings: [GuardFinding]
    let refusals: [Refusal]
    let table: IdentifierReport?

    var accepted: Bool { refusals.isEmpty }

    var text: String {
        var lines = ["job \(job)", title]
        for finding in findings {
            lines.append("  \(finding.verdict.rawValue)  \(finding.name): \(finding.figures)")
        }
        for refusal in refusals {
            lines.append("refused by \(refusal.rule): \(refusal.message)" + (refusal.remedy.map { " (\($0))" } ?? ""))
        }
        lines.append(accepted ? "accepted" : "refused")
        return lines.joined(separator: "\n")
    }
}

struct JobCheck: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Whether a job is sound, and whether this site would run it.",
        discussion: """
            Without --site the job alone is checked; with it, also this site's policy and its own table. Guards that \
            need the number of aligned rows are evaluated for --rows, and again when the job runs.
            """)

    @OptionGroup var file: JobArgument
    @Option(name: .customLong("site"), help: ArgumentHelp("The site folder.", valueName: "dir")) var sitePath: String?
    @Option(help: "Evaluate the guards as if so many rows were aligned.") var rows: Int?
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<JobCheckReport> {
        let file = try file.read()
        let job = file.job
        var refusals: [JobCheckReport.Refusal] = []
        var identifiers: IdentifierReport?
        var rows = rows
        if let sitePath {
            let site = try SiteFolder(opening: sitePath)
            let own = try file.parties(at: site).own
            refusals += try site.policy().refusals(of: job, as: site.name).map {
                JobCheckReport.Refusal(rule: $0.rule, message: $0.message, remedy: $0.remedy)
            }
            let table = try PartyTable(job, party: own, site: site)
            console.progress("\(site.name): \(table.summary)")
            identifiers = table.identifiers.report
            refusals += try table.check(for: job).problems.map {
                JobCheckReport.Refusal(rule: "table", message: $0.description(over: .own), remedy: nil)
            }
            // At most all of this site's rows align.
            if rows == nil { rows = table.identifiers.count }
        }
        let findings = rows.map { Guards.findings(job, GuardFacts(job: job, rows: $0)) } ?? Guards.findings(job)
        refusals += findings.filter { $0.verdict == .refused }.map {
            JobCheckReport.Refusal(rule: $0.name, message: $0.figures, remedy: $0.remedy)
        }
        let report = JobCheckReport(
            job: file.hash, title: job.title, findings: findings, refusals: refusals, table: identifiers)
        let isTableAlone = refusals.allSatisfy { $0.rule == "table" }
        return Reply(
            report, text: report.text, status: report.accepted ? .ok : isTableAlone ? .badData : .refusedByPolicy)
    }
}
