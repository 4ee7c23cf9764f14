import GRPCTransport
import TestSupport
import Testing
import Wire

extension TransportTests {
    @Suite("Frames between two authenticated parties")
    struct ExchangeTests {
        @Test("Both sides send many frames of all sizes at once; they arrive whole and in order")
        func concurrentFrames() async throws {
            let sizes = [0, 1, 15, 16, 16_383, 16_384, 65_535, 65_536, 1 << 18, 1 << 20, (1 << 20) + 1]
            let count = 60
            let talk: @Sendable (GRPCPeerChannel, UInt8, UInt8) async throws -> Int = { channel, own, other in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for index in 0..<count {
                            try await channel.send(frame(index, size: sizes[index % sizes.count], seed: own))
                        }
                    }
                    for index in 0..<count {
                        let received = try await channel.receive()
                        try #require(received == frame(index, size: sizes[index % sizes.count], seed: other))
                    }
                    try await group.waitForAll()
                    return count
                }
            }
            let ends = try await Pair().run(
                listener: { try await talk($0, 1, 2) },
                dialer: { try await talk($0, 2, 1) })
            #expect(try ends.listener.get() == count)
            #expect(try ends.dialer.get() == count)
        }

        @Test("Each side learns the fingerprint that the other proved")
        func fingerprints() async throws {
            let pair = try Pair()
            let ends = await pair.run(
                listener: { [$0.peerCertificate, $0.ownCertificate] },
                dialer: { [$0.ownCertificate, $0.peerCertificate] })
            #expect(try ends.listener.get() == [pair.dialing.certificate, pair.listening.certificate])
            #expect(try ends.dialer.get() == [pair.dialing.certificate, pair.listening.certificate])
            let bound = await pair.run(
                listener: { $0.peerCertificateFingerprint }, dialer: { $0.peerCertificateFingerprint })
            #expect(try bound.listener.get() == pair.dialing.fingerprint.bytes)
            #expect(try bound.dialer.get() == pair.listening.fingerprint.bytes)
        }

        @Test("What was sent before the end still arrives, from either side", arguments: [true, false])
        func lastFrames(listenerSends: Bool) async throws {
            let count = 20
            let send: @Sendable (GRPCPeerChannel) async throws -> Int = { channel in
                for index in 0..<count { try await channel.send(frame(index, size: 1 << 19, seed: 9)) }
                return count
            }
            let receive: @Sendable (GRPCPeerChannel) async throws -> Int = { channel in
                for index in 0..<count {
                    try await Task.sleep(for: .milliseconds(10))
                    try #require(try await channel.receive() == frame(index, size: 1 << 19, seed: 9))
                }
                await #expect(throws: WireError.channelClosed) { try await channel.receive() }
                return count
            }
            let ends = try await Pair().run(
                listener: listenerSends ? send : receive, dialer: listenerSends ? receive : send)
            #expect(try ends.listener.get() == count)
            #expect(try ends.dialer.get() == count)
        }

        @Test("A closed channel neither sends nor receives, and closes again")
        func closed() async throws {
            let ends = try await Pair().run(
                listener: { channel in
                    _ = await #expect(throws: WireError.channelClosed) { try await channel.receive() }
                },
                dialer: { channel in
                    await channel.close()
                    await channel.close()
                    await #expect(throws: WireError.channelClosed) { try await channel.send([1]) }
                    await #expect(throws: WireError.channelClosed) { try await channel.receive() }
                })
            try ends.listener.get()
            try ends.dialer.get()
        }

        @Test("A side that closes does not wait for the other's work, only for its frames", arguments: [true, false])
        func closesFirst(listenerCloses: Bool) async throws {
            var pair = try Pair()
            // Whoever waited for more than frames would wait longer than the suite may.
            pair.listenerLimits.closeTimeout = .seconds(3600)
            pair.dialerLimits.closeTimeout = .seconds(3600)
            let gate = Gate()
            let closes: @Sendable (GRPCPeerChannel) async throws -> Void = { channel in
                try await channel.send([1])
                Task {
                    try await Task.sleep(for: .milliseconds(300))
                    gate.open()
                }
                if listenerCloses {
                    await channel.close()
                    await gate.wait()
                }
            }
            let works: @Sendable (GRPCPeerChannel) async throws -> Void = { channel in
                try #require(try await channel.receive() == [1])
                await gate.wait()
                let sending = await result { while true { try await channel.send([2]) } }
                #expect(sending.wireError == .channelClosed)
                let receiving = await result { try await channel.receive() }
                #expect(receiving.wireError == .channelClosed)
            }
            let ends = await pair.run(
                listener: listenerCloses ? closes : works, dialer: listenerCloses ? works : closes)
            try ends.listener.get()
            try ends.dialer.get()
        }

        @Test("An error of one side's work is its own; the other finds the channel closed")
        func bodyThrows() async throws {
            struct Mistake: Error {}
            let ends = try await Pair().run(
                listener: { _ = try await $0.receive() },
                dialer: { _ in throw Mistake() } as @Sendable (GRPCPeerChannel) async throws -> Void)
            #expect(ends.listener.wireError == .channelClosed)
            #expect(throws: Mistake.self) { try ends.dialer.get() }
        }

        @Test("A sender waits while the receiver does not read")
        func backpressure() async throws {
            var pair = try Pair()
            pair.listenerLimits.windowBytes = 1 << 16
            let gate = Gate()
            let sent = Counter()
            let count = 400
            let ends = await pair.run(
                listener: { channel in
                    await gate.wait()
                    for _ in 0..<count { _ = try await channel.receive() }
                },
                dialer: { channel in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            for index in 0..<count {
                                try await channel.send(frame(index, size: 1 << 16, seed: 0))
                                sent.increment()
                            }
                        }
                        try await Task.sleep(for: .milliseconds(800))
                        let ahead = sent.value
                        gate.open()
                        try await group.waitForAll()
                        return ahead
                    }
                })
            try ends.listener.get()
            // Windows and buffers of both ends hold some; all of them would mean that nobody waited.
            #expect(try ends.dialer.get() < 100)
            #expect(sent.value == count)
        }

        @Test("A cancelled receive loses no frame")
        func cancelledReceive() async throws {
            let gate = Gate()
            let ends = try await Pair().run(
                listener: { channel in
                    let waiting = Task { try await channel.receive() }
                    try await Task.sleep(for: .milliseconds(50))
                    waiting.cancel()
                    await #expect(throws: CancellationError.self) { try await waiting.value }
                    gate.open()
                    return try await channel.receive()
                },
                dialer: { channel in
                    await gate.wait()
                    try await channel.send([1, 2, 3])
                })
            #expect(try ends.listener.get() == [1, 2, 3])
            try ends.dialer.get()
        }
    }
}
