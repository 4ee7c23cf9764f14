import Crypto
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOSSL

extension SiteCertificate {
    /// TLS 1.3 only; this site's certificate is shown; the peer's is judged by `Pinning` alone.
    func clientConfiguration() throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv13
        configuration.applicationProtocols = ["h2"]
        configuration.certificateChain = [
            .certificate(try NIOSSLCertificate(bytes: self.certificate.derBytes, format: .der))
        ]
        configuration.privateKey = .privateKey(
            try NIOSSLPrivateKey(bytes: Array(self.key.derRepresentation), format: .der))
        configuration.trustRoots = .certificates([])
        // Names mean nothing here; that some verification is on is what makes NIOSSL call ours.
        configuration.certificateVerification = .noHostnameVerification
        configuration.shutdownTimeout = .seconds(1)
        return configuration
    }

    /// The same for a listener. gRPC's listener admits TLS 1.2 as well: `HandshakeHandler` closes such a connection.
    func serverSecurity(_ pinning: Pinning) -> HTTP2ServerTransport.Posix.TransportSecurity {
        .mTLS(
            certificateChain: [.bytes(self.certificate.derBytes, format: .der)],
            privateKey: .bytes(Array(self.key.derRepresentation), format: .der)
        ) { tls in
            tls.trustRoots = .certificates([])
            tls.clientCertificateVerification = .noHostnameVerification
            tls.customVerificationCallback = pinning.callback
            tls.requireALPN = true
        }
    }
}

extension TransportLimits {
    var clientConfig: HTTP2ClientTransport.WrappedChannel.Config {
        .defaults { config in
            config.http2.targetWindowSize = self.windowBytes
            config.http2.maxFrameSize = 1 << 17
            config.http2.authority = "moiety"
            config.connection.maxIdleTime = self.handshakeTimeout
            config.connection.keepalive = .init(
                time: self.keepaliveInterval, timeout: self.keepaliveTimeout, allowWithoutCalls: false)
        }
    }

    func serverConfig(
        onAccept: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> HTTP2ServerTransport.Posix.Config {
        .defaults { config in
            config.http2.targetWindowSize = self.windowBytes
            config.http2.maxFrameSize = 1 << 17
            // One session a peer: a second stream is there to be told so.
            config.http2.maxConcurrentStreams = 2
            config.rpc.maxRequestPayloadSize = self.maximumFrameBytes
            config.connection.maxIdleTime = self.handshakeTimeout
            config.connection.maxGraceTime = self.closeTimeout
            config.connection.keepalive = .init(
                time: self.keepaliveInterval, timeout: self.keepaliveTimeout,
                // No shortest time between pings: after a line was cut off or a machine stood still, all that were sent
                // meanwhile come at once, and gRPC would close the connection for the fourth.
                clientBehavior: .init(minPingIntervalWithoutCalls: .zero, allowWithoutCalls: false))
            config.channelDebuggingCallbacks.onAcceptTCPConnection = onAccept
        }
    }
}
