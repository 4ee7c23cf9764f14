/// Bounds of a session: how long to wait, how much to accept.
public struct SessionLimits: Sendable, Hashable {
    /// Largest frame sent or accepted, in bytes, at most `largestFrame`. A protocol cuts what is larger into chunks.
    public var maximumFrame: Int
    /// Most chunks that one message may be cut into.
    public var maximumChunks: UInt32
    /// Longest wait for a peer's next message, which includes what it has to compute.
    public var wait: Duration
    /// Longest wait for each flight of the handshake.
    public var handshake: Duration
    /// Longest wait for telling a peer why the session ends.
    public var farewell: Duration

    /// No session may allow a larger frame, so that a verifier knows what it may meet: 64 MiB.
    public static let largestFrame = 64 << 20

    public init(
        maximumFrame: Int = 4 << 20, maximumChunks: UInt32 = 1 << 20, wait: Duration = .seconds(600),
        handshake: Duration = .seconds(30), farewell: Duration = .seconds(2)
    ) {
        self.maximumFrame = min(max(maximumFrame, 4096), Self.largestFrame)
        self.maximumChunks = maximumChunks
        self.wait = wait
        self.handshake = handshake
        self.farewell = farewell
    }

    /// Bytes that a message's payload may have.
    public var maximumPayload: Int { maximumFrame - Frame.overhead }
}

/// Runs `body`; if it is not done in time, calls `onTimeout` (which must make `body` return, by closing what it waits
/// for) and throws `error`.
func withDeadline<Result: Sendable>(
    _ limit: Duration, throwing error: WireError, onTimeout: @Sendable @escaping () async -> Void,
    _ body: @Sendable @escaping () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let result = first else {
            await onTimeout()
            throw error
        }
        return result
    }
}
