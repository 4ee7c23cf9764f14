import ArgumentParser
import Records
import Runner
import SplitRegression

struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Look at this site's part of a model, export it, and score new rows with the peer.",
        subcommands: [ModelShow.self, ModelPredict.self, ModelExport.self])
}

struct ModelShow: ReplyingCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "This site's part of a model.")

    @Argument(help: "model.json of a finished job.") var model: String
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<ModelReport> {
        let saved = try SavedModel.read(model)
        try saved.demandConsistent(model)
        let report = ModelReport(saved)
        return Reply(report, text: report.text)
    }
}
