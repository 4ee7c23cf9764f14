import ArgumentParser
import Foundation
import Jobs
import Runner
import Site

struct RevokeReport: Codable, Sendable {
    let job: String
}

struct JobRevoke: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Take back this site's approval of a job.",
        discussion: """
            The job is refused from then on, whoever asks for it, until a person approves it again. Sessions that \
            are already running continue.
            """)

    @Argument(help: "The job file (YAML), or the job's hash.") var job: String
    @OptionGroup var site: SiteOption
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<RevokeReport> {
        let folder = try site.open()
        let isHash = job.utf8.count == 64 && job.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
        let file = isHash ? nil : try JobFile(reading: job)
        let hash = file?.hash ?? job
        // What there is none of needs no question. The copy of its text may be gone.
        let identity = try folder.identity()
        try folder.demandApproval(of: hash, by: identity)
        let title = (file ?? (try? folder.approvals.job(hash))).map { ", '\($0.job.title)'" } ?? ""
        try confirmation.confirm("Revoke the approval of job \(hash.prefix(16))\(title)?")
        try folder.revoke(hash, by: identity)
        return Reply(RevokeReport(job: hash), text: "revoked the approval of job \(hash)")
    }
}
