import ArgumentParser
import Runner
import Site

struct Moiety: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "moiety",
        abstract: "Two organisations fit one regression model; neither sees the other's table.",
        discussion: """
            Exit codes: 0 ok, 1 job failed or evidence not closed, 2 verification failed, 3 timeout, 4 refused by policy, \
            5 peers disagree, 64 usage, 65 bad data, 66 no input, 69 peer unreachable, 70 internal error, 73 cannot create, \
            74 standard output could not be written (full disk), 76 protocol violation, 77 permission, 78 configuration, \
            130 interrupted, 141 the reader of standard output went away.
            """,
        version: Release.version,
        subcommands: [
            DemoCommand.self, InitCommand.self, DoctorCommand.self, PeerCommand.self, DataCommand.self,
            TableCommand.self,
            AlignCommand.self, DescribeCommand.self, JobCommand.self, ServeCommand.self, ResultsCommand.self,
            ReportCommand.self,
            ValidateCommand.self,
            ModelCommand.self,
            LogCommand.self, VerifyCommand.self, PolicyCommand.self,
        ])

    static func main(_ arguments: [String]) async {
        do {
            var command = try parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            exit(withError: code)
        } catch {
            reportUsage(error, arguments)
        }
    }

    /// A wrong argument is reported in the form that was asked for, even though no command ever ran.
    private static func reportUsage(_ error: any Error, _ arguments: [String]) -> Never {
        let json =
            arguments.contains("--format=json")
            || zip(arguments, arguments.dropFirst()).contains { $0 == ("--format", "json") }
        let code = exitCode(for: error)
        if json, code != .success,
            let line = try? Envelope<NoPayload>(
                failure: Failure(.usage, "usage", message(for: error), hint: "moiety --help")
            ).line()
        {
            end(.usage, printing: line)
        }
        // Help and the version are data too.
        if code == .success { end(.ok, printing: fullMessage(for: error)) }
        exit(withError: error)
    }

    private static func end(_ status: ExitStatus, printing text: String) -> Never {
        do {
            try StandardOutput.write(text + "\n")
            exit(withError: ExitCode(status.rawValue))
        } catch {
            let failure = Failure(describing: error)
            if failure.status != .readerGone { Console.say(failure) }
            exit(withError: ExitCode(failure.status.rawValue))
        }
    }
}
