import NIOCore
import NIOPosix
import NIOSSL

/// Why an attempt to reach a peer came to nothing. Trying again may help with each of them.
public enum DialFault: String, Sendable, Hashable, CaseIterable {
    case nameNotResolved
    case refused
    case noRoute
    /// Nothing comes back: neither to the TCP connection, or nothing through it.
    case silent
    /// Something answers, and it is not TLS 1.3.
    case notTLS
    /// The other side closed the connection before TLS was set up.
    case closed
    /// TLS was set up, and the connection was lost before the peer accepted the session.
    case noSession

    /// For sentences: "lab cannot be reached at host:port: <this>".
    public var sentence: String {
        switch self {
        case .nameNotResolved: "the name does not resolve"
        case .refused: "the connection is refused"
        case .noRoute: "there is no route to that network"
        case .silent: "it is silent: no answer comes back"
        case .notTLS: "something answers there, but not in TLS 1.3"
        case .closed: "it closes the connection before TLS is set up"
        case .noSession: "the connection is lost before the session starts"
        }
    }

    public var hint: String {
        switch self {
        case .nameNotResolved:
            "check the host name, or this machine's name server; --peer-address dials another address"
        case .refused: "is the peer's `moiety serve` or `moiety job run` running, and on that port?"
        case .noRoute: "is this machine on a network, or behind a VPN that must be up?"
        case .silent:
            "a firewall may drop the packets, or the peer's program is stopped: ask the peer's IT for that port"
        case .notTLS: "another program listens on that port, a web server for example: check the port"
        case .closed: "a gateway or another program may stand in between: check the address and the port with the peer"
        case .noSession: "look at what the peer's program says"
        }
    }

    /// Why no TCP connection came about.
    init(connecting error: any Error) {
        if error is ChannelError {
            self = .silent
        } else if let error = error as? NIOConnectionError {
            self = error.connectionErrors.isEmpty ? .nameNotResolved : Self(of: error.connectionErrors.map(\.error))
        } else {
            self = Self(of: [error])
        }
    }

    /// Of several addresses of one name, the one that says most: a refusal comes from the machine itself.
    private init(of errors: [any Error]) {
        let codes = errors.compactMap { ($0 as? IOError)?.errnoCode }
        if codes.contains(ECONNREFUSED) {
            self = .refused
        } else if codes.contains(ECONNRESET) {
            self = .closed
        } else if codes.contains(where: { [ENETUNREACH, EHOSTUNREACH, ENETDOWN, EADDRNOTAVAIL].contains($0) }) {
            self = .noRoute
        } else {
            self = .silent
        }
    }
}
