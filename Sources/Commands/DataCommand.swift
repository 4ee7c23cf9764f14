import ArgumentParser

struct DataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Look at this site's own tables, before anything leaves it.",
        subcommands: [DataCheck.self, DataDescribe.self])
}
