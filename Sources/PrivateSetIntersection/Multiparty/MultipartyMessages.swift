internal import Wire

// The messages of protocols/multiparty-alignment.md 3, beside those of an alignment.

extension MessageType {
    static let multipartySetup = MessageType(rawValue: 0x0800)
    static let storeSeed = MessageType(rawValue: 0x0801)
    static let storeCells = MessageType(rawValue: 0x0802)
    static let comparisonCommitment = MessageType(rawValue: 0x0803)
    static let comparisonOpening = MessageType(rawValue: 0x0804)
    static let orderNonce = MessageType(rawValue: 0x0805)
    static let commonOrder = MessageType(rawValue: 0x0806)
}

/// Who the sender is in the mesh, which sessions it has, its half of the pair's secret, its share of the order.
struct MultipartySetup: Message, Hashable {
    static let type = MessageType.multipartySetup
    static let name = "MultipartySetup"

    var parties: UInt16
    var own: UInt16
    var active: UInt16
    /// By party; zero for the sender.
    var sessions: [Bytes32]
    /// X25519; zero in sessions of the active party.
    var key: Bytes32
    var nonceCommitment: Bytes32

    init(parties: Int, own: Int, active: Int, sessions: [Bytes32], key: Bytes32, nonceCommitment: Bytes32) {
        self.parties = UInt16(clamping: parties)
        self.own = UInt16(clamping: own)
        self.active = UInt16(clamping: active)
        self.sessions = sessions
        self.key = key
        self.nonceCommitment = nonceCommitment
    }

    func encode(into encoder: inout Encoder) {
        encoder.write(parties)
        encoder.write(own)
        encoder.write(active)
        encoder.writeArray(sessions) { $0.write($1) }
        encoder.write(key)
        encoder.write(nonceCommitment)
    }

    init(from decoder: inout Decoder) throws(WireError) {
        parties = try decoder.readUInt16()
        own = try decoder.readUInt16()
        active = try decoder.readUInt16()
        sessions = try decoder.readArray(max: MultipartySettings.sizes.upperBound, minimumBytes: 32) {
            decoder throws(WireError) in try decoder.readBytes32()
        }
        key = try decoder.readBytes32()
        nonceCommitment = try decoder.readBytes32()
        guard MultipartySettings.sizes.contains(Int(parties)), sessions.count == Int(parties), own < parties,
            active < parties
        else { throw .invalidValue("parties") }
    }
}

/// Which rows a store's identifiers have, and how many cells follow.
struct StoreSeed: Message, Hashable {
    static let type = MessageType.storeSeed
    static let name = "StoreSeed"

    var seed: [UInt8]
    var cells: UInt32

    init(seed: [UInt8], cells: Int) {
        self.seed = seed
        self.cells = UInt32(clamping: cells)
    }

    func encode(into encoder: inout Encoder) {
        encoder.writeFixed(seed)
        encoder.write(cells)
    }

    init(from decoder: inout Decoder) throws(WireError) {
        seed = try decoder.readFixed(StoreShape.seedBytes)
        cells = try decoder.readUInt32()
    }
}

/// A store's cells, in their order.
struct StoreCells: Message, Hashable {
    static let type = MessageType.storeCells
    static let name = "StoreCells"

    var cells: [ShareValue]

    init(cells: [ShareValue]) { self.cells = cells }

    func encode(into encoder: inout Encoder) {
        encoder.writeCount(cells.count * ShareValue.width)
        for cell in cells {
            encoder.write(cell.high)
            encoder.write(cell.low)
        }
    }

    init(from decoder: inout Decoder) throws(WireError) {
        let bytes = try decoder.readCount(max: longestField)
        guard bytes.isMultiple(of: ShareValue.width) else { throw .invalidValue("length of cells") }
        var cells: [ShareValue] = []
        cells.reserveCapacity(bytes / ShareValue.width)
        for _ in 0..<bytes / ShareValue.width {
            cells.append(ShareValue(high: try decoder.readUInt64(), low: try decoder.readUInt64()))
        }
        self.cells = cells
    }
}

/// What a passive party will say of the announcement, sealed.
struct ComparisonCommitment: Message, Hashable {
    static let type = MessageType.comparisonCommitment
    static let name = "ComparisonCommitment"

    var commitment: Bytes32

    init(commitment: Bytes32) { self.commitment = commitment }

    func encode(into encoder: inout Encoder) { encoder.write(commitment) }
    init(from decoder: inout Decoder) throws(WireError) { commitment = try decoder.readBytes32() }
}

/// What a passive party says of the announcement.
struct ComparisonOpening: Message, Hashable {
    static let type = MessageType.comparisonOpening
    static let name = "ComparisonOpening"

    /// w
    var word: Bytes32
    /// r
    var blind: Bytes32

    init(word: Bytes32, blind: Bytes32) {
        self.word = word
        self.blind = blind
    }

    func encode(into encoder: inout Encoder) {
        encoder.write(word)
        encoder.write(blind)
    }

    init(from decoder: inout Decoder) throws(WireError) {
        word = try decoder.readBytes32()
        blind = try decoder.readBytes32()
    }
}

/// A party's part of what gives the order. From a passive party it also says that the announcement holds.
struct OrderNonce: Message, Hashable {
    static let type = MessageType.orderNonce
    static let name = "OrderNonce"

    var nonce: Bytes32

    init(nonce: Bytes32) { self.nonce = nonce }

    func encode(into encoder: inout Encoder) { encoder.write(nonce) }
    init(from decoder: inout Decoder) throws(WireError) { nonce = try decoder.readBytes32() }
}

/// The order that a party arrived at.
struct CommonOrder: Message, Hashable {
    static let type = MessageType.commonOrder
    static let name = "CommonOrder"

    var count: UInt64
    var digest: Bytes32

    init(count: Int, digest: Bytes32) {
        self.count = UInt64(clamping: count)
        self.digest = digest
    }

    func encode(into encoder: inout Encoder) {
        encoder.write(count)
        encoder.write(digest)
    }

    init(from decoder: inout Decoder) throws(WireError) {
        count = try decoder.readUInt64()
        digest = try decoder.readBytes32()
    }
}
