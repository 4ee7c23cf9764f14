import TestSupport
import Testing

@testable import Wire

struct Number: Message, Equatable {
    static let type = MessageType(rawValue: 0x0101)
    static let name = "Number"
    let value: UInt32

    init(_ value: UInt32) { self.value = value }
    func encode(into encoder: inout Encoder) { encoder.write(value) }
    init(from decoder: inout Decoder) throws(WireError) { value = try decoder.readUInt32() }
}

struct Blob: Message, Equatable {
    static let type = MessageType(rawValue: 0x0102)
    static let name = "Blob"
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }
    func encode(into encoder: inout Encoder) { encoder.writePrefixed(bytes) }
    init(from decoder: inout Decoder) throws(WireError) { bytes = try decoder.readPrefixed(max: 1 << 24) }
}

let alignmentProtocol = ProtocolVersion(id: 1, version: 3)
let testJob = Bytes32(hashing: Array("job".utf8))
extension Sides {
    init() { self.init(protocols: [alignmentProtocol]) }
}

/// A man in the middle: what A sends goes through `change`, which may drop, alter or multiply frames.
final class MeddlingChannel: PeerChannel {
    private let inner: any PeerChannel
    private let change: @Sendable ([UInt8]) -> [[UInt8]]

    init(_ inner: any PeerChannel, change: @Sendable @escaping ([UInt8]) -> [[UInt8]]) {
        self.inner = inner
        self.change = change
    }

    func send(_ frame: [UInt8]) async throws {
        for frame in change(frame) { try await inner.send(frame) }
    }
    func receive() async throws -> [UInt8] { try await inner.receive() }
    func close() async { await inner.close() }
}
