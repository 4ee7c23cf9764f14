import Synchronization

final class Counter: Sendable {
    private let stored = Mutex(0)
    var value: Int { self.stored.withLock { $0 } }
    func increment() { self.stored.withLock { $0 += 1 } }
}
