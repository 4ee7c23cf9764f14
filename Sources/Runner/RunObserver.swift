package import Site

/// Hears what a session does while it runs. A console prints it.
package protocol RunObserver: Sendable {
    /// One event, as a line for people.
    func progress(_ text: String)
    func warning(_ text: String)
    /// One session of a service failed; the service goes on.
    func sessionFailed(_ failure: Failure)
}
