import GRPCTransport
import Synchronization
import TestSupport
import Testing
import Wire

/// All tests of the transport, one at a time: they wait more than they compute.
@Suite("Transport", .serialized, .timeLimit(.minutes(5)))
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
    // Generous: other tests of the same process may hold all its threads for long.
    var listenerLimits = TransportLimits(handshakeTimeout: .seconds(60), closeTimeout: .seconds(60))
    var dialerLimits = TransportLimits(handshakeTimeout: .seconds(60), closeTimeout: .seconds(60))
    var timeout = Duration.seconds(120)

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
            try await self.listener().withChannel(
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

/// A frame that tells its place and its direction, so that a swapped or torn one is noticed.
func frame(_ index: Int, size: Int, seed: UInt8) -> [UInt8] {
    var bytes = [UInt8](repeating: seed, count: size)
    for offset in stride(from: 0, to: size, by: 4099) { bytes[offset] = UInt8(truncatingIfNeeded: index &+ offset) }
    if let last = bytes.indices.last { bytes[last] = UInt8(truncatingIfNeeded: index) }
    return bytes
}
