import Synchronization

/// A value that is set once and may be awaited by any number of tasks.
final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case empty(waiting: [Int: CheckedContinuation<Value?, Never>], nextID: Int)
        case full(Value)
    }

    private let state = Mutex(State.empty(waiting: [:], nextID: 0))

    /// - Returns: whether this call set the value; later values are dropped.
    @discardableResult
    func fulfil(_ value: Value) -> Bool {
        let waiting: [CheckedContinuation<Value?, Never>]? = self.state.withLock { state in
            guard case .empty(let waiting, _) = state else { return nil }
            state = .full(value)
            return Array(waiting.values)
        }
        for continuation in waiting ?? [] { continuation.resume(returning: value) }
        return waiting != nil
    }

    /// The value if it is there already.
    var current: Value? {
        self.state.withLock { state in
            if case .full(let value) = state { value } else { nil }
        }
    }

    /// - Returns: nil when the waiting task is cancelled first.
    func value() async -> Value? {
        let id = self.state.withLock { state -> Int in
            guard case .empty(let waiting, let id) = state else { return -1 }
            state = .empty(waiting: waiting, nextID: id + 1)
            return id
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Value?, Never>) in
                let ready: Value?? = self.state.withLock { state in
                    switch state {
                    case .full(let value): return .some(value)
                    case .empty(var waiting, let nextID):
                        // The handler below may have run already: a registered waiter would then never be woken.
                        if Task.isCancelled { return .some(nil) }
                        waiting[id] = continuation
                        state = .empty(waiting: waiting, nextID: nextID)
                        return nil
                    }
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiter = self.state.withLock { state -> CheckedContinuation<Value?, Never>? in
                guard case .empty(var waiting, let nextID) = state else { return nil }
                let waiter = waiting.removeValue(forKey: id)
                state = .empty(waiting: waiting, nextID: nextID)
                return waiter
            }
            waiter?.resume(returning: nil)
        }
    }

    /// - Returns: nil after the time, or when cancelled.
    func value(within time: Duration) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await self.value() }
            group.addTask {
                try? await Task.sleep(for: time)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
