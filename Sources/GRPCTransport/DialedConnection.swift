import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix
import NIOSSL

/// One dialer's attempts: TCP, TLS 1.3, HTTP/2 and the stream, each time from the start.
struct DialedConnection {
    enum Outcome<R: Sendable>: Sendable {
        /// The body ran, and this is how it ended.
        case ran(Result<R, any Error>)
        /// The body did not run. When not final, trying again may help.
        case failed(TransportError, isFinal: Bool)
    }

    private let dialer: GRPCDialer
    private let limits: TransportLimits
    private let tls: NIOSSLContext

    init(dialer: GRPCDialer) throws(TransportError) {
        self.dialer = dialer
        self.limits = dialer.limits
        do {
            self.tls = try NIOSSLContext(configuration: dialer.identity.clientConfiguration())
        } catch {
            throw .tlsConfigurationFailed
        }
    }

    func attempt<R: Sendable>(
        until deadline: ContinuousClock.Instant, _ body: @Sendable (GRPCPeerChannel) async throws -> R
    ) async throws -> Outcome<R> {
        let handshake = Handshake()
        let transport: HTTP2ClientTransport.WrappedChannel
        do {
            transport = try await self.connect(handshake, until: deadline)
        } catch {
            return .failed(self.unreachable(DialFault(connecting: error)), isFinal: false)
        }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await transport.connect() }
            var options = CallOptions.defaults
            // Named for requests, but on this side it bounds what is received.
            options.maxRequestMessageBytes = self.limits.maximumFrameBytes
            var outcome: Outcome<R>
            do {
                outcome = try await transport.withStream(
                    descriptor: TransportProtocol.method, options: options
                ) { stream, _ in
                    await self.exchange(stream, handshake, body)
                }
            } catch {
                outcome = self.failure(handshake)
            }
            // The stream is over, in order or not; nothing else uses the connection.
            group.cancelAll()
            return outcome
        }
    }

    private func connect(
        _ handshake: Handshake, until deadline: ContinuousClock.Instant
    ) async throws -> HTTP2ClientTransport.WrappedChannel {
        let remaining = max(.milliseconds(500), deadline - .now)
        let pinning = Pinning(pinned: self.dialer.pinned) { handshake.record($0) }
        return try await .wrapping(config: self.limits.clientConfig) { configure in
            try await ClientBootstrap(group: NetworkThread.group)
                .connectTimeout(TimeAmount(min(remaining, self.limits.handshakeTimeout)))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: self.dialer.host, port: self.dialer.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let tls = try NIOSSLClientHandler(
                            context: self.tls, serverHostname: nil,
                            customVerificationCallbackWithMetadata: pinning.callback)
                        let liveness = LivenessHandler(silence: self.limits.longestSilence)
                        let watch = HandshakeHandler(handshake, timeout: self.limits.handshakeTimeout)
                        try channel.pipeline.syncOperations.addHandlers([liveness, tls, watch])
                    }.flatMap {
                        configure(channel)
                    }
                }
        }
    }

    /// The stream from its first to its last part.
    private func exchange<R: Sendable>(
        _ stream: Stream,
        _ handshake: Handshake,
        _ body: @Sendable (GRPCPeerChannel) async throws -> R
    ) async -> Outcome<R> {
        let queue = FrameQueue()
        let answer = OneShot<Answer>()
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.read(stream, into: queue, answer) }
            // Ends the reading when the attempt or the body is over.
            defer { group.cancelAll() }
            guard let peer = handshake.peer,
                (try? await stream.outbound.write(.metadata(TransportProtocol.metadata))) != nil
            else { return self.failure(handshake) }
            switch await answer.value(within: self.limits.handshakeTimeout) {
            case .accepted:
                break
            case .refused(let status):
                await stream.outbound.finish()
                return self.failure(status)
            case nil:
                return self.failure(handshake)
            }
            let channel = GRPCPeerChannel(
                peerName: self.dialer.peerName, peer: peer, own: self.dialer.identity.certificate, queue: queue,
                limits: self.limits,
                write: { try await stream.outbound.write(.message(GRPCNIOTransportBytes($0))) },
                finish: { await stream.outbound.finish() })
            let result: Result<R, any Error>
            do {
                result = .success(try await body(channel))
            } catch {
                result = .failure(error)
            }
            await channel.close()
            return .ran(result)
        }
    }

    private typealias Stream = RPCStream<
        HTTP2ClientTransport.WrappedChannel.Inbound, HTTP2ClientTransport.WrappedChannel.Outbound
    >

    private enum Answer: Sendable {
        case accepted
        case refused(Status)
    }

    private func read(
        _ stream: Stream, into queue: FrameQueue, _ answer: OneShot<Answer>
    ) async {
        let limit = self.limits.maximumFrameBytes
        do {
            for try await part in stream.inbound {
                switch part {
                case .metadata(let metadata):
                    answer.fulfil(
                        TransportProtocol.matches(metadata) ? .accepted : .refused(TransportProtocol.otherVersion))
                case .message(let message):
                    await queue.push(FrameBytes.copy(message))
                case .status(let status, _):
                    answer.fulfil(.refused(status))
                    queue.finish(ChannelEnd(status, limit: limit))
                    // The listener waits for the end of this side's frames; nobody would read more of them.
                    await stream.outbound.finish()
                }
            }
        } catch {
            queue.finish(ChannelEnd(error, limit: limit))
        }
        answer.fulfil(.refused(Status(code: .unavailable, message: "")))
        queue.finish(.lost)
    }

    /// From the handshake, when the stream never began.
    private func failure<R>(_ handshake: Handshake) -> Outcome<R> {
        if let refusal = handshake.refusal { return .failed(refusal, isFinal: true) }
        if handshake.refusedByPeer {
            return .failed(.certificateRefusedByPeer(own: self.dialer.identity.fingerprint), isFinal: true)
        }
        return .failed(self.unreachable(handshake.fault), isFinal: false)
    }

    /// From the status with which the listener refused the stream.
    private func failure<R>(_ status: Status) -> Outcome<R> {
        switch status.code {
        case TransportProtocol.busy.code:
            .failed(.busy(peer: self.dialer.peerName), isFinal: false)
        case TransportProtocol.notAuthenticated.code:
            .failed(.certificateRefusedByPeer(own: self.dialer.identity.fingerprint), isFinal: true)
        case TransportProtocol.otherVersion.code, TransportProtocol.otherMethod.code:
            .failed(.notThisTransport(address: self.dialer.address), isFinal: true)
        default:
            .failed(self.unreachable(.noSession), isFinal: false)
        }
    }

    private func unreachable(_ fault: DialFault) -> TransportError {
        .unreachable(peer: self.dialer.peerName, address: self.dialer.address, fault: fault)
    }
}
