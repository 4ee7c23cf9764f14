import Synchronization

/// Says yes so many times, then no.
package final class Countdown: Sendable {
    private let left: Mutex<Int>

    package init(_ count: Int) { left = Mutex(count) }

    package func next() -> Bool {
        left.withLock { left in
            left -= 1
            return left >= 0
        }
    }
}
