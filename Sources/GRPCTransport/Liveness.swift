import NIOCore

/// At the socket end of a connection's pipeline, below TLS: closes a connection from which nothing has come for too
/// long, and any connection at once when told to.
///
/// HTTP/2 pings keep bytes coming from a peer that lives, also while it computes. gRPC's own handling of an unanswered
/// ping waits for streams to end in order, which a peer that vanished never does: here the socket is closed, without
/// a farewell in TLS that nobody would answer.
final class LivenessHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let silence: TimeAmount
    private var lastRead = NIODeadline.now()
    private var timer: Scheduled<Void>?

    init(silence: Duration) {
        self.silence = TimeAmount(silence)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.lastRead = .now()
        self.schedule(context, in: self.silence)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.timer?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.lastRead = .now()
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.timer?.cancel()
        context.fireChannelInactive()
    }

    private func schedule(_ context: ChannelHandlerContext, in delay: TimeAmount) {
        self.timer = context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            let left = self.lastRead + self.silence - NIODeadline.now()
            if left > .zero {
                self.schedule(context, in: left)
            } else {
                context.close(promise: nil)
            }
        }
    }
}
