/// Waits for pinned peers.
public struct GRPCListener: Sendable {
    public let host: String
    public let port: Int
    public let identity: SiteCertificate
    public let pinned: [CertificateFingerprint: String]
    public let limits: TransportLimits

    /// - Parameters:
    ///   - host: the local address to listen on; `0.0.0.0` or `::` for all.
    ///   - port: 0 lets the system choose; `onListening` tells what it chose.
    ///   - pinned: the certificates that are let in, with the names that this site gave them.
    public init(
        host: String, port: Int, identity: SiteCertificate, pinned: [CertificateFingerprint: String],
        limits: TransportLimits = .default
    ) {
        self.host = host
        self.port = port
        self.identity = identity
        self.pinned = pinned
        self.limits = limits
    }

    /// Whether this address can be listened on now: binds it and lets it go.
    ///
    /// - Throws: `cannotListen` with the reason.
    public func tryBinding() async throws {
        let server = ListeningServer(listener: self, maximumSessions: 0, onRefusal: { _ in }, admit: { false })
        try await server.tryBinding()
    }

    /// Waits for one peer, runs `body` on its channel, closes the channel in order, stops to listen, and returns what
    /// `body` returned. Others that come meanwhile are told that this listener is busy.
    ///
    /// - Parameters:
    ///   - timeout: until a peer has been accepted; `body` has no time limit here.
    ///   - onListening: hears the port, once, when connections are taken.
    ///   - onRefusal: hears of each refused connection; strangers knock, so it ends nothing.
    /// - Throws: `TransportError` before `body` runs (`unknownCertificate` rather than `nobodyConnected` when the only
    ///   ones that came were strangers), then what `body` throws; `CancellationError`.
    public func withChannel<R: Sendable>(
        timeout: Duration = .seconds(60),
        onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in },
        onRefusal: @escaping @Sendable (TransportError) -> Void = { _ in },
        _ body: @escaping @Sendable (GRPCPeerChannel) async throws -> R
    ) async throws -> R {
        try await self.withChannel(
            until: { try? await Task.sleep(for: timeout) }, onListening: onListening, onRefusal: onRefusal, body)
    }

    /// The seam for tests: the wait for a peer is over when `expiry` returns.
    package func withChannel<R: Sendable>(
        until expiry: @escaping @Sendable () async -> Void,
        onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in },
        onRefusal: @escaping @Sendable (TransportError) -> Void = { _ in },
        _ body: @escaping @Sendable (GRPCPeerChannel) async throws -> R
    ) async throws -> R {
        let cancellation = OrderlyCancellation()
        return try await cancellation.run {
            try await self.channel(until: expiry, onListening: onListening, onRefusal: onRefusal) { channel in
                try await cancellation.body { try await body(channel) }
            }
        }
    }

    private func channel<R: Sendable>(
        until expiry: @escaping @Sendable () async -> Void,
        onListening: @escaping @Sendable (_ port: Int) -> Void,
        onRefusal: @escaping @Sendable (TransportError) -> Void,
        _ body: @escaping @Sendable (GRPCPeerChannel) async throws -> R
    ) async throws -> R {
        let claim = OneShot<Void>()
        let outcome = OneShot<Result<R, any Error>>()
        let lastRefusal = Latest<TransportError>()
        let bound = Latest<Int>()
        // Where the system chose the port, the peer was told which.
        let nobody: @Sendable () -> TransportError = {
            .nobodyConnected(address: "\(self.host):\(bound.value ?? self.port)")
        }
        let server = ListeningServer(
            listener: self,
            maximumSessions: 1,
            onRefusal: {
                lastRefusal.set($0)
                onRefusal($0)
            },
            admit: { claim.fulfil(()) })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await server.run(
                        onListening: { port in
                            bound.set(port)
                            onListening(port)
                        }
                    ) { channel in
                        let result = await Result { () async throws -> R in try await body(channel) }
                        await channel.close()
                        outcome.fulfil(result)
                    }
                } catch {
                    outcome.fulfil(.failure(error))
                }
                outcome.fulfil(.failure(nobody()))
            }
            group.addTask {
                await expiry()
                guard claim.current == nil, claim.fulfil(()) else { return }
                let refusal = lastRefusal.value
                outcome.fulfil(.failure(refusal ?? nobody()))
            }
            let result = await outcome.value()
            await server.stop()
            group.cancelAll()
            guard let result else { throw CancellationError() }
            return try result.get()
        }
    }

    /// Serves until cancelled: `handler` runs for each pinned peer that connects, several peers at a time, one session
    /// for each. When it returns, its channel is closed in order.
    ///
    /// - Parameter maximumSessions: sessions at a time, of all peers together; one more is told that the site is busy,
    ///   and its dialer tries again until its own deadline.
    /// When cancelled, it cancels the handlers, and ends with the last of them.
    ///
    /// - Throws: `cannotListen`, `tlsConfigurationFailed`, `CancellationError`.
    public func serve(
        maximumSessions: Int = .max,
        onListening: @escaping @Sendable (_ port: Int) -> Void = { _ in },
        onRefusal: @escaping @Sendable (TransportError) -> Void = { _ in },
        _ handler: @escaping @Sendable (GRPCPeerChannel) async -> Void
    ) async throws {
        let server = ListeningServer(
            listener: self, maximumSessions: maximumSessions, onRefusal: onRefusal, admit: { true })
        let cancellation = OrderlyCancellation()
        try await cancellation.run {
            try await server.run(onListening: onListening) { channel in
                try? await cancellation.body { await handler(channel) }
                cancellation.endIfUnused()
            }
        }
        try Task.checkCancellation()
    }

    var address: String { "\(self.host):\(self.port)" }
}

extension Result where Success: Sendable, Failure == any Error {
    fileprivate init(_ body: @Sendable () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
