import Crypto

/// What a log holds of a message: everything that binds it, its payload by hash. The leaf of the tree is
/// SHA-256(0x00 || `encoded`). `protocols/wire.md` section 4.
public struct Record: Sendable, Hashable {
    /// "MOIR", then the form's version.
    static let magic: [UInt8] = Array("MOIR".utf8)
    static let version: UInt8 = 1
    /// No record is longer: names take at most 64 bytes each.
    public static let maximumLength = 320

    public let session: Bytes32
    public let from: String
    public let to: String
    /// Place in this direction's log, from 0.
    public let sequence: UInt64
    public let protocolVersion: ProtocolVersion
    public let type: MessageType
    public let round: UInt32
    public let attempt: UInt32
    public let chunk: Chunk
    /// The sender's clock, in milliseconds of Unix time. Informational, but never less than the record's before.
    public let sentAt: UInt64
    /// Head of the opposite direction's log when this was sent: the sender had received exactly that.
    public let seen: TreeHead
    public let payloadLength: UInt32
    /// SHA-256 of the payload.
    public let payloadHash: Bytes32

    public var encoded: [UInt8] {
        get throws(WireError) {
            var encoder = Encoder(reserving: Self.maximumLength)
            encoder.writeFixed(Self.magic)
            encoder.write(Self.version)
            encoder.write(session)
            encoder.write(from)
            encoder.write(to)
            encoder.write(sequence)
            encoder.write(protocolVersion.id)
            encoder.write(protocolVersion.version)
            encoder.write(type.rawValue)
            encoder.write(round)
            encoder.write(attempt)
            encoder.write(chunk.index)
            encoder.write(chunk.count)
            encoder.write(sentAt)
            encoder.write(seen.size)
            encoder.write(seen.root)
            encoder.write(payloadLength)
            encoder.write(payloadHash)
            return try encoder.finish()
        }
    }

    /// The record of exactly these bytes.
    public init(encoded bytes: [UInt8]) throws(WireError) {
        guard bytes.count <= Self.maximumLength else {
            throw .tooLong(count: bytes.count, limit: Self.maximumLength)
        }
        var decoder = Decoder(bytes)
        guard try decoder.readFixed(4) == Self.magic else { throw .notCanonical("not a record") }
        guard try decoder.readUInt8() == Self.version else { throw .notCanonical("a record of another version") }
        session = try decoder.readBytes32()
        from = try PartyName.read(from: &decoder)
        to = try PartyName.read(from: &decoder)
        sequence = try decoder.readUInt64()
        protocolVersion = ProtocolVersion(id: try decoder.readUInt16(), version: try decoder.readUInt16())
        type = MessageType(rawValue: try decoder.readUInt16())
        guard type.protocolID == protocolVersion.id else { throw .notCanonical("a message of another protocol") }
        round = try decoder.readUInt32()
        attempt = try decoder.readUInt32()
        chunk = Chunk(index: try decoder.readUInt32(), count: try decoder.readUInt32())
        guard chunk.isValid else { throw .notCanonical("a chunk beyond its count") }
        sentAt = try decoder.readUInt64()
        seen = TreeHead(size: try decoder.readUInt64(), root: try decoder.readBytes32())
        payloadLength = try decoder.readUInt32()
        payloadHash = try decoder.readBytes32()
        try decoder.finish()
    }

    init(
        session: Bytes32, from: String, to: String, sequence: UInt64, protocolVersion: ProtocolVersion,
        type: MessageType, round: UInt32, attempt: UInt32, chunk: Chunk, sentAt: UInt64, seen: TreeHead,
        payload: [UInt8]
    ) {
        self.session = session
        self.from = from
        self.to = to
        self.sequence = sequence
        self.protocolVersion = protocolVersion
        self.type = type
        self.round = round
        self.attempt = attempt
        self.chunk = chunk
        self.sentAt = sentAt
        self.seen = seen
        self.payloadLength = UInt32(clamping: payload.count)
        self.payloadHash = Bytes32(SHA256.hash(data: payload))
    }

    /// Whether these bytes are the payload that the record names.
    public func matches(payload: [UInt8]) -> Bool {
        payload.count == Int(payloadLength) && Bytes32(SHA256.hash(data: payload)) == payloadHash
    }
}

/// What goes over a channel. The first byte says which form follows. `protocols/wire.md` section 3.
enum Frame {
    /// Before the session exists: who is there, what do they want.
    case hello([UInt8])
    /// Before the session exists: the nonce that the hello committed to.
    case reveal([UInt8])
    /// Before the session exists: why there will be none.
    case refusal([UInt8])
    /// A record and its payload.
    case record([UInt8], payload: [UInt8])

    /// Bytes of a record frame beside its payload, at most.
    static let overhead = 1 + 4 + Record.maximumLength

    var encoded: [UInt8] {
        get throws(WireError) {
            switch self {
            case .hello(let bytes): return [1] + bytes
            case .reveal(let bytes): return [2] + bytes
            case .refusal(let bytes): return [3] + bytes
            case .record(let record, let payload):
                var encoder = Encoder(reserving: Self.overhead + payload.count)
                encoder.write(UInt8(4))
                encoder.writePrefixed(record)
                encoder.writeFixed(payload)
                return try encoder.finish()
            }
        }
    }

    init(encoded bytes: [UInt8]) throws(WireError) {
        var decoder = Decoder(bytes)
        switch try decoder.readUInt8() {
        case 1: self = .hello(try decoder.readFixed(decoder.remaining))
        case 2: self = .reveal(try decoder.readFixed(decoder.remaining))
        case 3: self = .refusal(try decoder.readFixed(decoder.remaining))
        case 4:
            let record = try decoder.readPrefixed(max: Record.maximumLength)
            self = .record(record, payload: try decoder.readFixed(decoder.remaining))
        default: throw .notCanonical("a frame of an unknown form")
        }
    }
}
