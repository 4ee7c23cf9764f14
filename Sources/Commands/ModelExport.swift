import ArgumentParser
import Records
import Runner
import Site

struct ExportedModelReport: Codable, Sendable {
    let parties: [String]
    /// Whether all parties' parts are in it, so that it predicts the response.
    let isWhole: Bool
    let out: String
}

struct ModelExport: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a model as PMML, which other programs score rows with.",
        discussion: """
            This site's part alone predicts its share of the linear predictor: the sum of all parties' shares is the \
            predictor. With the model.json of the same fit of each other party, where the parties have agreed to share them, the \
            file holds the whole model and predicts the response.
            """)

    @Argument(help: "model.json of a finished job.") var model: String
    @Option(
        help: ArgumentHelp(
            "The peer's model.json of the same fit; of more than two parties once for each other one.",
            valueName: "file"))
    var peer: [String] = []
    @Option(help: ArgumentHelp("The file to write; it must not exist.", valueName: "file")) var out: String
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<ExportedModelReport> {
        let own = try ModelPart(reading: model)
        let others = try peer.map { try ModelPart(reading: $0) }
        let document = try PMMLDocument(own, others: others)
        // As model.json, whose coefficients, means and standard deviations it has.
        try OutputFile.write(try document.bytes(), to: out, mode: .ownerOnly)
        let report = ExportedModelReport(
            parties: ([own] + others).map(\.name), isWhole: !others.isEmpty, out: out)
        return Reply(report, text: "wrote \(out)")
    }
}
