import ArgumentParser
import Records
import Runner
import SplitRegression

struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model", abstract: "Look at this site's part of a model, and score new rows with the peer.",
        subcommands: [ModelShow.self, ModelPredict.self])
}

struct ModelReport: Codable, Sendable {
    struct Term: Codable, Sendable {
        let term: String
        /// On the standardised scale.
        let coefficient: Double
        let mean: Double
        let sd: Double
    }

    let job: String
    let party: String
    let peer: String
    let family: String
    let role: String
    let rows: Int
    let constant: Double?
    let terms: [Term]

    init(_ saved: SavedModel) {
        let unit = 1.0 / Double(1 << PartialModel.fractionBits)
        let model = saved.model
        job = saved.job
        party = saved.party
        peer = saved.peer
        family = model.family
        role = model.role
        rows = saved.rows
        constant = model.constant.map { Double($0) * unit }
        terms = model.terms.indices.map { index in
            Term(
                term: model.terms[index], coefficient: Double(model.coefficients[index]) * unit,
                mean: model.scalings[index].mean, sd: model.scalings[index].sd)
        }
    }

    var text: String {
        var table = TextTable(["term", "coefficient", "mean", "sd"], sides: [.left, .right, .right, .right])
        if let constant { table.add(["(Intercept)", Number.fixed(constant, decimals: 6), "", ""]) }
        for term in terms {
            table.add([
                term.term, Number.fixed(term.coefficient, decimals: 6), Number.short(term.mean), Number.short(term.sd),
            ])
        }
        return """
            \(family) model of job \(job.prefix(16)), \(rows) rows; \(party)'s part, \(peer) has the other
            coefficients of standardised columns:
            \(table.text())
            """
    }
}

struct ModelShow: ReplyingCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "This site's part of a model.")

    @Argument(help: "model.json of a finished job.") var model: String
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<ModelReport> {
        let report = ModelReport(try SavedModel.read(model))
        return Reply(report, text: report.text)
    }
}
