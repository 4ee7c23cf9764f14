/// A typed message between two parties: its number, its one encoding, its checks on the way in.
public protocol Message: Sendable {
    static var type: MessageType { get }
    /// What error texts call it.
    static var name: String { get }
    func encode(into encoder: inout Encoder)
    /// Reads every field and checks what can be checked without context. Throws `WireError` codec cases or
    /// `invalidValue`; leftovers are the session's to find.
    init(from decoder: inout Decoder) throws(WireError)
}

extension Message {
    /// The payload: what is hashed into the record.
    public func encoded() throws(WireError) -> [UInt8] {
        var encoder = Encoder()
        encode(into: &encoder)
        return try encoder.finish()
    }

    /// The message of exactly these bytes.
    public init(payload: [UInt8]) throws(WireError) {
        var decoder = Decoder(payload)
        try self.init(from: &decoder)
        try decoder.finish()
    }
}

/// A message's number. The high byte is the protocol: 0x00 session, 0x01 alignment, 0x02 training, 0x03 inputs.
/// Each protocol adds its constants in an extension.
public struct MessageType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt16

    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The number of the protocol that the message belongs to.
    public var protocolID: UInt16 { rawValue >> 8 }
}

extension MessageType: CustomStringConvertible {
    public var description: String { "0x" + Hex.encode([UInt8(rawValue >> 8), UInt8(rawValue & 255)]) }
}

/// A protocol and the version of it that a party speaks. Two parties' lists must be equal.
public struct ProtocolVersion: Sendable, Hashable {
    public let id: UInt16
    public let version: UInt16

    public init(id: UInt16, version: UInt16) {
        self.id = id
        self.version = version
    }

    /// This module's own: handshake, records, checkpoints.
    public static let session = ProtocolVersion(id: 0, version: 2)
}

/// Which piece of a message that was cut to bounded pieces: `index` in `0..<count`.
public struct Chunk: Sendable, Hashable {
    public let index: UInt32
    public let count: UInt32

    /// A message in one piece.
    public static let whole = Chunk(index: 0, count: 1)

    public init(index: UInt32, count: UInt32) {
        self.index = index
        self.count = count
    }

    public init(_ index: Int, of count: Int) {
        self.init(index: UInt32(clamping: index), count: UInt32(clamping: count))
    }

    var isValid: Bool { index < count }
}
