import Synchronization

/// Frames between the task that reads the network and the one that receives, at most `capacity` of them: the reader
/// waits when the receiver is slow, and the flow control of HTTP/2 then makes the peer wait.
final class FrameQueue: Sendable {
    private typealias Receiver = CheckedContinuation<Result<[UInt8], any Error>, Never>

    private struct State {
        var frames: [[UInt8]] = []
        var receivers: [(id: Int, continuation: Receiver)] = []
        var nextID = 0
        var reader: CheckedContinuation<Void, Never>?
        var end: ChannelEnd?
        var discards = false
    }

    private let capacity: Int
    private let state = Mutex(State())
    private let ended = OneShot<ChannelEnd>()

    init(capacity: Int = 2) {
        self.capacity = capacity
    }

    /// Adds a frame; returns when there is room for another. One task at a time.
    func push(_ frame: [UInt8]) async {
        let receiver: Receiver? = self.state.withLock { state in
            if state.discards || state.end != nil { return nil }
            if !state.receivers.isEmpty { return state.receivers.removeFirst().continuation }
            state.frames.append(frame)
            return nil
        }
        if let receiver {
            receiver.resume(returning: .success(frame))
            return
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let hasRoom = self.state.withLock { state -> Bool in
                    if state.frames.count < self.capacity || Task.isCancelled { return true }
                    state.reader = continuation
                    return false
                }
                if hasRoom { continuation.resume() }
            }
        } onCancel: {
            self.wakeReader()
        }
    }

    /// No frame follows. Frames that wait are still delivered; what comes then is `end`.
    func finish(_ end: ChannelEnd) {
        let receivers = self.state.withLock { state -> [(id: Int, continuation: Receiver)] in
            guard state.end == nil else { return [] }
            state.end = end
            defer { state.receivers = [] }
            return state.receivers
        }
        for receiver in receivers { receiver.continuation.resume(returning: .failure(end)) }
        self.ended.fulfil(end)
        self.wakeReader()
    }

    /// Nobody receives any more: frames are dropped, so that the reader gets to the end.
    func discard() {
        self.state.withLock { state in
            state.discards = true
            state.frames = []
        }
        self.wakeReader()
    }

    /// Why no frame follows, if so: known as soon as the connection ends, before the frames that wait are taken.
    var end: ChannelEnd? { self.ended.current }

    func untilEnd() async { _ = await self.ended.value() }

    func waitForEnd(within time: Duration) async {
        _ = await self.ended.value(within: time)
    }

    /// - Throws: `ChannelEnd`, or `CancellationError` when the receiving task is cancelled; no frame is lost then.
    func next() async throws -> [UInt8] {
        let id = self.state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Receiver) in
                var reader: CheckedContinuation<Void, Never>?
                let ready = self.state.withLock { state -> Result<[UInt8], any Error>? in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if !state.frames.isEmpty {
                        reader = state.reader.take()
                        return .success(state.frames.removeFirst())
                    }
                    if let end = state.end { return .failure(end) }
                    state.receivers.append((id, continuation))
                    return nil
                }
                reader?.resume()
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let receiver = self.state.withLock { state -> Receiver? in
                guard let index = state.receivers.firstIndex(where: { $0.id == id }) else { return nil }
                return state.receivers.remove(at: index).continuation
            }
            receiver?.resume(returning: .failure(CancellationError()))
        }
        return try result.get()
    }

    private func wakeReader() {
        self.state.withLock { $0.reader.take() }?.resume()
    }
}
