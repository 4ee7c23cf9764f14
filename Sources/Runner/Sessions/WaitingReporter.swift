import GRPCTransport
import Synchronization

/// Says while a site dials why the peer is not there yet: at once when the reason changes, else every few seconds.
final class WaitingReporter: Sendable {
    private struct State {
        var last: TransportError?
        var said: ContinuousClock.Instant?
    }

    static let pause = Duration.seconds(5)
    private let observer: any RunObserver
    private let state = Mutex(State())

    init(observer: any RunObserver) {
        self.observer = observer
    }

    func waiting(_ error: TransportError) {
        let isDue = state.withLock { state in
            let now = ContinuousClock.now
            if state.last == error, let said = state.said, now - said < Self.pause { return false }
            (state.last, state.said) = (error, now)
            return true
        }
        if isDue { observer.progress("waiting: \(error)") }
    }
}
