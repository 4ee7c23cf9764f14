import ArgumentParser
import Runner

struct DataCheck: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read this site's table as a job would, and say what is wrong with it.",
        discussion: """
            Identifiers, missing values, duplicates, and constant, aliased or too small columns over all of this site's \
            own rows; the aligned rows are fewer, and are checked again when the job runs.
            """)

    @OptionGroup var file: JobArgument
    @OptionGroup var site: SiteOption
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<DataReport> {
        let report = try DataReport(try file.read(), at: try site.open())
        return Reply(report, text: report.text, status: report.status)
    }
}
