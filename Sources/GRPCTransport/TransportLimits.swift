public import Wire

/// Bounds that both ends keep, so that neither a flood nor a silent loss can hold the other.
public struct TransportLimits: Sendable, Hashable {
    /// Largest frame, in bytes, that is sent or accepted: a session's own limit unless said otherwise.
    public var maximumFrameBytes: Int
    /// The dialer sends a ping this often, and the listener answers, so that neither is ever silent longer.
    public var keepaliveInterval: Duration
    /// How much longer than that a connection may be silent before it counts as lost; a session's own wait for a message
    /// if that is longer. Pings queue behind data under way, so this bounds the slowest link: `windowBytes` must pass
    /// within it.
    public var keepaliveTimeout: Duration
    /// From the TCP connection to the end of the TLS handshake, and from there to the start of the session.
    public var handshakeTimeout: Duration
    /// How long `close()` waits for the peer to take what was sent.
    public var closeTimeout: Duration
    /// Connections that a listener holds at a time, authenticated or not. More are closed at once.
    public var maximumConnections: Int
    /// HTTP/2 flow control: what one side may send ahead of the other's reading, in bytes.
    public var windowBytes: Int

    public init(
        maximumFrameBytes: Int = SessionLimits().maximumFrame,
        keepaliveInterval: Duration = .seconds(10),
        keepaliveTimeout: Duration = .seconds(20),
        handshakeTimeout: Duration = .seconds(10),
        closeTimeout: Duration = .seconds(10),
        maximumConnections: Int = 64,
        windowBytes: Int = 4 << 20
    ) {
        self.maximumFrameBytes = maximumFrameBytes
        self.keepaliveInterval = keepaliveInterval
        self.keepaliveTimeout = keepaliveTimeout
        self.handshakeTimeout = handshakeTimeout
        self.closeTimeout = closeTimeout
        self.maximumConnections = maximumConnections
        self.windowBytes = windowBytes
    }

    public static let `default` = TransportLimits()

    /// For a session that may wait so long for a message: a peer that is stopped or cut off for less is not lost.
    public static func waiting(_ messageTimeout: Duration) -> TransportLimits {
        let usual = TransportLimits.default
        return TransportLimits(keepaliveTimeout: max(usual.keepaliveTimeout, messageTimeout))
    }

    package var longestSilence: Duration { self.keepaliveInterval + self.keepaliveTimeout }
}
