import Foundation
import Jobs
import PooledRegression
import ProtocolKit
import SecureSums
package import Site
import Transcript
import Wire

/// A pooled fit at one site, from its output folder's first byte to its name: attempts at sessions with all others until one comes to
/// its end, with the ledger's entries around them.
package struct MeshExecution: Sendable {
    /// Beside the results: a transcript of the session with each other site, under that site's name.
    package static let transcripts = "transcripts"

    let mesh: PreparedMesh
    let out: String
    let observer: any RunObserver
    let onListening: @Sendable (NetworkAddress) -> Void
    /// Ends this process by SIGKILL after so many opened sums: what the demo and tests do to one of their sites.
    let stopAfterSums: Int?
    let progress: ProgressReporter
    let stateFile: PooledStateFile

    package init(
        _ mesh: PreparedMesh, out: String, observer: any RunObserver, stopAfterSums: Int? = nil,
        onListening: @escaping @Sendable (NetworkAddress) -> Void = { _ in }
    ) {
        self.mesh = mesh
        self.out = out
        self.observer = observer
        self.onListening = onListening
        self.stopAfterSums = stopAfterSums
        progress = ProgressReporter(observer: observer)
        stateFile = PooledStateFile(mesh.site, mesh.job)
    }

    var job: Job { mesh.job }
    private var event: String { PooledProtocol().purpose.event }

    /// - Returns: what came of it, the same at every site.
    package func run() async throws -> PooledReport {
        SessionExecution.tidy(mesh.site, observer)
        for peer in mesh.peers { try peer.book.check() }
        let saved = try stateFile.load()
        if !saved.rounds.isEmpty {
            observer.progress("goes on after \(saved.rounds.count) opened sums of an earlier run")
        }
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
        let end: MeshEnd
        do {
            end = try await station(staging, firstAttempt: UInt32(clamping: attempts)).run(from: saved)
            for file in end.files { try folder.write(file.bytes, to: file.name, mode: file.mode) }
            try folder.commit()
        } catch {
            fail(Failure(describing: error).code, staging)
            throw error
        }
        // The result stands now. A process that is killed before has its sums still.
        do { try stateFile.remove() } catch {
            observer.warning(
                "\(stateFile.path) holds the sums of this fit, which has ended, and could not be removed: remove it")
        }
        try enter("Finished", PooledProtocol().details(of: end.result).merging(["mesh": end.result.mesh.hex]) { $1 })
        observer.progress("written to \(folder.target)")
        return PooledReport(mesh.file, end.result)
    }

    private func station(_ staging: String, firstAttempt: UInt32) -> MeshStation {
        MeshStation(execution: self, transcripts: "\(staging)/\(Self.transcripts)", firstAttempt: firstAttempt)
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

    /// The computing part, with this site's books around it.
    func pooledRun(from state: Shared<PooledState>) -> PooledRun {
        let (mesh, stateFile, progress, stopAfterSums) = (mesh, stateFile, progress, stopAfterSums)
        return PooledRun(
            job: job, own: mesh.own, rows: mesh.pooled,
            signer: { [identity = mesh.identity] in try identity.key.sign($0) },
            start: state.value,
            patience: .seconds(min(job.network.messageTimeout, mesh.site.settings.timeouts.message)),
            begin: { begun in
                try stateFile.save(begun)
                state.value = begun
            },
            willOpen: { notice in
                // Before this site's vector leaves: from then on the others may open the sum without it.
                try mesh.book.open(mesh.rows, mesh.inputs)
                try mesh.book.openSum(
                    mesh.rows,
                    details: [
                        "sum": "\(notice.number)", "name": notice.name, "numbers": "\(notice.values)",
                        "point": notice.point.hex,
                        "sites": notice.sites.joined(separator: " "),
                    ])
            },
            save: { saved, notice in
                try stateFile.save(saved)
                state.value = saved
                let sites = notice.sites.count
                progress.say(
                    "sum \(notice.number + 1), \(notice.name): \(notice.values) numbers over \(sites) sites opened")
                if let stopAfterSums, notice.number + 1 >= stopAfterSums { kill(getpid(), SIGKILL) }
            })
    }
}
