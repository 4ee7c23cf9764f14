import NIOCore
import NIOPosix

/// The thread on which all connections of this process live. One encrypts faster than the networks between two sites
/// carry; computing has the others.
enum NetworkThread {
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Returns once the thread has done all that it was given before.
    ///
    /// A writer learns that a stream is full when the thread has looked at what was written, and until then takes
    /// everything. Whoever waits here after each write is never ahead of that.
    static func catchUp() async throws {
        try await self.group.next().submit {}.get()
    }
}
