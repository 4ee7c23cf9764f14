import GRPCCore
import Synchronization
public import Wire

/// One authenticated connection to one peer: frames go out and come in, in order, whole.
///
/// One task may send while another receives. Sending waits when the peer reads slowly.
public final class GRPCPeerChannel: PeerChannel {
    /// The certificate that the peer proved to hold the key of, and that is pinned here.
    public let peerCertificate: PeerCertificate
    /// The certificate that this side showed.
    public let ownCertificate: PeerCertificate

    /// The name under which this site pinned the peer.
    public let peerName: String

    /// What a session binds itself to: the fingerprint that the peer proved to own on this very connection.
    public var peerCertificateFingerprint: Bytes32? { self.peerCertificate.fingerprint.bytes }

    private let queue: FrameQueue
    private let limits: TransportLimits
    private let write: @Sendable ([UInt8]) async throws -> Void
    private let finish: @Sendable () async -> Void
    /// Until when this side, once it has closed, waits for the peer's end.
    private let closing = Mutex<ContinuousClock.Instant?>(nil)

    init(
        peerName: String,
        peer: PeerCertificate,
        own: PeerCertificate,
        queue: FrameQueue,
        limits: TransportLimits,
        write: @escaping @Sendable ([UInt8]) async throws -> Void,
        finish: @escaping @Sendable () async -> Void
    ) {
        self.peerName = peerName
        self.peerCertificate = peer
        self.ownCertificate = own
        self.queue = queue
        self.limits = limits
        self.write = write
        self.finish = finish
    }

    /// Sends one frame. Returns when the transport took it, which is not yet when the peer has it.
    ///
    /// - Throws: `WireError` when the frame is over the limit or the connection is gone, `CancellationError`.
    public func send(_ frame: [UInt8]) async throws {
        guard self.closing.withLock({ $0 }) == nil else { throw WireError.channelClosed }
        guard frame.count <= self.limits.maximumFrameBytes else {
            throw WireError.frameTooLarge(
                peer: self.peerName, bytes: frame.count, limit: self.limits.maximumFrameBytes)
        }
        // A peer that ended its frames takes none either: the channel is closed for both.
        if let end = self.queue.end { throw end.wireError(peer: self.peerName) }
        do {
            try await self.write(frame)
            try await NetworkThread.catchUp()
        } catch {
            if Task.isCancelled || error is CancellationError { throw CancellationError() }
            throw (self.queue.end ?? .lost).wireError(peer: self.peerName)
        }
    }

    /// The next frame.
    ///
    /// - Throws: `WireError` after the peer's last frame, `CancellationError`.
    public func receive() async throws -> [UInt8] {
        do {
            return try await self.queue.next()
        } catch let end as ChannelEnd {
            throw (self.closing.withLock { $0 } == nil ? end : .closedHere).wireError(peer: self.peerName)
        }
    }

    /// Returns once no more frames come from the network: for whoever holds a channel without receiving. Also when the waiting task is
    /// cancelled.
    public func untilPeerEnds() async { await self.queue.untilEnd() }

    /// Ends this side's frames and waits, no longer than `TransportLimits.closeTimeout`, until the peer ends its own:
    /// then everything sent has arrived. Frames that were not received are dropped. May be called again, and waits no longer
    /// for that.
    public func close() async {
        let now = ContinuousClock.now
        let (isFirst, end) = self.closing.withLock { closing in
            let (isFirst, end) = (closing == nil, closing ?? now + self.limits.closeTimeout)
            closing = end
            return (isFirst, end)
        }
        if isFirst {
            await self.finish()
            self.queue.discard()
        }
        await self.queue.waitForEnd(within: max(.zero, end - .now))
    }
}
