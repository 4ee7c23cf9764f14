import ArgumentParser
import Jobs
import Records
import Runner
import Site

struct JobCheckReport: Encodable, Sendable {
    let job: String
    let title: String
    let findings: [GuardFinding]
    let checks: [StartCheck]
    let table: IdentifierReport?
    let estimate: JobEstimate?

    var text: String {
        var lines = ["job \(job)", title]
        for finding in findings where finding.verdict != .refused {
            lines.append("  \(finding.verdict.rawValue)  \(finding.name): \(finding.figures)")
        }
        if !checks.isEmpty { lines.append(checks.text) }
        lines.append(checks.firstFailure == nil ? "accepted" : "refused")
        return lines.joined(separator: "\n")
    }
}

struct JobCheck: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Whether a job is sound, and whether this site would run it.",
        discussion: """
            Without --site the job alone is checked; with it, also this site's policy, peer and table, whether there will be \
            standard errors, and about how long it takes. Guards that need the number of fitted rows are evaluated for --rows, \
            or for all of this site's rows that the hold-out leaves, and again when the job runs.
            """)

    @OptionGroup var file: JobArgument
    @Option(name: .customLong("site"), help: ArgumentHelp("The site folder.", valueName: "dir")) var sitePath: String?
    @Option(help: "Evaluate the guards as if so many rows were aligned.") var rows: Int?
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<JobCheckReport> {
        let file = try file.read()
        guard let sitePath else { return try alone(file) }
        let site = try SiteFolder(opening: sitePath)
        if file.job.isSplitByRows {
            let start = PooledStart(file, isDraft: true, at: site, observer: console)
            let report = JobCheckReport(
                job: file.hash, title: file.job.title, findings: [], checks: start.checks, table: start.identifiers,
                estimate: nil)
            return Reply(report, text: report.text, status: start.checks.status)
        }
        if file.job.kind == .several {
            let (checks, table, estimate) =
                file.job.hasModel
                ? joint(JointFitStart(file, isDraft: true, at: site, observer: console))
                : joint(JointStart(file, isDraft: true, at: site, observer: console))
            let report = JobCheckReport(
                job: file.hash, title: file.job.title, findings: [], checks: checks, table: table, estimate: estimate)
            return Reply(report, text: report.text, status: checks.status)
        }
        let start = JobStart(file, rows: rows, isDraft: true, at: site)
        let report = JobCheckReport(
            job: file.hash, title: file.job.title, findings: start.findings, checks: start.checks,
            table: start.identifiers, estimate: start.estimate)
        return Reply(report, text: report.text, status: start.checks.status)
    }

    private func joint<Work>(_ start: MeshStart<Work>) -> ([StartCheck], IdentifierReport?, JobEstimate?) {
        (start.checks, start.identifiers, start.estimate)
    }

    /// Without a site: what the job alone shows.
    private func alone(_ file: JobFile) throws -> Reply<JobCheckReport> {
        let job = file.job
        if job.isSplitByRows {
            let checks = [PooledStart.check(job)]
            let report = JobCheckReport(
                job: file.hash, title: job.title, findings: [], checks: checks, table: nil, estimate: nil)
            return Reply(report, text: report.text, status: checks.status)
        }
        if !job.hasModel {
            let report = JobCheckReport(
                job: file.hash, title: job.title, findings: [], checks: [], table: nil, estimate: nil)
            return Reply(report, text: report.text)
        }
        let findings = rows.map { Guards.findings(job, GuardFacts(job: job, rows: $0)) } ?? Guards.findings(job)
        let checks = findings.compactMap { finding in finding.refusal.map { StartCheck(finding.name, failed: $0) } }
        let report = JobCheckReport(
            job: file.hash, title: job.title, findings: findings, checks: checks, table: nil, estimate: nil)
        return Reply(report, text: report.text, status: checks.status)
    }
}
