import ArgumentParser
import Foundation
import Jobs
import Runner
import Site

struct PolicyCheck: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "What is left of each budget of this site's policy.",
        discussion: """
            A budget a row shows the row that has used most of it. Identifiers in a day and attempts in an hour come back \
            with time; the others are used up for good: protocols/disclosure.md.
            """)

    @OptionGroup var site: SiteOption
    @Option(help: "One peer alone; without it, each known one.") var peer: String?
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<BudgetReport> {
        let folder = try site.open()
        let report = try BudgetReport(of: folder, peers: try peer.map { [$0] } ?? folder.peers.names())
        return Reply(report, text: report.text)
    }
}
