import GRPCTransport
import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing
import Wire

extension TransportTests {
    @Suite("Losing and missing peers")
    struct LossTests {
        @Test("A connection that is cut is noticed at once by both sides")
        func cut() async throws {
            let proxy = Proxy()
            let both = Gate()
            let wait: @Sendable (GRPCPeerChannel) async throws -> Void = { channel in
                _ = try await channel.receive()
            }
            let ends = try await Pair().run(
                route: { try await proxy.start(to: $0) },
                listener: { channel in
                    try await channel.send([1])
                    await both.wait()
                    try await wait(channel)
                },
                dialer: { channel in
                    _ = try await channel.receive()
                    both.open()
                    proxy.cut()
                    try await wait(channel)
                })
            #expect(ends.listener.wireError == .connectionLost(peer: "lab"))
            #expect(ends.dialer.wireError == .connectionLost(peer: "hospital"))
        }

        @Test(
            "A peer that falls silent is noticed by pings, while receiving and while sending", arguments: [true, false])
        func silence(sending: Bool) async throws {
            var pair = try Pair()
            for path in [\Pair.listenerLimits, \Pair.dialerLimits] {
                // Far more than a busy machine keeps a thread waiting: else the connection is lost before it is silent.
                pair[keyPath: path].keepaliveInterval = .seconds(1)
                pair[keyPath: path].keepaliveTimeout = .seconds(4)
                pair[keyPath: path].closeTimeout = .seconds(1)
            }
            let proxy = Proxy()
            let work: @Sendable (GRPCPeerChannel) async throws -> Void = { channel in
                if sending {
                    while true { try await channel.send([UInt8](repeating: 0, count: 1 << 18)) }
                }
                _ = try await channel.receive()
            }
            let ends = await pair.run(
                route: { try await proxy.start(to: $0) },
                listener: { channel in
                    _ = try await channel.receive()
                    try await work(channel)
                },
                dialer: { channel in
                    try await channel.send([1])
                    try await Task.sleep(for: .milliseconds(200))
                    proxy.silence()
                    try await work(channel)
                })
            #expect(ends.listener.wireError == .connectionLost(peer: "lab"))
            #expect(ends.dialer.wireError == .connectionLost(peer: "hospital"))
            proxy.cut()
        }

        @Test("A peer that only computes is not taken for lost")
        func longSilence() async throws {
            let proxy = Proxy()
            try await self.idle(proxy) {
                // Neither side has anything to say; pings and their answers go on, in both directions.
                for _ in 0..<3 { try await self.moreBytes(through: proxy) }
            }
        }

        @Test("Pings that a line held up and that come all at once cost nothing")
        func burst() async throws {
            let proxy = Proxy()
            try await self.idle(proxy) {
                proxy.hold()
                // More of them than the three that gRPC forgives.
                for _ in 0..<4 { try await self.moreBytes(through: proxy) }
                proxy.release()
                for _ in 0..<2 { try await self.moreBytes(through: proxy) }
            }
        }

        /// A session through `proxy` in which neither side sends while `wait` runs, and each hears the other after it.
        private func idle(_ proxy: Proxy, _ wait: @escaping @Sendable () async throws -> Void) async throws {
            var pair = try Pair()
            for path in [\Pair.listenerLimits, \Pair.dialerLimits] {
                pair[keyPath: path].keepaliveInterval = .milliseconds(200)
                pair[keyPath: path].keepaliveTimeout = .seconds(60)
            }
            let ends = await pair.run(
                route: { try await proxy.start(to: $0) },
                listener: { channel in
                    try await channel.send([1])
                    try await channel.send(channel.receive())
                },
                dialer: { channel in
                    _ = try await channel.receive()
                    try await wait()
                    try await channel.send([2])
                    #expect(try await channel.receive() == [2])
                })
            try ends.listener.get()
            try ends.dialer.get()
        }

        /// Waits until bytes came twice more, in any direction: never long, unless the connection is gone.
        private func moreBytes(through proxy: Proxy) async throws {
            let (before, deadline) = (proxy.reads, ContinuousClock.now + .seconds(300))
            while proxy.reads < before + 2 {
                try #require(ContinuousClock.now < deadline, "the connection carries nothing any more")
                try await Task.sleep(for: .milliseconds(20))
            }
        }

        @Test("A dialer may come first")
        func dialerFirst() async throws {
            let pair = try Pair()
            let port = try await UnusedPort()
            let waits = Gate()
            async let sent: Void = pair.dialer(port: port.number).withChannel(
                timeout: pair.timeout, onWaiting: { _ in waits.open() }
            ) {
                try await $0.send([4])
            }
            await waits.wait()
            let received = try await pair.listener(port: port.number).withChannel(timeout: pair.timeout) {
                try await $0.receive()
            }
            #expect(received == [4])
            try await sent
        }

        @Test("A dialer gives up at its deadline and names the peer")
        func nobodyListens() async throws {
            let pair = try Pair()
            let port = try await UnusedPort()
            let end = await result {
                try await pair.dialer(port: port.number).withChannel(timeout: .milliseconds(400)) { _ in }
            }
            #expect(
                end.transportError
                    == .unreachable(peer: "hospital", address: "127.0.0.1:\(port.number)", fault: .refused))
        }

        @Test("A listener gives up at its deadline")
        func nobodyDials() async throws {
            let pair = try Pair()
            let listens = Gate()
            // The port that peers were told, which the system chose.
            let port = Mutex(0)
            let end = await result {
                try await pair.listener().withChannel(
                    until: {
                        await listens.wait()
                        try? await Task.sleep(for: .milliseconds(200))
                    },
                    onListening: { chosen in
                        port.withLock { $0 = chosen }
                        listens.open()
                    }
                ) { _ in }
            }
            #expect(end.transportError == .nobodyConnected(address: "127.0.0.1:\(port.withLock { $0 })"))
        }

        @Test("A port that is taken is named")
        func portTaken() async throws {
            let pair = try Pair()
            let ports = AsyncStream.makeStream(of: Int.self)
            let serving = Task {
                try await pair.listener().serve(onListening: { ports.continuation.yield($0) }) { _ in }
            }
            var iterator = ports.stream.makeAsyncIterator()
            let port = try #require(await iterator.next())
            let end = await result { try await pair.listener(port: port).withChannel { _ in } }
            #expect(
                end.transportError == .cannotListen(address: "127.0.0.1:\(port)", reason: "address in use"))
            serving.cancel()
            _ = await serving.result
        }

        @Test("Cancelling ends every wait", arguments: ["listener waits", "dialer waits", "both talk"])
        func cancellation(stage: String) async throws {
            let pair = try Pair()
            let started = Gate()
            let port = try await UnusedPort()
            let work = Task {
                switch stage {
                case "listener waits":
                    try await pair.listener().withChannel(onListening: { _ in started.open() }) { _ in }
                case "dialer waits":
                    started.open()
                    try await pair.dialer(port: port.number).withChannel { _ in }
                default:
                    let ends = await pair.run(
                        listener: { channel in
                            started.open()
                            _ = try await channel.receive()
                        },
                        dialer: { _ = try await $0.receive() })
                    try ends.listener.get()
                    try ends.dialer.get()
                }
            }
            await started.wait()
            try await Task.sleep(for: .milliseconds(100))
            work.cancel()
            await #expect(throws: CancellationError.self) { try await work.value }
        }

        @Test("Connections that say nothing are closed, and too many are not held")
        func knocking() async throws {
            var pair = try Pair()
            pair.listenerLimits.maximumConnections = 4
            // Also for the dial at the end, which tries again where other tests leave it no time.
            pair.listenerLimits.handshakeTimeout = .seconds(2)
            let ports = AsyncStream.makeStream(of: Int.self)
            let serving = Task { [pair] in
                try await pair.listener().serve(onListening: { ports.continuation.yield($0) }) { channel in
                    while let frame = try? await channel.receive() { try? await channel.send(frame) }
                }
            }
            var iterator = ports.stream.makeAsyncIterator()
            let port = try #require(await iterator.next())
            var silent: [any Channel] = []
            for _ in 0..<12 {
                silent.append(
                    try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                        .connect(host: "127.0.0.1", port: port).get())
            }
            for channel in silent { #expect(try await isClosedByPeer(channel)) }
            // The place they held is free again.
            try await pair.dialer(port: port).withChannel(timeout: pair.timeout) { channel in
                try await channel.send([1])
                #expect(try await channel.receive() == [1])
            }
            serving.cancel()
            _ = await serving.result
        }
    }
}
