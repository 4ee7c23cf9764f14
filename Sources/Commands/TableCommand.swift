import ArgumentParser
import Foundation
import Site

struct TableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "table", abstract: "The tables that jobs name, and their files.", subcommands: [TableAdd.self])
}

struct TableReport: Codable, Sendable {
    let table: String
    let file: String
}

struct TableAdd: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Give one of this site's files a name that jobs can use.",
        discussion: "Writes site.yaml; its other lines and comments stay. The file itself is only named.")

    @Argument(help: ArgumentHelp("The name and the file.", valueName: "name=file")) var table: String
    @OptionGroup var site: SiteOption
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<TableReport> {
        let (name, file) = try TableArgument.parse(table)
        if !FileManager.default.fileExists(atPath: file) { console.warning("\(file) is not there yet") }
        try site.open().add(table: name, file: file)
        return Reply(TableReport(table: name, file: file), text: "added \(name)")
    }
}
