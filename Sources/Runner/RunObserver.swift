package import Site

/// Hears what a session does while it runs. A console prints it.
package protocol RunObserver: Sendable {
    /// One event, as a line for people.
    func progress(_ text: String)
    /// Where work stands that is being counted: it takes the place of the last one, where ``updatesInPlace`` says so.
    func status(_ text: String)
    /// Whether there is a place for it: a terminal, which a line may be drawn over.
    var updatesInPlace: Bool { get }
    func warning(_ text: String)
    /// One session of a service failed; the service goes on.
    func sessionFailed(_ failure: Failure)
}

extension RunObserver {
    package var updatesInPlace: Bool { false }
    package func status(_ text: String) { progress(text) }
}
