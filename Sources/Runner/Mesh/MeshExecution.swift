import Foundation
import Jobs
import ProtocolKit
package import Site
import Transcript
import Wire

/// A job with a session for each pair at one party, from its output folder's first byte to its name: attempts at sessions with all others
/// until one comes to its end, with the ledger's entries around them.
package struct MeshExecution<Work: MeshWork>: Sendable {
    let work: Work
    let out: String
    let observer: any RunObserver
    let onListening: @Sendable (NetworkAddress) -> Void
    let progress: ProgressReporter

    package init(
        _ work: Work, out: String, observer: any RunObserver,
        onListening: @escaping @Sendable (NetworkAddress) -> Void = { _ in }
    ) {
        self.work = work
        self.out = out
        self.observer = observer
        self.onListening = onListening
        progress = ProgressReporter(observer: observer)
    }

    var mesh: PreparedMesh { work.mesh }
    var job: Job { mesh.job }
    private var event: String { mesh.session.purpose.event }

    /// - Returns: what came of it, and the folder.
    package func run() async throws -> (result: Work.Result, folder: String) {
        SessionExecution.tidy(mesh.site, observer)
        for peer in mesh.peers { try peer.book.check() }
        try work.begin()
        let folder = try StagedFolder(target: out, rememberedIn: mesh.site.staging)
        defer { folder.discard() }
        for other in folder.others {
            observer.warning(
                "\(other) is of a process that was killed, or of one that runs now; its transcripts are evidence")
        }
        let staging = folder.stagingPath
        let attempts = try mesh.ledger.entries().count { $0.event == "\(event)Started" && $0.job == mesh.file.hash }
        try enter("Started")
        folder.rescue { fail("interrupted", staging) }
        let end: MeshEnd<Work.Result>
        do {
            end = try await station(staging, firstAttempt: UInt32(clamping: attempts)).run()
            for file in end.files { try folder.write(file.bytes, to: file.name, mode: file.mode) }
            try folder.commit()
        } catch {
            fail(Failure(describing: error).code, staging)
            throw error
        }
        // The result stands now.
        try work.end()
        try enter(
            "Finished", work.details(of: end.result).merging(["mesh": work.identity(of: end.result).hex]) { $1 })
        observer.progress("written to \(folder.target)")
        return (end.result, folder.target)
    }

    private func station(_ staging: String, firstAttempt: UInt32) -> MeshStation<Work> {
        MeshStation(
            execution: self, transcripts: "\(staging)/\(MeshFolder.transcripts)", firstAttempt: firstAttempt)
    }

    private func enter(_ what: String, _ details: [String: String] = [:]) throws {
        try mesh.ledger.append(
            LedgerEntry(event: "\(event)\(what)", at: Date(), job: mesh.file.hash, details: details))
    }

    /// The caller's own error is what people need, even if nothing can be written any more.
    private func fail(_ code: String, _ staging: String) {
        let kept = keepEvidence(staging)
        try? enter(
            "Failed", ["error": code].merging(kept.isEmpty ? [:] : ["transcripts": kept.joined(separator: " ")]) { $1 })
    }

    /// What was exchanged until then.
    @discardableResult
    func keepEvidence(_ staging: String) -> [String] {
        let kept = SessionExecution.transcripts(in: staging).compactMap { folder in
            try? FailedSessions(at: mesh.site).keep(folder, of: mesh.file.hash)?.path
        }
        if !kept.isEmpty {
            observer.progress(
                "what was exchanged until then is kept: \(mesh.site.path)/failed (\(kept.count) sessions)")
        }
        return kept
    }
}

/// Where the parts of a folder of results stand that come of sessions with several parties.
package enum MeshFolder {
    /// A transcript of the session with each other party, under that party's name.
    package static let transcripts = "transcripts"
    /// The same bytes at every party.
    package static let result = "result.json"
}
