import ArgumentParser
import Records
import Runner
import SplitRegression

struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract:
            "Look at this site's part of a model, export it, and score new rows with the peer or with all others.",
        subcommands: [ModelShow.self, ModelPredict.self, ModelExport.self])
}

struct ModelShow: ReplyingCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "This site's part of a model.")

    @Argument(help: "model.json of a finished job.") var model: String
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<ModelReport> {
        let report = ModelReport(try ModelPart(reading: model))
        return Reply(report, text: report.text)
    }
}
