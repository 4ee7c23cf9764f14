import ArgumentParser
import Site

struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Write, check, explain, approve and run what the parties agreed on.",
        subcommands: [
            JobNew.self, JobCheck.self, JobExplain.self, JobApprove.self, JobRevoke.self, JobRun.self,
            JobWithout.self,
        ])
}

/// The job's file as every job command takes it.
struct JobArgument: ParsableArguments {
    @Argument(help: "The job file (YAML).") var job: String

    func read() throws -> JobFile { try JobFile(reading: job) }
}
