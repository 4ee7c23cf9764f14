import ArgumentParser
import Jobs
import Site

struct JobExplain: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "In plain words: what each party will send and learn under this very job.")

    @OptionGroup var file: JobArgument
    @Option(help: "Evaluate the guards as if so many rows were aligned.") var rows: Int?
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<Explanation> {
        let job = try file.read().job
        let explanation = Explanation(job, facts: rows.map { GuardFacts(job: job, rows: $0) })
        return Reply(explanation, text: explanation.text)
    }
}
