import ArgumentParser

enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text
    case json
}

/// Options that every command shares.
struct OutputOptions: ParsableArguments {
    @Option(help: "How data is printed on standard output: text for people, json for programs.")
    var format: OutputFormat = .text

    @Flag(name: .shortAndLong, help: "Say nothing on standard error but errors.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say more on standard error.")
    var verbose = false

    func validate() throws {
        if quiet && verbose {
            throw ValidationError("--quiet and --verbose exclude each other")
        }
    }
}
