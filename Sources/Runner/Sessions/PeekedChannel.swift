import Synchronization
import Wire

/// A channel whose first frame has been looked at, and is delivered all the same.
///
/// A waiting site learns from the peer's greeting which job the peer wants; the session checks all of it again.
final class PeekedChannel: PeerChannel {
    private let inner: any PeerChannel
    private let first: Mutex<[UInt8]?>
    /// The job that the peer's greeting names; `nil` when the first frame is no greeting.
    let jobHash: Bytes32?

    /// - Throws: what the channel throws; when the peer says nothing in time, the channel is closed and throws.
    init(peeking inner: any PeerChannel, within limit: Duration = .seconds(30)) async throws {
        self.inner = inner
        let watch = Task {
            try await Task.sleep(for: limit)
            await inner.close()
        }
        defer { watch.cancel() }
        let frame = try await inner.receive()
        first = Mutex(frame)
        // 0x01 || hello, protocols/wire.md section 3
        jobHash = frame.first == 1 ? try? Hello(encoded: Array(frame.dropFirst())).jobHash : nil
    }

    var peerCertificateFingerprint: Bytes32? { inner.peerCertificateFingerprint }

    func send(_ frame: [UInt8]) async throws { try await inner.send(frame) }

    func receive() async throws -> [UInt8] {
        if let frame = first.withLock({ frame in
            defer { frame = nil }
            return frame
        }) {
            return frame
        }
        return try await inner.receive()
    }

    func close() async { await inner.close() }
}
