import GRPCCore
import GRPCNIOTransportHTTP2Posix

/// Connects to one peer's listener.
public struct GRPCDialer: Sendable {
    public let peerName: String
    public let host: String
    public let port: Int
    public let identity: SiteCertificate
    public let pinned: Set<CertificateFingerprint>
    public let limits: TransportLimits

    /// - Parameters:
    ///   - peerName: for errors only.
    ///   - host: a name or an address. Names are resolved, but never trusted: the certificate is.
    ///   - pinned: the certificates that this peer may show.
    public init(
        peerName: String, host: String, port: Int, identity: SiteCertificate, pinned: Set<CertificateFingerprint>,
        limits: TransportLimits = .default
    ) {
        self.peerName = peerName
        self.host = host
        self.port = port
        self.identity = identity
        self.pinned = pinned
        self.limits = limits
    }

    /// Connects, runs `body` on the channel, closes the channel in order, and returns what `body` returned.
    ///
    /// While nobody listens, or the peer is busy, it tries again with growing pauses until `timeout`; a certificate
    /// that either side refuses ends it at once. `body` runs once at most: a broken connection is not replaced.
    ///
    /// - Parameters:
    ///   - timeout: until the peer has accepted; `body` has no time limit here.
    ///   - onWaiting: hears after each attempt that is followed by another one why it came to nothing: `unreachable` with its
    ///     fault, or `busy`.
    /// - Throws: `TransportError` before `body` runs, then what `body` throws; `CancellationError`.
    public func withChannel<R: Sendable>(
        timeout: Duration = .seconds(60),
        onWaiting: @escaping @Sendable (TransportError) -> Void = { _ in },
        _ body: @escaping @Sendable (GRPCPeerChannel) async throws -> R
    ) async throws -> R {
        let cancellation = OrderlyCancellation()
        return try await cancellation.run {
            try await self.channel(timeout: timeout, onWaiting: onWaiting) { channel in
                try await cancellation.body { try await body(channel) }
            }
        }
    }

    private func channel<R: Sendable>(
        timeout: Duration, onWaiting: @Sendable (TransportError) -> Void,
        _ body: @Sendable (GRPCPeerChannel) async throws -> R
    ) async throws -> R {
        let deadline = ContinuousClock.now + timeout
        let connection = try DialedConnection(dialer: self)
        var pause = Duration.milliseconds(50)
        var busy: TransportError?
        while true {
            try Task.checkCancellation()
            switch try await connection.attempt(until: deadline, body) {
            case .ran(let result):
                return try result.get()
            case .failed(let error, let isFinal):
                try Task.checkCancellation()
                // That the peer was there and busy says more than how the very last attempt failed.
                if case .busy = error { busy = error }
                // Randomised, so that many dialers of one listener spread out.
                let wait = pause * Double.random(in: 0.8...1.2)
                guard !isFinal, ContinuousClock.now + wait < deadline else {
                    throw isFinal ? error : busy ?? error
                }
                onWaiting(error)
                try await Task.sleep(for: wait)
                pause = min(pause * 1.6, .seconds(2))
            }
        }
    }

    var address: String { "\(self.host):\(self.port)" }
}
