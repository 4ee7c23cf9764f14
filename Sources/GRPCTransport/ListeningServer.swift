import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// The last value that was set.
final class Latest<Value: Sendable>: Sendable {
    private let stored = Mutex<Value?>(nil)
    var value: Value? { self.stored.withLock { $0 } }
    func set(_ value: Value) { self.stored.withLock { $0 = value } }
}

/// One listening socket and the sessions on it.
final class ListeningServer: Sendable {
    private let listener: GRPCListener
    private let limits: TransportLimits
    private let onRefusal: @Sendable (TransportError) -> Void
    private let maximumSessions: Int
    private let admit: @Sendable () -> Bool
    /// Peers that have a session now.
    private let sessions = Mutex<Set<CertificateFingerprint>>([])
    private let connectionCount = Mutex(0)
    private let transport = OneShot<HTTP2ServerTransport.Posix>()
    private let stopped = OneShot<Void>()

    /// - Parameter admit: asked once a peer has proved who it is and a session is free; false tells it that we are busy.
    init(
        listener: GRPCListener, maximumSessions: Int, onRefusal: @escaping @Sendable (TransportError) -> Void,
        admit: @escaping @Sendable () -> Bool
    ) {
        self.listener = listener
        self.limits = listener.limits
        self.maximumSessions = maximumSessions
        self.onRefusal = onRefusal
        self.admit = admit
    }

    /// Runs until stopped or cancelled.
    func run(
        onListening: @escaping @Sendable (Int) -> Void,
        _ handler: @escaping @Sendable (GRPCPeerChannel) async -> Void
    ) async throws {
        defer { self.stopped.fulfil(()) }
        let pinning = Pinning(pinned: Set(self.listener.pinned.keys)) { [onRefusal] verdict in
            if case .failure(let error) = verdict { onRefusal(error) }
        }
        let transport = HTTP2ServerTransport.Posix(
            address: try self.resolve(),
            transportSecurity: self.listener.identity.serverSecurity(pinning),
            config: self.limits.serverConfig(onAccept: { self.guardConnection($0) }),
            eventLoopGroup: NetworkThread.group)
        var context = GRPCServerContext()
        context.methods = [TransportProtocol.method]
        transport.configure(context: context)
        self.transport.fulfil(transport)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                // Throws when listening failed; `listen` then says why.
                guard let address = try? await transport.listeningAddress else { return }
                if let port = address.ipv4?.port ?? address.ipv6?.port { onListening(port) }
            }
            do {
                try await transport.listen { stream, context in
                    await self.serve(stream, context, handler)
                }
            } catch let error as IOError {
                throw TransportError.cannotListen(address: self.listener.address, reason: error.reasonText)
            } catch let error as RuntimeError where error.code == .transportError {
                throw TransportError.tlsConfigurationFailed
            }
        }
    }

    /// Binds the address as `run` does, and lets it go again.
    func tryBinding() async throws {
        let address = try self.resolve()
        do {
            let channel = try await ServerBootstrap(group: NetworkThread.group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: address.ipv4?.host ?? address.ipv6?.host ?? self.listener.host, port: self.listener.port)
                .get()
            try await channel.close().get()
        } catch let error as IOError {
            throw TransportError.cannotListen(address: self.listener.address, reason: error.reasonText)
        }
    }

    /// Takes no more connections and waits, for a bounded time, until those at hand have ended.
    func stop() async {
        self.transport.current?.beginGracefulShutdown()
        _ = await self.stopped.value(within: .seconds(1))
    }

    private func resolve() throws -> GRPCNIOTransportCore.SocketAddress {
        let resolved: NIOCore.SocketAddress
        do {
            resolved = try .makeAddressResolvingHost(self.listener.host, port: self.listener.port)
        } catch {
            throw TransportError.cannotListen(address: self.listener.address, reason: "not an address")
        }
        guard let ip = resolved.ipAddress else {
            throw TransportError.cannotListen(address: self.listener.address, reason: "not an address")
        }
        return switch resolved {
        case .v6: .ipv6(host: ip, port: self.listener.port)
        default: .ipv4(host: ip, port: self.listener.port)
        }
    }

    /// Puts the watch above TLS on a new connection, or closes one too many.
    private func guardConnection(_ channel: any Channel) -> EventLoopFuture<Void> {
        let count = self.connectionCount.withLock { count in
            count += 1
            return count
        }
        channel.closeFuture.whenComplete { _ in self.connectionCount.withLock { $0 -= 1 } }
        if count > self.limits.maximumConnections {
            channel.close(promise: nil)
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        return channel.eventLoop.makeCompletedFuture {
            let sync = channel.pipeline.syncOperations
            let tls = try sync.handler(type: NIOSSLServerHandler.self)
            let liveness = LivenessHandler(silence: self.limits.longestSilence)
            try sync.addHandler(liveness, position: .first)
            let watch = HandshakeHandler(Handshake(), timeout: self.limits.handshakeTimeout)
            try sync.addHandler(watch, position: .after(tls))
        }
    }
}

extension ListeningServer {
    private typealias Stream = RPCStream<HTTP2ServerTransport.Posix.Inbound, HTTP2ServerTransport.Posix.Outbound>

    /// One stream from its first to its last part.
    private func serve(
        _ stream: Stream, _ context: ServerContext, _ handler: @Sendable (GRPCPeerChannel) async -> Void
    ) async {
        guard let peer = self.authenticatedPeer(context), let name = self.listener.pinned[peer.fingerprint] else {
            return await self.refuse(stream, TransportProtocol.notAuthenticated)
        }
        guard stream.descriptor.fullyQualifiedMethod == TransportProtocol.method.fullyQualifiedMethod else {
            return await self.refuse(stream, TransportProtocol.otherMethod)
        }
        let queue = FrameQueue()
        let opening = OneShot<Metadata?>()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.read(stream.inbound, into: queue, opening) }
            defer { group.cancelAll() }
            guard let metadata = await opening.value(within: self.limits.handshakeTimeout) ?? nil else {
                return await self.refuse(stream, TransportProtocol.late)
            }
            guard TransportProtocol.matches(metadata) else {
                return await self.refuse(stream, TransportProtocol.otherVersion)
            }
            guard
                self.sessions.withLock({ sessions in
                    sessions.count < self.maximumSessions && sessions.insert(peer.fingerprint).inserted
                })
            else {
                return await self.refuse(stream, TransportProtocol.busy)
            }
            defer { self.sessions.withLock { _ = $0.remove(peer.fingerprint) } }
            guard self.admit() else { return await self.refuse(stream, TransportProtocol.busy) }
            let channel = GRPCPeerChannel(
                peerName: name, peer: peer, own: self.listener.identity.certificate, queue: queue, limits: self.limits,
                write: { try await stream.outbound.write(.message(GRPCNIOTransportBytes($0))) },
                finish: { await self.refuse(stream, TransportProtocol.closed) })
            // A peer that is gone already is the handler's to find out: it has been admitted.
            try? await stream.outbound.write(.metadata(TransportProtocol.metadata))
            await handler(channel)
            await channel.close()
        }
    }

    /// Ends the stream with a status.
    private func refuse(_ stream: Stream, _ status: Status) async {
        try? await stream.outbound.write(.status(status, [:]))
        await stream.outbound.finish()
    }

    /// Who TLS proved the other side to be. The handshake let only pinned certificates through; asked again here, so
    /// that no mistake in a TLS setting can let another one in.
    private func authenticatedPeer(_ context: ServerContext) -> PeerCertificate? {
        guard let specific = context.transportSpecific as? HTTP2ServerTransport.Posix.Context,
            let certificate = specific.peerCertificate,
            let peer = try? PeerCertificate(certificate)
        else { return nil }
        return peer
    }

    private func read(
        _ inbound: HTTP2ServerTransport.Posix.Inbound, into queue: FrameQueue, _ opening: OneShot<Metadata?>
    ) async {
        do {
            for try await part in inbound {
                switch part {
                case .metadata(let metadata): opening.fulfil(metadata)
                case .message(let message): await queue.push(FrameBytes.copy(message))
                }
            }
            queue.finish(.closedByPeer)
        } catch {
            queue.finish(ChannelEnd(error, limit: self.limits.maximumFrameBytes))
        }
        opening.fulfil(nil)
    }
}

extension IOError {
    /// The system's words without our internals.
    fileprivate var reasonText: String {
        switch self.errnoCode {
        case EADDRINUSE: "address in use"
        case EACCES: "permission denied"
        case EADDRNOTAVAIL: "not an address of this machine"
        default: "system error \(self.errnoCode)"
        }
    }
}
