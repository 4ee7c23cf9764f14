import ArgumentParser
import Jobs
import PrivateSetIntersection
import Records
import Wire

struct AlignCountReport: Codable, Sendable {
    let job: String
    let peer: String
    /// A multiple of `rounding`.
    let roundedCount: Int
    let rounding: Int
    let ownIdentifiers: Int
    let peerIdentifiers: Int
}

struct AlignCount: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "count", abstract: "About how many rows both sites have, and not which.",
        discussion: """
            Both sites learn the size of the intersection, rounded to the larger of their policies' roundCountsTo, and how \
            many identifiers the other has. No identifier is matched on either side: protocols/alignment-count.md. The \
            peer runs the same command with the same job.
            """)

    @OptionGroup var file: JobArgument
    @OptionGroup var site: SiteOption
    @OptionGroup var meeting: MeetingOptions
    @OptionGroup var output: OutputOptions

    func reply(_ console: Console) async throws -> Reply<AlignCountReport> {
        let folder = try site.open()
        let prepared = try PreparedJob(try file.read(), at: folder)
        console.progress("\(prepared.own.name): \(prepared.table.summary)")
        let link = try PeerLink(
            prepared.job, site: folder, console: console, peerAddress: try meeting.address(),
            onListening: meeting.announcer())
        let terms = SessionTerms(
            jobHash: prepared.job.hash, role: prepared.own.role.rawValue, peerRole: prepared.peer.role.rawValue,
            protocols: [.alignment])
        let rounding = try folder.policy().roundCountsTo
        try folder.ledger.append(event: "countStarted", job: prepared.file.hash, peer: prepared.peer.name)
        let count = try await link.withSession(
            terms, plan: ProtocolPlan(counting: prepared.job), seed: SessionSeed(),
            recorder: MemoryRecorder(keepsPayloads: false)
        ) { session in
            try await PrivateSetIntersection.Alignment.count(
                prepared.table.identifiers.values, over: session,
                settings: AlignmentSettings(prepared.job, own: prepared.own), rounding: rounding)
        }
        try folder.ledger.append(
            event: "countFinished", job: prepared.file.hash, peer: prepared.peer.name,
            details: ["rows": "\(count.roundedCount)", "rounding": "\(count.rounding)"])
        let report = AlignCountReport(
            job: prepared.file.hash, peer: prepared.peer.name, roundedCount: count.roundedCount,
            rounding: count.rounding, ownIdentifiers: count.ownCount, peerIdentifiers: count.peerCount)
        let about = "about \(count.roundedCount) rows in common with \(prepared.peer.name)"
        return Reply(report, text: "\(about), to the nearest \(count.rounding)")
    }
}
