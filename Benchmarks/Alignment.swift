import Bignum
import Foundation
import PrivateSetIntersection
import Synchronization
import Wire

/// Whole alignments, both parties in this process over an in-process channel: keys and proofs included.
///
/// Sizes are the product of `MOIETY_ALIGN_SIZES` ("10000x10000,10000x1000000"); 10^4 by 10^4 and 10^5 by 10^5 by default, the
/// larger of them with vector instructions only.
let alignment = Topic(name: "alignment") { bits in
    printAlignmentHead()
    for (senderCount, receiverCount) in alignmentSizes {
        try blocking {
            try await measureAlignment(
                sender: senderCount, receiver: receiverCount, AlignmentSettings(scheme: .paillierOPRF, keyBits: bits))
        }
    }
}

/// The same over the curve, whatever the modulus; "keys" is the first chunk, "products" are those of its square roots.
let curveAlignment = Topic(name: "curve-alignment") { _ in
    printAlignmentHead()
    for (senderCount, receiverCount) in alignmentSizes {
        try blocking {
            try await measureAlignment(
                sender: senderCount, receiver: receiverCount, AlignmentSettings(scheme: .curve))
        }
    }
}

private func printAlignmentHead() {
    print(
        pad("sizes", 20) + pad("CPU s", 9) + pad("wall s", 9) + pad("keys, CPU s", 13) + pad("products a pair", 17)
            + pad("MiB sent by", 22) + "peak MiB")
}

private var alignmentSizes: [(Int, Int)] {
    if let text = ProcessInfo.processInfo.environment["MOIETY_ALIGN_SIZES"] {
        return text.split(separator: ",").compactMap { pair in
            let numbers = pair.split(separator: "x").compactMap { Int($0) }
            return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
        }
    }
    return ArithmeticPath.current == .ifma ? [(10_000, 10_000), (100_000, 100_000)] : [(10_000, 10_000)]
}

private func measureAlignment(sender: Int, receiver: Int, _ terms: AlignmentSettings) async throws {
    let (left, right) = InProcessPeerChannel.pair()
    let (senderChannel, receiverChannel) = (CountingChannel(left), CountingChannel(right))
    let (one, other) = (SigningKey(), SigningKey())
    async let opened = open(senderChannel, "hospital", one, "lab", other.publicKey)
    let lab = try await open(receiverChannel, "lab", other, "hospital", one.publicKey)
    let hospital = try await opened

    // Half of the smaller set is common.
    let common = min(sender, receiver) / 2
    let senderSet = (0..<sender).map { Array("person-\($0)".utf8) }
    let receiverSet = (sender - common..<sender - common + receiver).map { Array("person-\($0)".utf8) }
    func settings(_ role: AlignmentRole) -> AlignmentSettings {
        var settings = terms
        settings.role = role
        return settings
    }

    let keysReady = Mutex<Double?>(nil)
    let (wall, processor) = (Date(), processorSeconds())
    let counter = ProductCount()
    async let theirs = hospital.run { try await Alignment.run(senderSet, over: $0, settings: settings(.sender)) }
    let mine = try await lab.run {
        try await Alignment.run(receiverSet, over: $0, settings: settings(.receiver)) { progress in
            // The first chunk's answer: keys, proofs and tables are behind us, and a chunk.
            if progress.phase == .evaluation { keysReady.withLock { $0 = $0 ?? processorSeconds() - processor } }
        }
    }
    let seconds = processorSeconds() - processor
    let products = counter.stop()
    guard try await theirs.rowIndices.count == common, mine.rowIndices.count == common else {
        throw WrongResult.intersection
    }
    print(
        pad("\(sender) x \(receiver)", 20) + pad(format(seconds), 9) + pad(format(-wall.timeIntervalSinceNow), 9)
            + pad(format(keysReady.withLock { $0 } ?? 0), 13)
            + pad(format(Double(products) / Double(max(sender, receiver))), 17)
            + pad("\(senderChannel.mebibytes) + \(receiverChannel.mebibytes)", 22) + format(peakMemory()))
}

enum WrongResult: Error { case intersection, training }

func open(
    _ channel: CountingChannel, _ name: String, _ key: SigningKey, _ peer: String, _ peerKey: VerifyingKey,
    protocols: [ProtocolVersion] = [.alignment]
) async throws -> Session {
    try await Session.open(
        over: channel, as: LocalParty(name: name, identity: key),
        expecting: PeerIdentity(name: peer, publicKey: peerKey),
        terms: SessionTerms(
            jobHash: Bytes32(hashing: Array("benchmark".utf8)), role: name, peerRole: peer, protocols: protocols),
        seed: SessionSeed(), recorder: MemoryRecorder(keepsPayloads: false))
}

/// Counts the bytes that one side sends.
final class CountingChannel: PeerChannel {
    private let inner: any PeerChannel
    private let sent = Mutex(0)

    init(_ inner: any PeerChannel) { self.inner = inner }

    var bytes: Int { sent.withLock { $0 } }
    var mebibytes: String { format(Double(bytes) / 1_048_576) }

    func send(_ frame: [UInt8]) async throws {
        sent.withLock { $0 += frame.count }
        try await inner.send(frame)
    }

    func receive() async throws -> [UInt8] { try await inner.receive() }
    func close() async { await inner.close() }
}

/// Modular products between its making and `stop()`, for code that suspends.
final class ProductCount: Sendable {
    private let finished = DispatchSemaphore(value: 0)
    private let counted = DispatchSemaphore(value: 0)
    private let products = Mutex(0)

    init() {
        let started = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [self] in
            let count = ModularProductCounter.count {
                started.signal()
                finished.wait()
            }.products
            products.withLock { $0 = count }
            counted.signal()
        }
        started.wait()
    }

    /// For differences between two moments.
    var soFar: Int { ModularProductCounter.soFar }

    @discardableResult
    func stop() -> Int {
        finished.signal()
        counted.wait()
        return products.withLock { $0 }
    }
}

/// Runs asynchronous work from the synchronous command line.
func blocking(_ body: @escaping @Sendable () async throws -> Void) throws {
    let done = DispatchSemaphore(value: 0)
    let failure = Mutex<(any Error)?>(nil)
    Task.detached {
        do { try await body() } catch { failure.withLock { $0 = error } }
        done.signal()
    }
    done.wait()
    if let error = failure.withLock({ $0 }) { throw error }
}
