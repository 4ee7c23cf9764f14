import ArgumentParser
import Site

/// `--site DIR`, as every command that works for one site has it.
struct SiteOption: ParsableArguments {
    @Option(name: .customLong("site"), help: ArgumentHelp("The site folder.", valueName: "dir"))
    var path = "."

    func open() throws -> SiteFolder { try SiteFolder(opening: path) }
}

/// `--yes`, and the question that it answers.
struct Confirmation: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Answer yes to every question. Needed when standard input is not a terminal.")
    var yes = false

    /// - Throws: `Failure` 64 when nobody can be asked, 1 when the answer is no.
    func confirm(_ question: String) throws {
        if yes { return }
        guard Console.inputIsTerminal else {
            throw Failure(
                .usage, "confirmationNeeded", "\(question) cannot be asked: standard input is not a terminal",
                hint: "add --yes once you have decided")
        }
        Console.ask("\(question) [y/N] ")
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            throw Failure(.jobFailed, "declined", "nothing was done")
        }
    }
}
