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
        commandName: "explain", abstract: "In plain words: what each party will send and learn under this very job.",
        discussion:
            "With --for, one screen for one party: what it sends and learns, what the peer learns, and what deserves a second look."
    )

    @OptionGroup var file: JobArgument
    @Option(name: .customLong("for"), help: ArgumentHelp("Only what this party needs to know.", valueName: "party"))
    var party: String?
    @Option(help: "Evaluate the guards as if so many rows were aligned.") var rows: Int?
    @Option(
        name: .customLong("site"),
        help: ArgumentHelp("Show also what is left of this site's budgets with the peer.", valueName: "dir"))
    var sitePath: String?
    @OptionGroup var output: OutputOptions

    func validate() throws { try JobCheck.validate(rows: rows) }

    func reply(_ console: Console) async throws -> Reply<JobExplanation> {
        let file = try file.read()
        let job = file.job
        if let explanation = RowExplanation(job) {
            return try explain(.rows(explanation), explanation.text, file)
        }
        if let party, let brief = SeveralBrief(job, for: party) {
            return Reply(.severalBrief(brief), text: brief.text)
        }
        if let explanation = SeveralExplanation(job) {
            return try explain(.several(explanation), explanation.text, file)
        }
        if let party {
            guard let brief = PartyBrief(job, for: party, rows: rows) else {
                throw Failure(
                    .usage, "unknownParty", "'\(party)' is no party of this job",
                    hint: "its parties are \(job.parties.map(\.name).joined(separator: " and "))")
            }
            return Reply(.brief(brief), text: brief.text)
        }
        let explanation = Explanation(
            job, facts: rows.map { GuardFacts(job: job, rows: $0) },
            adding: SiteProtocols.leakage(of: job, rows: rows))
        guard let sitePath else {
            return Reply(.whole(ExplainReport(explanation: explanation, left: nil)), text: explanation.text)
        }
        let site = try SiteFolder(opening: sitePath)
        let left = try BudgetReport(of: site, peers: [try file.parties(at: site).peer.name])
        let days = try site.policy().budgets[.approvalDays]
        let text = """
            \(explanation.text)

            What is left of this site's budgets (an approval holds for \(days) days)
            \(left.text)
            """
        return Reply(.whole(ExplainReport(explanation: explanation, left: left)), text: text)
    }
}

extension JobExplain {
    /// Of a job with a session for each pair: one page is for all parties.
    private func explain(
        _ explanation: JobExplanation, _ text: String, _ file: JobFile
    ) throws -> Reply<JobExplanation> {
        if let party, file.job.party(named: party) == nil {
            throw Failure(
                .usage, "unknownParty", "'\(party)' is no party of this job",
                hint: "its parties are \(file.job.parties.map(\.name).joined(separator: ", "))")
        }
        guard let sitePath else { return Reply(explanation, text: text) }
        let site = try SiteFolder(opening: sitePath)
        let names = try file.sites(at: site).others.map { file.job.parties[$0].name }
        let left = try BudgetReport(of: site, peers: names)
        return Reply(explanation, text: "\(text)\nWhat is left of this site's budgets\n\(left.text)")
    }
}

/// What `job explain` prints as data.
enum JobExplanation: Encodable, Sendable {
    case whole(ExplainReport)
    case rows(RowExplanation)
    case several(SeveralExplanation)
    case brief(PartyBrief)
    case severalBrief(SeveralBrief)

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .rows(let explanation): try explanation.encode(to: encoder)
        case .several(let explanation): try explanation.encode(to: encoder)
        case .whole(let explanation): try explanation.encode(to: encoder)
        case .brief(let brief): try brief.encode(to: encoder)
        case .severalBrief(let brief): try brief.encode(to: encoder)
        }
    }
}
