import ArgumentParser
import Records
import Runner
import Site

struct ResultsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results", abstract: "Work with the files of finished jobs.", subcommands: [ResultsMerge.self])
}

struct MergedResultsReport: Codable, Sendable {
    let parties: [String]
    let terms: Int
    /// The file that was written; nil where the table was printed.
    let out: String?
    let csv: String
}

struct ResultsMerge: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Make one coefficient table of all parties' files.",
        discussion: """
            Give this site's results folder and the peer's coefficients.csv (or its folder); of several parties all of theirs, and \
            some alone are possible too. All must be of one job and one session, where the folders say so. The intercept comes first, then the active \
            party's terms, then the others' in the order of the job. With --terms r the terms are called as R's lm and glm call them.
            """)

    @Argument(help: "Results folders, or coefficients.csv files.") var results: [String]
    @Option(
        help: "What terms are called: job (arm=low) or r (armlow).",
        transform: { name in
            guard let names = TermNames(rawValue: name) else { throw ValidationError("--terms is job or r") }
            return names
        })
    var terms = TermNames.job
    @Option(
        help: ArgumentHelp("Where to write the table; it must not exist. Without it, it is printed.", valueName: "file")
    )
    var out: String?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...8).contains(results.count) else { throw ValidationError("give one to eight results") }
    }

    func reply(_ console: Console) async throws -> Reply<MergedResultsReport> {
        let merged = try MergedCoefficients(results.map { try CoefficientSource($0) })
        for party in merged.missing { console.warning("\(party)'s coefficients are not in the table") }
        for file in merged.untraced {
            console.warning(
                "whether \(file) is of the same fit as the other was not checked: no metrics.json and job.yaml lie beside it"
            )
        }
        let bytes = try merged.csv(terms: terms)
        if let out { try OutputFile.write(bytes, to: out) }
        let csv = String(decoding: bytes, as: UTF8.self)
        let report = MergedResultsReport(parties: merged.parties, terms: merged.count, out: out, csv: csv)
        return Reply(report, text: out.map { "wrote \($0)" } ?? csv)
    }
}
