import Foundation
package import Jobs
import ProtocolKit
import Site
import Transcript
import Wire

/// A session from its output folder's first byte to its name, with the ledger's entries around it.
package struct SessionExecution: Sendable {
    package let prepared: PreparedJob
    package let link: PeerLink
    package let out: String
    package let observer: any RunObserver
    package let progress: ProgressReporter

    package init(_ prepared: PreparedJob, over link: PeerLink, out: String, observer: any RunObserver) {
        self.prepared = prepared
        self.link = link
        self.out = out
        self.observer = observer
        progress = ProgressReporter(observer: observer)
    }

    /// Runs a session of the protocol that it was prepared for.
    ///
    /// - Parameter session: that protocol; its type says what comes of it.
    /// - Returns: what came of it, and the folder.
    package func run<P: SiteProtocol>(
        _ session: P
    ) async throws -> (finished: FinishedSession<P.Work.Result>, folder: String) {
        // The hellos, the plan and the inspectors are those of what was prepared.
        guard session.purpose == prepared.inputs.session.purpose else {
            throw Failure(
                .internalError, "otherPurpose",
                "prepared for \(prepared.inputs.session.purpose.rawValue), run as \(session.purpose.rawValue)")
        }
        return try await run(writing: { finished in
            SessionOutput(try session.files(of: finished), details: session.details(of: finished.result))
        }) { opening in
            try session.work(
                WorkSetup(
                    inputs: prepared.inputs, opening: opening,
                    books: SiteBooks(prepared, with: link.peer, observer: observer),
                    progress: progress, policy: prepared.policy))
        }
    }

    /// - Parameters:
    ///   - output: the files that stand beside the transcript, and what the ledger keeps of them.
    ///   - make: the work of this session, whose opening is given.
    /// - Returns: what came of it, and the folder.
    package func run<Work: SessionWork>(
        writing output: @escaping @Sendable (FinishedSession<Work.Result>) throws -> SessionOutput,
        _ make: (SessionOpening) throws -> Work
    ) async throws -> (finished: FinishedSession<Work.Result>, folder: String) {
        Self.tidy(prepared.site, observer)
        let book = prepared.book(with: link.peer)
        try book.check()
        let folder = try StagedFolder(target: out, rememberedIn: prepared.site.staging)
        defer { folder.discard() }
        for other in folder.others {
            observer.warning(
                "\(other) is of a process that was killed, or of one that runs now; its transcript is evidence, and its "
                    + "transcript/private a secret")
        }
        let ledger = prepared.ledger
        let (hash, event) = (prepared.file.hash, prepared.inputs.session.purpose.event)
        let peer = prepared.site.peerEntry(link.peer)
        let enter: @Sendable (String, [String: String]) throws -> Void = { event, details in
            try ledger.append(LedgerEntry(event: event, at: Date(), job: hash, peer: peer, details: details))
        }
        let attempt = try ledger.entries().count { $0.event == "\(event)Started" && $0.job == hash }
        try enter("\(event)Started", [:])
        let (site, staging, observer) = (prepared.site, folder.stagingPath, observer)
        let fail: @Sendable (String) -> Void = { code in
            // The session's own error is what the caller needs, even if nothing can be written any more.
            var details = ["error": code]
            if let (kept, removed) = try? FailedSessions(at: site).keep("\(staging)/transcript", of: hash) {
                details["transcript"] = kept ?? "removed"
                if !removed.isEmpty { details["removed"] = removed.joined(separator: " ") }
                if let kept { observer.progress("what was exchanged until then is kept: \(site.path)/\(kept)") }
            }
            try? enter("\(event)Failed", details)
        }
        folder.rescue { fail("interrupted") }
        do {
            let evidence = try SessionEvidence(prepared, folder: "\(folder.stagingPath)/transcript")
            let work = try make(SessionOpening(prepared, leaving: evidence))
            let (finished, written) = try await run(
                work, leaving: evidence, attempt: UInt32(clamping: attempt), book, writing: output)
            for file in written.files { try folder.write(file.bytes, to: file.name, mode: file.mode) }
            var details = written.details
            try folder.commit()
            details["session"] = finished.session.hex
            try enter("\(event)Finished", details)
            observer.progress("written to \(folder.target)")
            return (finished, folder.target)
        } catch {
            fail(Failure(describing: error).code)
            throw error
        }
    }

    private func run<Work: SessionWork>(
        _ work: Work, leaving evidence: SessionEvidence, attempt: UInt32, _ book: DisclosureBook,
        writing output: @escaping @Sendable (FinishedSession<Work.Result>) throws -> SessionOutput
    ) async throws -> (FinishedSession<Work.Result>, SessionOutput) {
        let counting = CountingRecorder(evidence.writer)
        let (job, kind, observer) = (prepared.job, prepared.inputs.session, observer)
        progress.count { (counting.total(.outgoing), counting.total(.incoming)) }
        return try await link.withSession(
            SessionTerms(prepared.inputs, attempt: attempt),
            plan: kind.plan(for: job, between: [prepared.own.name, prepared.peer.name]),
            inspectors: { try kind.liveInspectors(for: job, in: $0) }, seed: evidence.seed, recorder: counting,
            finish: { try evidence.finish($0, work, $1.0.result, files: $1.1.files) }
        ) { session in
            try book.attempt()
            let result = try await work.run(over: session)
            // The salt plays no part in the counts.
            try await session.finishInspection(counts: work.facts(of: result, salt: .zero).counts)
            for (check, reason) in session.unfinishedChecks.sorted(by: { $0.key < $1.key }) {
                observer.warning("check \(check) could not be made to the end: \(reason)")
            }
            let finished = FinishedSession(
                result, of: prepared.inputs, session: session.id, bytesSent: counting.total(.outgoing),
                bytesReceived: counting.total(.incoming), seconds: progress.elapsed.seconds)
            return (finished, try output(finished))
        }
    }

    /// What processes of this site left that were killed, wherever their output was to stand.
    static func tidy(_ site: SiteFolder, _ observer: any RunObserver) {
        let notes = site.staging.tidy { staging in
            let kept = transcripts(in: staging).compactMap { folder in
                try? FailedSessions(at: site).keep(folder, of: "killed")?.path
            }
            return kept.isEmpty ? nil : kept.map { "\(site.path)/\($0)" }.joined(separator: ", ")
        }
        for note in notes { observer.warning(note) }
    }

    /// Of a session with one peer, or of those with all.
    static func transcripts(in staging: String) -> [String] {
        let pairs =
            (try? FileManager.default.contentsOfDirectory(atPath: "\(staging)/\(MeshFolder.transcripts)")) ?? []
        return ["\(staging)/transcript"] + pairs.sorted().map { "\(staging)/\(MeshFolder.transcripts)/\($0)" }
    }
}

extension SessionProtocol {
    /// Those of the running session, with what it must see before its first protocol message. A verifier has that rule by itself.
    func liveInspectors(for job: Job, in session: SessionDescription) throws -> [any PayloadInspector] {
        let parties = [session.local, session.peer]
        let opening = OpeningInspector(
            job: job.hash, committed: commitments, trust: job.trust, parties: parties)
        let inspected = InspectedSession(session: session.id, parties: parties, local: session.local.name)
        return [opening] + (try inspectors(for: job, in: inspected))
    }
}

extension SessionPurpose {
    /// The ledger's word for it: `jobStarted`, `countFinished`, `alignmentFailed`.
    package var event: String { self == .fit ? "job" : rawValue }
}
