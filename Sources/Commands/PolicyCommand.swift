import ArgumentParser
import Jobs
import Runner
import Site

struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "What this site allows, whatever a job says.",
        subcommands: [PolicyShow.self, PolicyCheck.self])
}

struct PolicyShow: ReplyingCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "This site's policy, as it is read.")

    @OptionGroup var site: SiteOption
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<PolicyReport> {
        let report = PolicyReport(try site.open().policy())
        return Reply(report, text: report.text)
    }
}
