import ArgumentParser
import Foundation
import Jobs
import Records
import Runner
import Site
import Wire

struct DerivedJobReport: Encodable, Sendable {
    /// Hash of the job that is left.
    let job: String
    let derivedFrom: Derivation
    let parties: [String]
    let helper: String?
    let file: String?
    let yaml: String
}

struct JobWithout: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "without", abstract: "Derive the job that is left without a party that was lost.",
        discussion: """
            For a fit of three to eight parties that says 'withoutLost: refit' (protocols/job.md 8.4). Everybody who is left derives \
            the same bytes, reads them with job explain, approves them, and runs them: they are a job of their own, whose \
            result names the lost party. Nothing is run and nothing signed here. The file is printed unless --file names one.
            """)

    @Argument(help: "The party that was lost.") var party: String
    @OptionGroup var file: JobArgument
    @Option(
        name: [.customShort("o"), .customLong("file")],
        help: ArgumentHelp("Where to write it; a file that exists is never overwritten.", valueName: "file"))
    var target: String?
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<DerivedJobReport> {
        let left = try file.read().job.without(party)
        guard let derivedFrom = left.derivedFrom, let yaml = DerivedJobText(left)?.text,
            try JobFile(yaml: yaml).job == left
        else { throw Failure(.internalError, "notWritten", "the job that is left cannot be written as a file") }
        if let refusal = Guards.findings(left).compactMap(\.refusal).first {
            console.warning("no site will run it as it is: \(refusal.name): \(refusal.figures)")
        }
        let report = DerivedJobReport(
            job: left.hash.hex, derivedFrom: derivedFrom, parties: left.parties.map(\.name), helper: left.helper,
            file: target, yaml: yaml)
        guard let target else { return Reply(report, text: yaml) }
        try OutputFile.write(Array(yaml.utf8), to: target)
        return Reply(
            report,
            text:
                "wrote \(target): job \(report.job)\nof \(report.parties.joined(separator: ", ")): each of them derives, explains and "
                + "approves it")
    }
}
