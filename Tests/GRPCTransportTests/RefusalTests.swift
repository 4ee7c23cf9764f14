import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TestSupport
import Testing
import Wire

@testable import GRPCTransport

extension TransportTests {
    @Suite("Who and what is refused")
    struct RefusalTests {
        @Test("A listener refuses an unknown certificate and both sides say which")
        func unknownDialer() async throws {
            var pair = try Pair()
            pair.dialing = try Sites.stranger.get()
            let strange = pair
            let tried = Gate()
            let ports = AsyncStream.makeStream(of: Int.self)
            async let listened = result {
                try await strange.listener().withChannel(
                    until: { await tried.wait() }, onListening: { ports.continuation.yield($0) }
                ) { _ in Issue.record("ran") }
            }
            var iterator = ports.stream.makeAsyncIterator()
            let port = try #require(await iterator.next())
            let dialed = await result {
                try await strange.dialer(port: port).withChannel { _ in Issue.record("ran") }
            }
            tried.open()
            #expect(dialed.transportError == .certificateRefusedByPeer(own: pair.dialing.fingerprint))
            #expect(await listened.transportError == .unknownCertificate(fingerprint: pair.dialing.fingerprint))
        }

        @Test("A dialer refuses an unknown certificate and says which")
        func unknownListener() async throws {
            var pair = try Pair()
            pair.listening = try Sites.stranger.get()
            let dialed = await self.dial(pair)
            #expect(dialed.transportError == .unknownCertificate(fingerprint: pair.listening.fingerprint))
        }

        @Test("A stranger's knock does not end the wait for the pinned peer")
        func strangerThenPeer() async throws {
            let pair = try Pair()
            let stranger = try Sites.stranger.get()
            let refusals = Mutex<[TransportError]>([])
            let ports = AsyncStream.makeStream(of: Int.self)
            async let received = pair.listener().withChannel(
                timeout: pair.timeout, onListening: { ports.continuation.yield($0) },
                onRefusal: { error in refusals.withLock { $0.append(error) } },
                { try await $0.receive() })
            var iterator = ports.stream.makeAsyncIterator()
            let port = try #require(await iterator.next())
            var other = pair
            other.dialing = stranger
            let refused = await result { [other] in try await other.dialer(port: port).withChannel { _ in } }
            #expect(refused.transportError == .certificateRefusedByPeer(own: stranger.fingerprint))
            try await pair.dialer(port: port).withChannel { try await $0.send([7]) }
            #expect(try await received == [7])
            #expect(refusals.withLock { $0 } == [.unknownCertificate(fingerprint: stranger.fingerprint)])
        }

        @Test("A pinned certificate out of its time is refused")
        func expired() async throws {
            var pair = try Pair()
            let day: TimeInterval = 86_400
            let old = try SiteCertificate.generate(
                commonName: "old", from: Date(timeIntervalSinceNow: -2 * day), to: Date(timeIntervalSinceNow: -day))
            pair.listening = old
            pair.pinnedByDialer = [old.fingerprint]
            #expect(await self.dial(pair).transportError == .certificateNotValidNow(fingerprint: old.fingerprint))
        }

        /// Dials a listener that is there for that alone.
        private func dial(_ pair: Pair) async -> Result<Void, any Error> {
            let tried = Gate()
            let ports = AsyncStream.makeStream(of: Int.self)
            async let listened = result {
                try await pair.listener().withChannel(
                    until: { await tried.wait() }, onListening: { ports.continuation.yield($0) }
                ) { _ in Issue.record("ran") }
            }
            var iterator = ports.stream.makeAsyncIterator()
            let port = await iterator.next() ?? 0
            let dialed: Result<Void, any Error> = await result {
                try await pair.dialer(port: port).withChannel { _ in _ = Issue.record("ran") }
            }
            tried.open()
            #expect(await listened.transportError == .nobodyConnected(address: "127.0.0.1:\(port)"))
            return dialed
        }

        @Test("A frame over the limit is not sent")
        func oversizedHere() async throws {
            var pair = try Pair()
            pair.dialerLimits.maximumFrameBytes = 1000
            let ends = await pair.run(
                listener: { try await $0.receive() },
                dialer: { channel in
                    await #expect(throws: WireError.frameTooLarge(peer: "hospital", bytes: 1001, limit: 1000)) {
                        try await channel.send([UInt8](repeating: 0, count: 1001))
                    }
                    try await channel.send([UInt8](repeating: 5, count: 1000))
                })
            #expect(try ends.listener.get().count == 1000)
            try ends.dialer.get()
        }

        @Test("A frame over the limit from a peer that keeps none ends the channel by name", arguments: [true, false])
        func oversizedFromPeer(listenerIsHostile: Bool) async throws {
            var pair = try Pair()
            pair.listenerLimits.maximumFrameBytes = listenerIsHostile ? 1 << 20 : 1000
            pair.dialerLimits.maximumFrameBytes = listenerIsHostile ? 1000 : 1 << 20
            let hostile: @Sendable (GRPCPeerChannel) async throws -> Void = { channel in
                try await channel.send([UInt8](repeating: 0, count: 1000))
                try await channel.send([UInt8](repeating: 0, count: 1001))
                _ = try await channel.receive()
            }
            let honest: @Sendable (GRPCPeerChannel) async throws -> Void = { channel in
                _ = try await channel.receive()
                await #expect(throws: WireError.frameTooLarge(peer: channel.peerName, bytes: 1001, limit: 1000)) {
                    try await channel.receive()
                }
            }
            let ends = await pair.run(
                listener: listenerIsHostile ? hostile : honest, dialer: listenerIsHostile ? honest : hostile)
            let (bad, good) = listenerIsHostile ? (ends.listener, ends.dialer) : (ends.dialer, ends.listener)
            try good.get()
            // The hostile side learns that it is over, not by a hang.
            #expect(bad.wireError != nil)
        }

        @Test("One session a peer: a second one is told that the first is there")
        func busy() async throws {
            let pair = try Pair()
            let ports = AsyncStream.makeStream(of: Int.self)
            let serving = Task {
                try await pair.listener().serve(onListening: { ports.continuation.yield($0) }) { channel in
                    while let frame = try? await channel.receive() { try? await channel.send(frame) }
                }
            }
            var iterator = ports.stream.makeAsyncIterator()
            let port = try #require(await iterator.next())
            try await pair.dialer(port: port).withChannel { first in
                try await first.send([1])
                #expect(try await first.receive() == [1])
                let second = await result {
                    try await pair.dialer(port: port).withChannel(timeout: .seconds(1)) { _ in }
                }
                #expect(second.transportError == .busy(peer: "hospital"))
                try await first.send([2])
                #expect(try await first.receive() == [2])
            }
            // The place is free again.
            try await pair.dialer(port: port).withChannel { third in
                try await third.send([3])
                #expect(try await third.receive() == [3])
            }
            serving.cancel()
            await #expect(throws: CancellationError.self) { try await serving.value }
        }

        @Test("A listener serves several peers at a time and knows them apart")
        func severalPeers() async throws {
            var pair = try Pair()
            let stranger = try Sites.stranger.get()
            pair.pinnedByListener[stranger.fingerprint] = "registry"
            var other = pair
            other.dialing = stranger
            let ports = AsyncStream.makeStream(of: Int.self)
            let serving = Task { [pair] in
                try await pair.listener().serve(onListening: { ports.continuation.yield($0) }) { channel in
                    _ = try? await channel.receive()
                    try? await channel.send(Array(channel.peerName.utf8))
                    _ = try? await channel.receive()
                }
            }
            var iterator = ports.stream.makeAsyncIterator()
            let port = try #require(await iterator.next())
            let names = try await pair.dialer(port: port).withChannel { [other] lab in
                try await other.dialer(port: port).withChannel { registry in
                    try await registry.send([])
                    try await lab.send([])
                    return [try await lab.receive(), try await registry.receive()]
                }
            }
            #expect(names.map { String(decoding: $0, as: UTF8.self) } == ["lab", "registry"])
            serving.cancel()
            _ = await serving.result
        }

        @Test("A site that is full tells another peer that it is busy")
        func full() async throws {
            var pair = try Pair()
            let stranger = try Sites.stranger.get()
            pair.pinnedByListener[stranger.fingerprint] = "registry"
            var other = pair
            other.dialing = stranger
            let ports = AsyncStream.makeStream(of: Int.self)
            let serving = Task { [pair] in
                try await pair.listener().serve(
                    maximumSessions: 1, onListening: { ports.continuation.yield($0) }
                ) { channel in
                    while let frame = try? await channel.receive() { try? await channel.send(frame) }
                }
            }
            var iterator = ports.stream.makeAsyncIterator()
            let port = try #require(await iterator.next())
            try await pair.dialer(port: port).withChannel { [other] _ in
                let second = await result {
                    try await other.dialer(port: port).withChannel(timeout: .seconds(1)) { _ in }
                }
                #expect(second.transportError == .busy(peer: "hospital"))
            }
            try await other.dialer(port: port).withChannel { channel in
                try await channel.send([1])
                #expect(try await channel.receive() == [1])
            }
            serving.cancel()
            _ = await serving.result
        }

        @Test("TLS 1.2 is not spoken")
        func oldTLS() async throws {
            var pair = try Pair()
            pair.listenerLimits.handshakeTimeout = .seconds(3600)
            let ports = AsyncStream.makeStream(of: Int.self)
            let serving = Task { [pair] in
                try await pair.listener().serve(onListening: { ports.continuation.yield($0) }) { _ in
                    Issue.record("ran")
                }
            }
            var iterator = ports.stream.makeAsyncIterator()
            let port = try #require(await iterator.next())
            var configuration = try pair.dialing.clientConfiguration()
            configuration.minimumTLSVersion = .tlsv12
            configuration.maximumTLSVersion = .tlsv12
            let context = try NIOSSLContext(configuration: configuration)
            let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLClientHandler(context: context, serverHostname: nil) { _, promise in
                                promise.succeed(.certificateVerified)
                            })
                    }
                }
                .connect(host: "127.0.0.1", port: port).get()
            // By the listener, long before its own limit.
            #expect(try await isClosedByPeer(channel))
            serving.cancel()
            _ = await serving.result
        }
    }
}
