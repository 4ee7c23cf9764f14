import Wire

extension MessageType {
    static let sumSetup = MessageType(rawValue: 0x0600)
    static let sumPresence = MessageType(rawValue: 0x0601)
    static let sumVector = MessageType(rawValue: 0x0602)
    static let sumReceipt = MessageType(rawValue: 0x0603)
    static let sumAccord = MessageType(rawValue: 0x0604)
    static let sumRelease = MessageType(rawValue: 0x0605)
}

/// Sizes that readers hold messages to.
enum SumBounds {
    static let sites = SumSettings.sites.upperBound
    /// Numbers of one vector: the information of some 250 parameters.
    static let values = 1 << 15
    static let rounds = 1 << 12
    static let signature = 64
    /// Of a public part.
    static let publicPart = 64 + sites + 32 * (sites + sites * sites) + 16 * values
}

/// Who the sender is in the mesh, which sessions it has, and its half of the pair secret.
struct SetupMessage: Message {
    static let type = MessageType.sumSetup
    static let name = "SetupMessage"

    var sites: UInt16
    var own: UInt16
    var coalition: UInt16
    var waits: Bool
    /// By site; zero for the sender.
    var sessions: [Bytes32]
    var key: Bytes32

    init(sites: UInt16, own: UInt16, coalition: UInt16, waits: Bool, sessions: [Bytes32], key: Bytes32) {
        self.sites = sites
        self.own = own
        self.coalition = coalition
        self.waits = waits
        self.sessions = sessions
        self.key = key
    }

    func encode(into encoder: inout Encoder) {
        encoder.write(sites)
        encoder.write(own)
        encoder.write(coalition)
        encoder.write(UInt8(waits ? 0 : 1))
        encoder.writeArray(sessions) { $0.write($1) }
        encoder.write(key)
    }

    init(from decoder: inout Decoder) throws(WireError) {
        sites = try decoder.readUInt16()
        own = try decoder.readUInt16()
        coalition = try decoder.readUInt16()
        waits = !(try decoder.readBool())
        sessions = try decoder.readArray(max: SumBounds.sites, minimumBytes: 32) { decoder throws(WireError) in
            try decoder.readBytes32()
        }
        key = try decoder.readBytes32()
    }
}

/// How far the sender is and whom it has.
struct PresenceMessage: Message {
    static let type = MessageType.sumPresence
    static let name = "PresenceMessage"

    /// The one that the sender is in: two sites that told others different session ids would part the rest into meshes.
    var mesh: Bytes32
    /// After each opened sum.
    var heads: [Bytes32]
    var present: [Bool]
    var isFinished: Bool
    /// The sum that was opened last, for sites that did not get it.
    var last: OpenedSum?

    init(mesh: Bytes32, heads: [Bytes32], present: [Bool], isFinished: Bool, last: OpenedSum?) {
        self.mesh = mesh
        self.heads = heads
        self.present = present
        self.isFinished = isFinished
        self.last = last
    }

    /// Whether it is refused whatever the receiver knows: of another number of sites, or without its sender.
    func isMalformed(from sender: Int, of sites: Int) -> Bool { present.count != sites || !present[sender] }

    func encode(into encoder: inout Encoder) {
        encoder.write(mesh)
        encoder.writeArray(heads) { $0.write($1) }
        encoder.writeArray(present) { $0.write($1) }
        encoder.write(isFinished)
        encoder.writeOptional(last) { [count = present.count] in $1.encode(into: &$0, siteCount: count) }
    }

    init(from decoder: inout Decoder) throws(WireError) {
        mesh = try decoder.readBytes32()
        heads = try decoder.readArray(max: SumBounds.rounds, minimumBytes: 32) { decoder throws(WireError) in
            try decoder.readBytes32()
        }
        present = try decoder.readArray(max: SumBounds.sites) { decoder throws(WireError) in try decoder.readBool() }
        isFinished = try decoder.readBool()
        last = try decoder.readOptional { [count = present.count] decoder throws(WireError) in
            try OpenedSum(from: &decoder, siteCount: count)
        }
    }
}

/// A digest with the signature of the one who says it.
struct SignedDigest: Sendable, Hashable {
    var digest: Bytes32
    var signature: [UInt8]

    func encode(into encoder: inout Encoder) {
        encoder.write(digest)
        encoder.writeFixed(signature)
    }

    init(digest: Bytes32, signature: [UInt8]) {
        self.digest = digest
        self.signature = signature
    }

    init(from decoder: inout Decoder) throws(WireError) {
        digest = try decoder.readBytes32()
        signature = try decoder.readFixed(SumBounds.signature)
    }
}

/// The masked vector with what it is bound to, and the receiver's shares.
struct VectorMessage: Message {
    static let type = MessageType.sumVector
    static let name = "VectorMessage"

    /// The same for all receivers; see ``PublicPart``.
    var publicPart: [UInt8]
    var signature: [UInt8]
    var shares: [[UInt8]]

    init(publicPart: [UInt8], signature: [UInt8], shares: [[UInt8]]) {
        self.publicPart = publicPart
        self.signature = signature
        self.shares = shares
    }

    func encode(into encoder: inout Encoder) {
        encoder.writePrefixed(publicPart)
        encoder.writeFixed(signature)
        encoder.writeArray(shares) { $0.writeFixed($1) }
    }

    init(from decoder: inout Decoder) throws(WireError) {
        publicPart = try decoder.readPrefixed(max: SumBounds.publicPart)
        signature = try decoder.readFixed(SumBounds.signature)
        shares = try decoder.readArray(max: SumBounds.sites, minimumBytes: 32) { decoder throws(WireError) in
            try decoder.readFixed(ByteShares.length)
        }
    }
}

/// By site, what the sender received, signed by whom it came from.
struct ReceiptMessage: Message {
    static let type = MessageType.sumReceipt
    static let name = "ReceiptMessage"

    var vectors: [SignedDigest?]

    init(vectors: [SignedDigest?]) { self.vectors = vectors }

    func encode(into encoder: inout Encoder) {
        encoder.writeArray(vectors) { $0.writeOptional($1) { $1.encode(into: &$0) } }
    }

    init(from decoder: inout Decoder) throws(WireError) {
        vectors = try decoder.readArray(max: SumBounds.sites) { decoder throws(WireError) in
            try decoder.readOptional { decoder throws(WireError) in try SignedDigest(from: &decoder) }
        }
    }
}

/// What the sender stands by, and vectors that the receiver lacks.
struct AccordMessage: Message {
    static let type = MessageType.sumAccord
    static let name = "AccordMessage"

    struct Forwarded: Sendable, Hashable {
        var site: UInt16
        var publicPart: [UInt8]
        var signature: [UInt8]
    }

    var accord: SignedDigest?
    var forwarded: [Forwarded]

    init(accord: SignedDigest?, forwarded: [Forwarded]) {
        self.accord = accord
        self.forwarded = forwarded
    }

    func encode(into encoder: inout Encoder) {
        encoder.writeOptional(accord) { $1.encode(into: &$0) }
        encoder.writeArray(forwarded) { encoder, item in
            encoder.write(item.site)
            encoder.writePrefixed(item.publicPart)
            encoder.writeFixed(item.signature)
        }
    }

    init(from decoder: inout Decoder) throws(WireError) {
        accord = try decoder.readOptional { decoder throws(WireError) in try SignedDigest(from: &decoder) }
        forwarded = try decoder.readArray(max: SumBounds.sites, minimumBytes: 70) { decoder throws(WireError) in
            Forwarded(
                site: try decoder.readUInt16(), publicPart: try decoder.readPrefixed(max: SumBounds.publicPart),
                signature: try decoder.readFixed(SumBounds.signature))
        }
    }
}

/// The sender's shares of what the accord opens; none where it has no accord.
struct ReleaseMessage: Message {
    static let type = MessageType.sumRelease
    static let name = "ReleaseMessage"

    var shares: [[UInt8]?]

    init(shares: [[UInt8]?]) { self.shares = shares }

    func encode(into encoder: inout Encoder) {
        encoder.writeArray(shares) { $0.writeOptional($1) { $0.writeFixed($1) } }
    }

    init(from decoder: inout Decoder) throws(WireError) {
        shares = try decoder.readArray(max: SumBounds.sites * SumBounds.sites) { decoder throws(WireError) in
            try decoder.readOptional { decoder throws(WireError) in try decoder.readFixed(ByteShares.length) }
        }
    }
}
