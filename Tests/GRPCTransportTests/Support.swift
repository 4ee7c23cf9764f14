import GRPCTransport
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing
import Wire

/// All tests of the transport, one at a time: they wait more than they compute. Other tests of the same process may hold all its threads for
/// long, so no test measures how long something took: what is to happen at once has no other end than this limit, or one far beyond.
@Suite("Transport", .serialized, .timeLimit(.minutes(15)))
enum TransportTests {}

/// Two sites and a stranger, made once: keys are cheap, but not free.
enum Sites {
    static let hospital = Result { try SiteCertificate.generate(commonName: "hospital") }
    static let lab = Result { try SiteCertificate.generate(commonName: "lab") }
    static let stranger = Result { try SiteCertificate.generate(commonName: "stranger") }
}

/// A listener (hospital) and a dialer (lab) in one process over loopback, with as much replaced as a test wants.
struct Pair {
    var listening: SiteCertificate
    var dialing: SiteCertificate
    var pinnedByListener: [CertificateFingerprint: String]
    var pinnedByDialer: Set<CertificateFingerprint>
    var listenerLimits = TransportLimits(handshakeTimeout: .seconds(300), closeTimeout: .seconds(300))
    var dialerLimits = TransportLimits(handshakeTimeout: .seconds(300), closeTimeout: .seconds(300))
    var timeout = Duration.seconds(600)

    init() throws {
        let hospital = try Sites.hospital.get()
        let lab = try Sites.lab.get()
        self.listening = hospital
        self.dialing = lab
        self.pinnedByListener = [lab.fingerprint: "lab"]
        self.pinnedByDialer = [hospital.fingerprint]
    }

    func listener(port: Int = 0) -> GRPCListener {
        GRPCListener(
            host: "127.0.0.1", port: port, identity: self.listening, pinned: self.pinnedByListener,
            limits: self.listenerLimits)
    }

    func dialer(port: Int) -> GRPCDialer {
        GRPCDialer(
            peerName: "hospital", host: "127.0.0.1", port: port, identity: self.dialing, pinned: self.pinnedByDialer,
            limits: self.dialerLimits)
    }

    /// Runs both bodies; `route` may put something between the port listened on and the port dialed.
    func run<L: Sendable, D: Sendable>(
        route: @escaping @Sendable (Int) async throws -> Int = { $0 },
        listener listenerBody: @escaping @Sendable (GRPCPeerChannel) async throws -> L,
        dialer dialerBody: @escaping @Sendable (GRPCPeerChannel) async throws -> D
    ) async -> (listener: Result<L, any Error>, dialer: Result<D, any Error>) {
        let ports = AsyncStream.makeStream(of: Int.self)
        async let listened = result {
            // Where it never listened, nobody waits for its port.
            defer { ports.continuation.finish() }
            return try await self.listener().withChannel(
                timeout: self.timeout,
                onListening: { ports.continuation.yield($0) }, listenerBody)
        }
        async let dialed = result {
            var iterator = ports.stream.makeAsyncIterator()
            guard let port = await iterator.next() else { throw CancellationError() }
            return try await self.dialer(port: try await route(port)).withChannel(timeout: self.timeout, dialerBody)
        }
        return (await listened, await dialed)
    }
}

extension Result {
    var transportError: TransportError? { self.error as? TransportError }

    private var error: (any Error)? {
        if case .failure(let error) = self { error } else { nil }
    }
}

/// The two ends of an exchange meet here, in tests where one must know how far the other is.
final class Gate: Sendable {
    private let stream = AsyncStream.makeStream(of: Void.self)

    func open() { self.stream.continuation.finish() }

    func wait() async {
        for await _ in self.stream.stream {}
    }
}

/// A port on which nobody listens, and that the system gives to nobody else meanwhile: a connection of this process has it at its own end.
final class UnusedPort: Sendable {
    let number: Int
    private let channels: [any Channel]

    init() async throws {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(server.localAddress)
        // So that a listener of the test's may bind it all the same.
        let holder = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(to: SocketAddress(ipAddress: "127.0.0.1", port: 0))
            .connect(to: address).get()
        number = try #require(holder.localAddress?.port)
        channels = [server, holder]
    }

    deinit { for channel in channels { channel.close(promise: nil) } }
}

/// Waits until the other side closed a connection.
///
/// - Returns: whether it did; after some minutes this side closes it.
func isClosedByPeer(_ channel: any Channel) async throws -> Bool {
    let isLate = Mutex(false)
    let end = channel.eventLoop.scheduleTask(in: .minutes(10)) {
        isLate.withLock { $0 = true }
        channel.close(promise: nil)
    }
    try await channel.closeFuture.get()
    end.cancel()
    return !isLate.withLock { $0 }
}

/// A frame that tells its place and its direction, so that a swapped or torn one is noticed.
func frame(_ index: Int, size: Int, seed: UInt8) -> [UInt8] {
    var bytes = [UInt8](repeating: seed, count: size)
    for offset in stride(from: 0, to: size, by: 4099) { bytes[offset] = UInt8(truncatingIfNeeded: index &+ offset) }
    if let last = bytes.indices.last { bytes[last] = UInt8(truncatingIfNeeded: index) }
    return bytes
}
