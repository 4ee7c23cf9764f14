import ArgumentParser
import Records
import Runner
import Site

struct ExportedModelReport: Codable, Sendable {
    let parties: [String]
    /// Whether both parties' parts are in it, so that it predicts the response.
    let isWhole: Bool
    let out: String
}

struct ModelExport: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a model as PMML, which other programs score rows with.",
        discussion: """
            This site's part alone predicts its share of the linear predictor: the sum of both parties' shares is the \
            predictor. With the peer's model.json of the same fit, where the parties have agreed to share it, the file holds \
            the whole model and predicts the response.
            """)

    @Argument(help: "model.json of a finished job.") var model: String
    @Option(help: ArgumentHelp("The peer's model.json of the same fit.", valueName: "file")) var peer: String?
    @Option(help: ArgumentHelp("The file to write; it must not exist.", valueName: "file")) var out: String
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<ExportedModelReport> {
        let own = try SavedModel.read(model)
        let other = try peer.map { (model: try SavedModel.read($0), path: $0) }
        let document = try PMMLDocument(own, path: model, peer: other)
        // As model.json, whose coefficients, means and standard deviations it has.
        try OutputFile.write(try document.bytes(), to: out, mode: .ownerOnly)
        let report = ExportedModelReport(
            parties: [own.party] + [other?.model.party].compactMap(\.self), isWhole: other != nil, out: out)
        return Reply(report, text: "wrote \(out)")
    }
}
