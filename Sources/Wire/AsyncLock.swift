import Synchronization

/// Mutual exclusion across suspension points, first come first served: one direction of a session is one line.
final class AsyncLock: Sendable {
    private struct State {
        var isHeld = false
        var nextTicket: UInt64 = 0
        var waiting: [(ticket: UInt64, wake: CheckedContinuation<Void, any Error>)] = []
    }

    private let state = Mutex(State())

    func withLock<Result>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> sending Result
    ) async throws -> sending Result {
        try await acquire()
        defer { release() }
        return try await body()
    }

    func tryAcquire() -> Bool {
        state.withLock { state in
            guard !state.isHeld else { return false }
            state.isHeld = true
            return true
        }
    }

    func acquire() async throws {
        let ticket = state.withLock { state -> UInt64 in
            state.nextTicket += 1
            return state.nextTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (wake: CheckedContinuation<Void, any Error>) in
                state.withLock { state in
                    if Task.isCancelled {
                        wake.resume(throwing: CancellationError())
                    } else if state.isHeld {
                        state.waiting.append((ticket, wake))
                    } else {
                        state.isHeld = true
                        wake.resume()
                    }
                }
            }
        } onCancel: {
            let wake = state.withLock { state -> CheckedContinuation<Void, any Error>? in
                guard let index = state.waiting.firstIndex(where: { $0.ticket == ticket }) else { return nil }
                return state.waiting.remove(at: index).wake
            }
            wake?.resume(throwing: CancellationError())
        }
    }

    func release() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard !state.waiting.isEmpty else {
                state.isHeld = false
                return nil
            }
            return state.waiting.removeFirst().wake
        }
        next?.resume()
    }
}
