import ArgumentParser
import Jobs
import PrivateSetIntersection

struct AlignCountReport: Codable, Sendable {
    let job: String
    let peer: String
    /// A multiple of `rounding`.
    let roundedCount: Int
    let rounding: Int
    let ownIdentifiers: Int
    let peerIdentifiers: Int
    /// The folder; `nil` in the file within it.
    let out: String?
}

struct AlignCount: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "count", abstract: "About how many rows both sites have, and not which.",
        discussion: """
            Both sites learn the size of the intersection, rounded to the larger of their policies' roundCountsTo, and how \
            many identifiers the other has. No identifier is matched on either side: protocols/alignment-count.md. The \
            peer runs the same command with the same job. The output folder gets count.json and a transcript. A site's policy \
            says how many counts it makes with one peer (countsPerPeer).
            """)

    @OptionGroup var file: JobArgument
    @OptionGroup var site: SiteOption
    @Option(help: ArgumentHelp("The output folder; it must not exist.", valueName: "dir")) var out: String
    @OptionGroup var meeting: MeetingOptions
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<AlignCountReport> {
        let announce = try meeting.announcer(console)
        let folder = try site.open()
        let prepared = try PreparedJob(try file.read(), for: .count, at: folder)
        console.progress("\(prepared.own.name): \(prepared.table.summary)")
        let link = try PeerLink(
            prepared.job, site: folder, console: console, peerAddress: try meeting.address(),
            onListening: announce)
        let rounding = try folder.policy().roundCountsTo
        let earlier = try CountLedger(prepared)
        try earlier.check()
        let execution = SessionExecution(prepared, over: link, out: out, console: console)
        let (finished, written) = try await execution.run(writing: { finished, folder in
            let report = AlignCountReport(finished.result, of: prepared.inputs, out: nil)
            try folder.write(try ResultFiles.json(report), to: "count.json")
            return ["rows": "\(report.roundedCount)", "rounding": "\(report.rounding)"]
        }) { opening in
            CountWork(
                inputs: prepared.inputs, opening: opening, rounding: rounding, admit: { try earlier.remember() })
        }
        let report = AlignCountReport(finished.result, of: prepared.inputs, out: written)
        let about = "about \(report.roundedCount) rows in common with \(report.peer)"
        return Reply(report, text: "\(about), to the nearest \(report.rounding)")
    }
}

extension AlignCountReport {
    init(_ count: CommonCount, of inputs: JobInputs, out: String?) {
        self.init(
            job: inputs.file.hash, peer: inputs.peer.name, roundedCount: count.roundedCount,
            rounding: count.rounding, ownIdentifiers: count.ownCount, peerIdentifiers: count.peerCount, out: out)
    }
}
