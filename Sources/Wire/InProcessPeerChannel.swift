import Synchronization

/// Two parties in one process: what one end sends, the other receives. The buffer is bounded, so that a fast sender
/// waits for a slow receiver as it would on a network.
public final class InProcessPeerChannel: PeerChannel {
    private let outgoing: FramePipe
    private let incoming: FramePipe

    private init(outgoing: FramePipe, incoming: FramePipe) {
        self.outgoing = outgoing
        self.incoming = incoming
    }

    /// - Parameter capacity: frames that may wait in each direction.
    public static func pair(capacity: Int = 16) -> (InProcessPeerChannel, InProcessPeerChannel) {
        let there = FramePipe(capacity: capacity)
        let back = FramePipe(capacity: capacity)
        return (
            InProcessPeerChannel(outgoing: there, incoming: back),
            InProcessPeerChannel(outgoing: back, incoming: there)
        )
    }

    public func send(_ frame: [UInt8]) async throws { try await outgoing.send(frame) }

    public func receive() async throws -> [UInt8] { try await incoming.receive() }

    public func close() async {
        outgoing.close()
        incoming.close()
    }
}

/// One direction: a bounded queue with waiting senders and receivers, each in order of arrival.
final class FramePipe: Sendable {
    private struct State {
        var frames: [[UInt8]] = []
        var isClosed = false
        var nextTicket: UInt64 = 0
        var receivers: [(ticket: UInt64, wake: CheckedContinuation<[UInt8], any Error>)] = []
        var senders: [(ticket: UInt64, frame: [UInt8], wake: CheckedContinuation<Void, any Error>)] = []

        mutating func ticket() -> UInt64 {
            nextTicket += 1
            return nextTicket
        }
    }

    private let capacity: Int
    private let state = Mutex(State())

    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    func send(_ frame: [UInt8]) async throws {
        let ticket = state.withLock { $0.ticket() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (wake: CheckedContinuation<Void, any Error>) in
                offer(frame, ticket: ticket, wake: wake)
            }
        } onCancel: {
            let wake = state.withLock { state -> CheckedContinuation<Void, any Error>? in
                guard let index = state.senders.firstIndex(where: { $0.ticket == ticket }) else { return nil }
                return state.senders.remove(at: index).wake
            }
            wake?.resume(throwing: CancellationError())
        }
    }

    private func offer(_ frame: [UInt8], ticket: UInt64, wake: CheckedContinuation<Void, any Error>) {
        let isCancelled = Task.isCancelled
        let receiver = state.withLock { state -> CheckedContinuation<[UInt8], any Error>? in
            if isCancelled || Task.isCancelled {
                wake.resume(throwing: CancellationError())
            } else if state.isClosed {
                wake.resume(throwing: WireError.channelClosed)
            } else if !state.receivers.isEmpty {
                wake.resume()
                return state.receivers.removeFirst().wake
            } else if state.frames.count < capacity {
                state.frames.append(frame)
                wake.resume()
            } else {
                state.senders.append((ticket, frame, wake))
            }
            return nil
        }
        receiver?.resume(returning: frame)
    }

    func receive() async throws -> [UInt8] {
        let ticket = state.withLock { $0.ticket() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (wake: CheckedContinuation<[UInt8], any Error>) in
                take(ticket: ticket, wake: wake)
            }
        } onCancel: {
            let wake = state.withLock { state -> CheckedContinuation<[UInt8], any Error>? in
                guard let index = state.receivers.firstIndex(where: { $0.ticket == ticket }) else { return nil }
                return state.receivers.remove(at: index).wake
            }
            wake?.resume(throwing: CancellationError())
        }
    }

    private func take(ticket: UInt64, wake: CheckedContinuation<[UInt8], any Error>) {
        let sender = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            if Task.isCancelled {
                wake.resume(throwing: CancellationError())
            } else if !state.frames.isEmpty {
                wake.resume(returning: state.frames.removeFirst())
                guard !state.senders.isEmpty else { return nil }
                let sender = state.senders.removeFirst()
                state.frames.append(sender.frame)
                return sender.wake
            } else if state.isClosed {
                wake.resume(throwing: WireError.channelClosed)
            } else {
                state.receivers.append((ticket, wake))
            }
            return nil
        }
        sender?.resume()
    }

    /// Frames already in the queue can still be received.
    func close() {
        let (receivers, senders) = state.withLock { state in
            state.isClosed = true
            defer {
                state.receivers = []
                state.senders = []
            }
            return (state.receivers.map(\.wake), state.senders.map(\.wake))
        }
        for wake in receivers { wake.resume(throwing: WireError.channelClosed) }
        for wake in senders { wake.resume(throwing: WireError.channelClosed) }
    }
}
