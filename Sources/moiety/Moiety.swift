import ArgumentParser
import Runner
import Site

@main
struct Moiety: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "moiety",
        abstract: "Two organisations fit one regression model; neither sees the other's table.",
        version: Release.version,
        subcommands: [
            DemoCommand.self, InitCommand.self, DoctorCommand.self, PeerCommand.self, DataCommand.self,
            TableCommand.self,
            AlignCommand.self, JobCommand.self, ServeCommand.self, ResultsCommand.self, ModelCommand.self,
            LogCommand.self, VerifyCommand.self, PolicyCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            exit(withError: code)
        } catch {
            reportUsage(error)
        }
    }

    /// A wrong argument is reported in the form that was asked for, even though no command ever ran.
    private static func reportUsage(_ error: any Error) -> Never {
        let arguments = CommandLine.arguments
        let json =
            arguments.contains("--format=json")
            || zip(arguments, arguments.dropFirst()).contains { $0 == ("--format", "json") }
        let code = exitCode(for: error)
        if json, code != .success,
            let line = try? Envelope<NoPayload>(
                failure: Failure(.usage, "usage", message(for: error), hint: "moiety --help")
            ).line()
        {
            print(line)
            exit(withError: ExitCode(ExitStatus.usage.rawValue))
        }
        exit(withError: error)
    }
}
