import ArgumentParser
import Jobs
import Site

struct JobExplain: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "In plain words: what each party will send and learn under this very job.",
        discussion:
            "With --for, one screen for one party: what it sends and learns, what the peer learns, what to look at twice."
    )

    @OptionGroup var file: JobArgument
    @Option(name: .customLong("for"), help: ArgumentHelp("Only what this party needs to know.", valueName: "party"))
    var party: String?
    @Option(help: "Evaluate the guards as if so many rows were aligned.") var rows: Int?
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<JobExplanation> {
        let job = try file.read().job
        guard let party else {
            let explanation = Explanation(job, facts: rows.map { GuardFacts(job: job, rows: $0) })
            return Reply(.whole(explanation), text: explanation.text)
        }
        guard let brief = PartyBrief(job, for: party, rows: rows) else {
            throw Failure(
                .usage, "unknownParty", "'\(party)' is no party of this job",
                hint: "its parties are \(job.parties.map(\.name).joined(separator: " and "))")
        }
        return Reply(.brief(brief), text: brief.text)
    }
}

/// What `job explain` prints as data.
enum JobExplanation: Encodable, Sendable {
    case whole(Explanation)
    case brief(PartyBrief)

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .whole(let explanation): try explanation.encode(to: encoder)
        case .brief(let brief): try brief.encode(to: encoder)
        }
    }
}
