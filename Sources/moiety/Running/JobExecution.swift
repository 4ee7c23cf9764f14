import Foundation
import Jobs
import Records
import SplitRegression
import Transcript
import Wire

/// A job from its output folder's first byte to its name, with the ledger's entries around it.
struct JobExecution: Sendable {
    let prepared: PreparedJob
    let link: PeerLink
    let out: String
    let console: Console

    func run() async throws -> JobReport {
        let folder = try StagedFolder(target: out)
        defer { folder.discard() }
        let ledger = prepared.site.ledger
        let hash = prepared.file.hash
        let attempt = try ledger.entries().count { $0.event == "jobStarted" && $0.job == hash }
        try ledger.append(event: "jobStarted", job: hash, peer: prepared.peer.name)
        do {
            let finished = try await fit(into: folder, attempt: UInt32(clamping: attempt))
            try ResultFiles(finished: finished).write(into: folder)
            try folder.commit()
            if prepared.job.reveals(.scores) {
                try CohortLedger(prepared).rememberScores(of: finished.rows, job: hash, peer: prepared.peer.name)
            }
            try ledger.append(
                event: "jobFinished", job: hash, peer: prepared.peer.name,
                details: ["rows": "\(finished.rows.count)", "session": finished.session.hex])
            console.progress("written to \(folder.target)")
            return JobReport(finished)
        } catch {
            // The job's own error is what the caller needs, even if nothing can be written any more.
            var details = ["error": Failure(describing: error).code]
            if let kept = try? keepTranscript(of: folder) {
                details["transcript"] = kept
                console.progress("what was exchanged until then is kept: \(prepared.site.path)/\(kept)")
            }
            try? ledger.append(event: "jobFailed", job: hash, peer: prepared.peer.name, details: details)
            throw error
        }
    }

    /// A job that failed leaves no output, but evidence of what the peer did, two signed heads of one log perhaps, must not go with
    /// it: the transcript moves into the site folder.
    ///
    /// - Returns: its path in the site folder; nil when no session was opened.
    private func keepTranscript(of folder: StagedFolder) throws -> String? {
        let transcript = "\(folder.stagingPath)/transcript"
        guard FileManager.default.fileExists(atPath: "\(transcript)/\(TranscriptLayout.parties)") else { return nil }
        try FileManager.default.createDirectory(
            atPath: "\(prepared.site.path)/failed", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let time = Timestamp.now().filter { $0.isNumber || $0 == "T" }
        let kept = "failed/\(time)-\(prepared.file.hash.prefix(16))-\(UUID().uuidString.prefix(4))"
        try FileManager.default.moveItem(atPath: transcript, toPath: "\(prepared.site.path)/\(kept)")
        return kept
    }

    private func fit(into folder: StagedFolder, attempt: UInt32) async throws -> FinishedJob {
        let runner = JobRunner(
            prepared: prepared, link: link,
            ledger: CohortLedger(prepared),
            progress: ProgressReporter(console: console), attempt: attempt)
        let evidence = try JobEvidence(prepared, folder: "\(folder.stagingPath)/transcript")
        return try await runner.run(leaving: evidence)
    }
}
