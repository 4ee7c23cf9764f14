extension Session {
    /// Asks the inspectors of this session about what they have seen, up to the message that `receive` returned last. What an
    /// inspector has verified need not be verified again.
    ///
    /// - Returns: the first answer; nil where no inspector has one.
    package func inspected<Answer>(_ question: (any PayloadInspector) -> Answer?) -> Answer? {
        inspection.ask(question)
    }

    /// After the last message of the protocols: ends the session if what was exchanged does not come to these counts.
    ///
    /// - Parameter counts: what this party is about to sign as its outcome.
    public func finishInspection(counts: [String: Int64]) async throws {
        if let finding = try await inspection.catchUp() { throw await reject(error(finding)) }
        if let finding = inspection.finish(counts: counts) { throw await reject(error(finding)) }
    }

    /// Checks that were not made to the end in this session, each with the reason.
    public var unfinishedChecks: [String: String] { inspection.unfinished }

    func error(_ finding: LiveInspection.Finding) -> WireError {
        finding.from == localName
            ? .ownMessageRefused(finding.failure) : .refused(peer: peerName, failure: finding.failure)
    }
}
