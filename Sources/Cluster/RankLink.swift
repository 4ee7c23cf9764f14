package import Foundation

/// One end of a channel between rank 0 and another rank: whole messages, in order. Called by one thread at a time.
///
/// Whoever waits does so without using the processor: the other ranks of a machine need it.
package protocol RankLink: Sendable {
    /// Takes a message for sending, and returns at once.
    func post(_ message: Data) throws(LinkError)
    /// Waits until the other end has taken all that was posted.
    ///
    /// - Throws: ``LinkError/silent(seconds:)`` after so many seconds, if any were given.
    func flush(seconds: Int?) throws(LinkError)
    /// Waits for the next message; errors as above.
    func receive(seconds: Int?) throws(LinkError) -> Data
}

/// The most bytes of one message: MPI counts them in an `Int32`.
package let mostMessageBytes = 1 << 30
