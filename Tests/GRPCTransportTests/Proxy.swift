import NIOCore
import NIOPosix
import Synchronization

/// A wire that a test can cut, or make swallow everything: forwards TCP from a port of its own to another one.
final class Proxy: Sendable {
    private struct State {
        var channels: [any Channel] = []
        var isSilent = false
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
            self.proxy.state.withLock { $0.reads += 1 }
            if !self.proxy.isSilent { self.other.writeAndFlush(self.unwrapInboundIn(data), promise: nil) }
        }

        func channelInactive(context: ChannelHandlerContext) {
            if !self.proxy.isSilent { self.other.close(promise: nil) }
        }
    }
}
