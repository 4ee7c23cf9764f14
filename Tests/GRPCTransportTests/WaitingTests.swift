import Foundation
import GRPCTransport
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

extension TransportTests {
    /// Faults of the network look alike to whoever waits, and have different remedies.
    @Suite("What a dialer says while it waits")
    struct WaitingTests {
        /// Dials until the first word of why it waits.
        private func fault(host: String = "127.0.0.1", port: Int, handshake: Duration = .seconds(300)) async throws
            -> DialFault?
        {
            let heard = Mutex<TransportError?>(nil)
            let certificate = try Sites.lab.get()
            let dialer = GRPCDialer(
                peerName: "hospital", host: host, port: port, identity: certificate,
                pinned: [try Sites.hospital.get().fingerprint], limits: TransportLimits(handshakeTimeout: handshake))
            let spoke = Gate()
            let work = Task {
                // It may end without a word.
                defer { spoke.open() }
                try await dialer.withChannel(
                    timeout: .seconds(600),
                    onWaiting: { error in
                        heard.withLock { $0 = $0 ?? error }
                        spoke.open()
                    }
                ) { _ in _ = Issue.record("ran") }
            }
            await spoke.wait()
            work.cancel()
            _ = await work.result
            guard case .unreachable("hospital", "\(host):\(port)", let fault) = heard.withLock({ $0 }) else {
                return nil
            }
            return fault
        }

        /// Runs `body` with the port of a program that treats each connection so.
        private func with(
            _ treat: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>,
            _ body: (Int) async throws -> Void
        ) async throws {
            let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .childChannelInitializer(treat).bind(host: "127.0.0.1", port: 0).get()
            try await body(try #require(server.localAddress?.port))
            try await server.close().get()
        }

        @Test("a name that does not resolve")
        func nameNotResolved() async throws {
            let found = try await fault(host: "no-such-host.invalid", port: 7443)
            #expect(found == .nameNotResolved)
        }

        @Test("a port on which nobody listens")
        func refused() async throws {
            let port = try await UnusedPort()
            let found = try await fault(port: port.number)
            #expect(found == .refused)
            withExtendedLifetime(port) {}
        }

        @Test("a program that speaks, but not TLS")
        func notTLS() async throws {
            try await with({ channel in
                channel.eventLoop.execute {
                    channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n\r\n"), promise: nil)
                }
                return channel.eventLoop.makeSucceededVoidFuture()
            }) { port in
                let found = try await fault(port: port)
                #expect(found == .notTLS)
            }
        }

        @Test("a program that says nothing")
        func silent() async throws {
            try await with({ $0.eventLoop.makeSucceededVoidFuture() }) { port in
                let found = try await fault(port: port, handshake: .milliseconds(300))
                #expect(found == .silent)
            }
        }

        @Test("a program that hangs up")
        func closed() async throws {
            try await with({ channel in
                channel.eventLoop.execute { channel.close(promise: nil) }
                return channel.eventLoop.makeSucceededVoidFuture()
            }) { port in
                let found = try await fault(port: port)
                #expect(found == .closed)
            }
        }

        @Test("each fault has its own words and remedy")
        func words() {
            #expect(Set(DialFault.allCases.map(\.sentence)).count == DialFault.allCases.count)
            #expect(Set(DialFault.allCases.map(\.hint)).count == DialFault.allCases.count)
        }

        /// A peer that is stopped for two minutes is not lost where the job waits for five.
        @Test("The session's wait for a message bounds silence, not a number of the transport")
        func messageTimeout() {
            #expect(TransportLimits.waiting(.seconds(300)).longestSilence >= .seconds(300))
            #expect(TransportLimits.waiting(.seconds(1)) == .default)
        }

        @Test("A port is tried by binding it")
        func binding() async throws {
            let pair = try Pair()
            try await with({ $0.eventLoop.makeSucceededVoidFuture() }) { port in
                let taken = await result { try await pair.listener(port: port).tryBinding() }
                #expect(
                    taken.transportError == .cannotListen(address: "127.0.0.1:\(port)", reason: "address in use"))
                // A socket on all addresses stands in the way as well.
                let all = GRPCListener(host: "0.0.0.0", port: port, identity: pair.listening, pinned: [:])
                #expect(await result { try await all.tryBinding() }.transportError != nil)
            }
            try await pair.listener().tryBinding()
            let foreign = GRPCListener(host: "203.0.113.1", port: 7443, identity: pair.listening, pinned: [:])
            #expect(
                await result { try await foreign.tryBinding() }.transportError
                    == .cannotListen(address: "203.0.113.1:7443", reason: "not an address of this machine"))
        }

        /// Mounted secrets are links to a file of mode 0600 or 0400.
        @Test("Of a key behind a symbolic link, the file's own mode counts")
        func linkedKey() throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            func path(_ name: String) -> String { folder.appending(path: name).path }
            let made = try Sites.lab.get()
            try made.write(certificatePath: path("real.pem"), keyPath: path("real.key"))
            for kind in ["pem", "key"] {
                try FileManager.default.createSymbolicLink(
                    atPath: path("link.\(kind)"), withDestinationPath: "real.\(kind)")
            }
            let loaded = try SiteCertificate.load(certificatePath: path("link.pem"), keyPath: path("link.key"))
            #expect(loaded.fingerprint == made.fingerprint)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path("real.key"))
            #expect(throws: TransportError.keyFileNotPrivate(path: path("link.key"), mode: "0644")) {
                try SiteCertificate.load(certificatePath: path("link.pem"), keyPath: path("link.key"))
            }
        }
    }
}
