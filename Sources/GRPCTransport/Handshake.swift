import NIOCore
import NIOSSL
import NIOTLS
import Synchronization

/// What one connection's TLS handshake came to.
final class Handshake: Sendable {
    private struct State {
        var verdict: Result<PeerCertificate, TransportError>?
        var isComplete = false
        var tlsFailed = false
        var timedOut = false
    }

    private let state = Mutex(State())

    func record(_ verdict: Result<PeerCertificate, TransportError>) {
        self.state.withLock { $0.verdict = verdict }
    }

    func recordCompletion() { self.state.withLock { $0.isComplete = true } }
    func recordTLSFailure() { self.state.withLock { $0.tlsFailed = true } }
    func recordTimeout() { self.state.withLock { $0.timedOut = true } }

    var isComplete: Bool { self.state.withLock { $0.isComplete } }
    var peer: PeerCertificate? { self.state.withLock { try? $0.verdict?.get() } }

    /// Why this side refused the other's certificate.
    var refusal: TransportError? {
        self.state.withLock {
            if case .failure(let error) = $0.verdict { error } else { nil }
        }
    }

    /// In TLS 1.3 the dialer is done before the listener looks at its certificate; a refusal then arrives as an alert
    /// in place of the first bytes.
    var refusedByPeer: Bool { self.state.withLock { $0.tlsFailed && $0.isComplete } }

    /// Of a connection that neither side refused and that came to nothing.
    var fault: DialFault {
        self.state.withLock { state in
            if state.isComplete { return .noSession }
            if state.tlsFailed { return .notTLS }
            return state.timedOut ? .silent : .closed
        }
    }
}

/// Right above TLS in a connection's pipeline: records how the handshake ended, closes the connection when it was not
/// TLS 1.3 or took too long.
final class HandshakeHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let handshake: Handshake
    private let timeout: TimeAmount
    private var timer: Scheduled<Void>?

    init(_ handshake: Handshake, timeout: Duration) {
        self.handshake = handshake
        self.timeout = TimeAmount(timeout)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        let handshake = self.handshake
        self.timer = context.eventLoop.scheduleTask(in: self.timeout) {
            handshake.recordTimeout()
            channel.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.timer?.cancel()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            self.timer?.cancel()
            let version = try? context.pipeline.syncOperations.nioSSL_tlsVersion()
            guard version == .tlsv13 else {
                self.handshake.recordTLSFailure()
                // Before any byte of the connection's content is read.
                context.close(promise: nil)
                return
            }
            self.handshake.recordCompletion()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if Self.isOfTLS(error) { self.handshake.recordTLSFailure() }
        context.fireErrorCaught(error)
    }

    /// Whether TLS itself failed. That the other side hung up in the middle says nothing about what it speaks.
    private static func isOfTLS(_ error: any Error) -> Bool {
        if let error = error as? NIOSSLError, case .handshakeFailed(.sslError(let stack)) = error {
            return stack != [.eofDuringHandshake]
        }
        return error is NIOSSLError || error is BoringSSLError
    }
}
