import ArgumentParser
import Jobs
import Runner
import Site

/// An explanation and, at a site, what is left of its budgets with the job's peer.
struct ExplainReport: Encodable, Sendable {
    let explanation: Explanation
    let left: BudgetReport?

    private enum CodingKeys: String, CodingKey { case left }

    func encode(to encoder: any Encoder) throws {
        try explanation.encode(to: encoder)
        guard let left else { return }
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(left, forKey: .left)
    }
}

struct JobExplain: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "In plain words: what each party will send and learn under this very job.")

    @OptionGroup var file: JobArgument
    @Option(help: "Evaluate the guards as if so many rows were aligned.") var rows: Int?
    @Option(
        name: .customLong("site"),
        help: ArgumentHelp("Show also what is left of this site's budgets with the peer.", valueName: "dir"))
    var sitePath: String?
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<ExplainReport> {
        let file = try file.read()
        let job = file.job
        let explanation = Explanation(job, facts: rows.map { GuardFacts(job: job, rows: $0) })
        guard let sitePath else {
            return Reply(ExplainReport(explanation: explanation, left: nil), text: explanation.text)
        }
        let site = try SiteFolder(opening: sitePath)
        let left = try BudgetReport(of: site, peers: [try file.parties(at: site).peer.name])
        let days = try site.policy().budgets[.approvalDays]
        let text = """
            \(explanation.text)

            What is left of this site's budgets (an approval holds for \(days) days)
            \(left.text)
            """
        return Reply(ExplainReport(explanation: explanation, left: left), text: text)
    }
}
