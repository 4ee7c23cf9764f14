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
            or for all of this site's rows that the hold-out leaves, and again when the job runs. A job that was derived when a \
            party was lost is compared with the one that it was derived from: --derived-from, or what the site approved.
            """)

    @OptionGroup var file: JobArgument
    @Option(name: .customLong("site"), help: ArgumentHelp("The site folder.", valueName: "dir")) var sitePath: String?
    @Option(help: "Evaluate the guards as if so many rows were aligned.") var rows: Int?
    @Option(
        help: ArgumentHelp(
            "The job that this one says it was derived from: whether it is what is left of that.", valueName: "job"))
    var derivedFrom: String?
    @OptionGroup var output: OutputOptions

    func validate() throws { try Self.validate(rows: rows) }

    static func validate(rows: Int?) throws {
        guard let rows, !(0...1 << 40).contains(rows) else { return }
        throw ValidationError("--rows is a number of rows, 0 to 2^40")
    }

    func reply(_ console: Console) async throws -> Reply<JobCheckReport> {
        let file = try file.read()
        let site = try sitePath.map { try SiteFolder(opening: $0) }
        let derivation = try derivation(of: file, at: site)
        let reply = try report(on: file, at: site, console)
        guard let derivation else { return reply }
        let (found, checks) = (reply.payload, [derivation] + reply.payload.checks)
        let report = JobCheckReport(
            job: found.job, title: found.title, findings: found.findings, checks: checks, table: found.table,
            estimate: found.estimate)
        return Reply(report, text: report.text, status: checks.status)
    }

    /// Whether a job that was derived is what is left of the one that it names; nil for a job that was not.
    private func derivation(of file: JobFile, at site: SiteFolder?) throws -> StartCheck? {
        let name = "derived from"
        guard let own = file.job.derivedFrom else {
            guard derivedFrom != nil else { return nil }
            throw Failure(describing: DerivationError.notDerived)
        }
        do {
            if let derivedFrom { try file.job.checkDerivation(from: JobFile(reading: derivedFrom).job) }
            guard try site?.checkDerivation(of: file) == true || derivedFrom != nil else {
                return StartCheck(
                    name, .warning, "\(own.sentence); nothing was compared",
                    hint: "give that job: --derived-from JOB")
            }
            return StartCheck(name, .ok, own.sentence)
        } catch {
            return StartCheck(name, failed: error)
        }
    }

    private func report(
        on file: JobFile, at site: SiteFolder?, _ console: Console
    ) throws -> Reply<JobCheckReport> {
        guard let site else { return try alone(file) }
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
