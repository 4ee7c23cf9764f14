import Synchronization

/// Cancellation that reaches what uses a connection before the connection: a body that is cancelled can still tell its
/// peer why, and only a wait without a body is cut short.
final class OrderlyCancellation: Sendable {
    private struct State {
        var bodies: [Int: @Sendable () -> Void] = [:]
        var started = 0
        var connection: (@Sendable () -> Void)?
        var isCancelled = false
    }

    private let state = Mutex(State())

    /// Runs what makes and keeps the connection.
    func run<R: Sendable>(_ connection: @escaping @Sendable () async throws -> R) async throws -> R {
        // Tasks of their own: in one tree, cancelling would reach both at once.
        let task = Task { try await connection() }
        self.state.withLock { $0.connection = { task.cancel() } }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            self.cancel()
        }
    }

    /// Runs a user of the connection within `run`.
    func body<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
        let task = Task { try await body() }
        let (number, isCancelled) = self.state.withLock { state in
            state.started += 1
            state.bodies[state.started] = { task.cancel() }
            return (state.started, state.isCancelled)
        }
        defer { self.state.withLock { _ = $0.bodies.removeValue(forKey: number) } }
        if isCancelled { task.cancel() }
        return try await task.value
    }

    /// Cuts the connection short where `run` was cancelled and nobody uses the connection any more: for one that would
    /// wait for the next body.
    func endIfUnused() {
        self.state.withLock { $0.isCancelled && $0.bodies.isEmpty ? $0.connection : nil }?()
    }

    private func cancel() {
        let cancels = self.state.withLock { state -> [@Sendable () -> Void] in
            state.isCancelled = true
            return state.bodies.isEmpty ? [state.connection].compactMap(\.self) : Array(state.bodies.values)
        }
        for cancel in cancels { cancel() }
    }
}
