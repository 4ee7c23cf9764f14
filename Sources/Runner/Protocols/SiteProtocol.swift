package import Jobs
package import ProtocolKit
package import Site
package import Transcript
package import Wire

/// A session protocol as a site runs it, and runs it again over a log: `SessionProtocol` says the rest about it.
package protocol SiteProtocol: SessionProtocol {
    associatedtype Work: SessionWork

    /// Refuses inputs that no such session can begin with, before anybody is dialled.
    func check(_ inputs: JobInputs) throws
    /// This site's side of one session.
    func work(_ setup: WorkSetup) throws -> Work
    /// Files that follow from the result alone, so that a replay writes the same bytes.
    func results(of finished: FinishedSession<Work.Result>) throws -> [ResultFile]
    /// All that stands beside the transcript.
    func files(of finished: FinishedSession<Work.Result>) throws -> [ResultFile]
    /// What the ledger keeps of it: numbers, no values.
    func details(of result: Work.Result) -> [String: String]
    /// What this site brought to the session of that transcript, for a replay.
    ///
    /// - Parameter secrets: the transcript's `private/`.
    /// - Throws: `ReplayRefusal` when what is at hand cannot be what was used then.
    func inputs(of file: JobFile, secrets: String, at site: SiteFolder) throws -> JobInputs
}

extension SiteProtocol {
    package func check(_ inputs: JobInputs) throws {}

    package func files(of finished: FinishedSession<Work.Result>) throws -> [ResultFile] {
        try results(of: finished)
    }

    package func inputs(of file: JobFile, secrets: String, at site: SiteFolder) throws -> JobInputs {
        try JobInputs(file, for: self, at: site)
    }
}

/// What the work of a session is made of.
package struct WorkSetup: Sendable {
    package let inputs: JobInputs
    package let opening: SessionOpening
    package let books: any JobBooks
    package let progress: ProgressReporter
    /// This site's own, while the session runs; `nil` in a replay.
    package let policy: Policy?
    /// What was recorded, in a replay; `nil` while the session runs.
    package let log: Replay?

    package init(
        inputs: JobInputs, opening: SessionOpening, books: any JobBooks, progress: ProgressReporter,
        policy: Policy? = nil, log: Replay? = nil
    ) {
        self.inputs = inputs
        self.opening = opening
        self.books = books
        self.progress = progress
        self.policy = policy
        self.log = log
    }
}

/// What came of a session, and what it took.
package struct FinishedSession<Result: Sendable>: Sendable {
    package let inputs: JobInputs
    package let session: Bytes32
    package let result: Result
    /// Of the messages, both ways; 0 in a replay, as the time is.
    package let bytesSent: Int
    package let bytesReceived: Int
    package let seconds: Double

    init(
        _ result: Result, of inputs: JobInputs, session: Bytes32, bytesSent: Int = 0, bytesReceived: Int = 0,
        seconds: Double = 0
    ) {
        self.inputs = inputs
        self.session = session
        self.result = result
        self.bytesSent = bytesSent
        self.bytesReceived = bytesReceived
        self.seconds = seconds
    }
}

/// Why a session cannot be replayed from what is at hand: R01 fails under that name.
package struct ReplayRefusal: Error, Sendable, Hashable {
    package let name: String
    package let sentence: String
}
