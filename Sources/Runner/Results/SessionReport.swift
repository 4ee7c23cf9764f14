package import Jobs
import ProtocolKit
import Site

/// What came of a session of any purpose, in figures that every one of them has.
package struct SessionReport: Codable, Sendable {
    package let job: String
    package let purpose: SessionPurpose
    package let peer: String
    /// What the ledger keeps of it, by name.
    package let figures: [String: String]
    package let out: String

    package var text: String {
        let words = figures.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return "\(purpose.rawValue) with \(peer): \(words)"
    }
}

extension SessionExecution {
    /// Runs a session of the purpose that it was prepared for, whichever that is.
    package func run() async throws -> SessionReport { try await report(prepared.inputs.session) }

    private func report<P: SiteProtocol>(_ session: P) async throws -> SessionReport {
        let (finished, folder) = try await run(session)
        return SessionReport(
            job: prepared.file.hash, purpose: session.purpose, peer: prepared.peer.name,
            figures: session.details(of: finished.result), out: folder)
    }
}
