import ArgumentParser

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Look into a transcript; show one message alone; prune a copy; open one's secrets to an auditor.",
        subcommands: [LogShow.self, LogExport.self, LogVerify.self, LogTimestamp.self, LogPrune.self, LogOpen.self])
}
