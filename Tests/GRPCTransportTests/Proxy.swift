import NIOCore
import NIOPosix
import Synchronization

/// A wire that a test can cut, make swallow everything, or hold up: forwards TCP from a port of its own to another one.
final class Proxy: Sendable {
    private struct State {
        var channels: [any Channel] = []
        var isSilent = false
        /// What came while the wire is held up, with where it goes; nil when it is not.
        var held: [(to: any Channel, bytes: ByteBuffer)]?
        var reads = 0
    }

    private let state = Mutex(State())

    /// - Returns: the port to dial.
    func start(to port: Int) async throws -> Int {
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { inbound in
                ClientBootstrap(group: inbound.eventLoop)
                    .connect(host: "127.0.0.1", port: port)
                    .flatMapThrowing { outbound in
                        self.state.withLock { $0.channels += [inbound, outbound] }
                        try inbound.pipeline.syncOperations.addHandler(Forwarder(to: outbound, self))
                        try outbound.pipeline.syncOperations.addHandler(Forwarder(to: inbound, self))
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.state.withLock { $0.channels.append(server) }
        return server.localAddress?.port ?? 0
    }

    func cut() {
        for channel in self.state.withLock({ $0.channels }) { channel.close(promise: nil) }
    }

    func silence() { self.state.withLock { $0.isSilent = true } }

    /// Keeps what comes until `release`, as a line that is cut off for a while does.
    func hold() { self.state.withLock { $0.held = [] } }

    /// Sends on, at once, all that came since `hold`.
    func release() {
        self.state.withLock { state in
            for (channel, bytes) in state.held.take() ?? [] { channel.writeAndFlush(bytes, promise: nil) }
        }
    }

    /// Times that bytes came, from either side.
    var reads: Int { self.state.withLock { $0.reads } }

    var isSilent: Bool { self.state.withLock { $0.isSilent } }

    private final class Forwarder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let other: any Channel
        private let proxy: Proxy

        init(to other: any Channel, _ proxy: Proxy) {
            self.other = other
            self.proxy = proxy
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let (other, bytes) = (self.other, self.unwrapInboundIn(data))
            let passes = self.proxy.state.withLock { state in
                state.reads += 1
                state.held?.append((other, bytes))
                return !state.isSilent && state.held == nil
            }
            // Behind what `release` gave the same thread.
            if passes { other.eventLoop.execute { other.writeAndFlush(bytes, promise: nil) } }
        }

        func channelInactive(context: ChannelHandlerContext) {
            if !self.proxy.isSilent { self.other.close(promise: nil) }
        }
    }
}
