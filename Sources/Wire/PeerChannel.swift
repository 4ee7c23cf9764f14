/// A two-way pipe of frames to one peer: bytes in, the same bytes out, in order. Only a `Session` calls it.
///
/// Implementations MUST end a waiting `send` or `receive` when its task is cancelled or the channel is closed, MUST
/// refuse frames over their limit before they buffer them, and SHOULD let a frame that was sent before `close()`
/// still reach the peer.
public protocol PeerChannel: Sendable {
    func send(_ frame: [UInt8]) async throws
    /// The next frame. After the peer closed and everything was read: `WireError.channelClosed`.
    func receive() async throws -> [UInt8]
    func close() async
    /// Fingerprint of the certificate that the peer proved to hold on this very channel; `nil` if the channel has
    /// none (in one process).
    var peerCertificateFingerprint: Bytes32? { get }
}

extension PeerChannel {
    public var peerCertificateFingerprint: Bytes32? { nil }
}
