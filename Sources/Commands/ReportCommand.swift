import ArgumentParser
import Foundation
import Jobs
import Runner
import Site
import Transcript

struct ReportCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a fit as one HTML page: what was done, what came out, whether it "
            + "verifies.",
        discussion: """
            Give this site's results folder, and each other party's folder or its coefficients.csv if it was handed over. The \
            page \
            loads nothing and runs nothing; it holds no row, no identifier and no score of a person. The transcript is \
            verified first, and the page says what came of it: exit code 0 where it is valid, 1 not closed, 2 invalid (the \
            page is written, and says so at its top). With --site, identities are compared with pinned ones, and the page \
            shows what is left of the site's budgets. An earlier report in the same place is replaced, any other file is not.
            """)

    @Argument(help: "The results folder, then perhaps other parties' folders or coefficients.csv.") var results:
        [String]
    @Option(
        name: [.customLong("output"), .customLong("out")],
        help: ArgumentHelp(
            "Where to write the page: report.html in the results folder, if not "
                + "said.", valueName: "file"))
    var out: String?
    @Option(
        help: ArgumentHelp(
            "What `moiety describe` wrote under the same job: the page then has Table 1.", valueName: "dir"))
    var description: String?
    @Option(
        name: .customLong("site"),
        help: ArgumentHelp("The site that ran the job: its pinned peers, its policy, its budgets.", valueName: "dir"))
    var sitePath: String?
    @Flag(
        name: .customLong("no-verify"),
        help: "Do not verify; the page then says that nobody did. For results whose transcript is elsewhere.")
    var noVerify = false
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...8).contains(results.count) else {
            throw ValidationError("give one results folder, and those of other parties that are there")
        }
    }

    func reply(_ console: Console) async throws -> Reply<WrittenReport> {
        let study = try StudyFolder(reading: results[0])
        let peers = try results.dropFirst().map { try StudyPeer(reading: $0, for: study) }
        let out = out ?? "\(study.path)/\(ReportFile.name)"
        // Before a verification that may take long.
        try ReportFile.check(out)
        let site = try sitePath.map { try SiteFolder(opening: $0) }
        for peerTranscript in peers.flatMap(\.transcripts.values).sorted() {
            let secrets = "\(peerTranscript)/\(TranscriptLayout.privateFolder)"
            if FileManager.default.fileExists(atPath: secrets) {
                console.warning("\(secrets) holds its keeper's secrets: nobody else should have it")
            }
        }
        let table = try description.map {
            try StudyDescription(reading: $0, of: study, site: site, verifies: !noVerify)
        }
        let report = try StudyReport(study, peers: peers, description: table, site: site, verifies: !noVerify)
        for file in report.untraced {
            console.warning(
                "whether \(file) is of the same fit as the other was not checked: no metrics.json and job.yaml "
                    + "lie beside it"
            )
        }
        try ReportFile.write(report.html, to: out)
        let written = WrittenReport(report: out, verdict: report.verification.verdict)
        return Reply(written, text: written.text(report.verification), status: report.verification.status)
    }
}

/// What `report` prints.
struct WrittenReport: Codable, Sendable {
    /// The file.
    let report: String
    let verdict: String

    func text(_ verification: ReportVerification) -> String {
        guard case .made(let made) = verification else {
            return "wrote \(report)\nnothing was verified, and the page says so"
        }
        return "wrote \(report)\n\(made.sentence)"
    }
}
