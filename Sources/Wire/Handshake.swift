/// What both sides must agree on before anything else is sent.
public struct SessionTerms: Sendable, Hashable {
    /// SHA-256 of the job's canonical encoding.
    public let jobHash: Bytes32
    /// This party's role in the job ("active", "passive", "sender", ...), and the one that the peer must have.
    public let role: String
    public let peerRole: String
    /// Protocols and versions, beside the session's own; order does not matter.
    public let protocols: [ProtocolVersion]
    /// Counts runs of one job; both sides write their own into every record. A restart takes the next number.
    public let attempt: UInt32

    public init(
        jobHash: Bytes32, role: String, peerRole: String, protocols: [ProtocolVersion] = [], attempt: UInt32 = 0
    ) {
        self.jobHash = jobHash
        self.role = role
        self.peerRole = peerRole
        self.protocols = protocols
        self.attempt = attempt
    }

    /// Sorted by number, the session's own included.
    var allProtocols: [ProtocolVersion] {
        ([.session] + protocols.filter { $0.id != ProtocolVersion.session.id }).sorted { $0.id < $1.id }
    }
}

/// First flight: who, what, and commitments. Nothing in it is secret. `protocols/wire.md` section 5.
public struct Hello: Sendable, Hashable {
    static let magic: [UInt8] = Array("moiety/hello/v1".utf8)
    static let maximumLength = 2048

    public let protocols: [ProtocolVersion]
    public let name: String
    public let identity: [UInt8]
    public let role: String
    public let jobHash: Bytes32
    public let attempt: UInt32
    public let certificateFingerprint: Bytes32
    /// SHA-256("moiety/nonce/v1" || nonce)
    public let nonceCommitment: Bytes32
    public let seedCommitment: Bytes32
    /// Ed25519 public keys made for this session: the first signs checkpoints of what this party sends, the second
    /// cosigns checkpoints of what it receives. Two keys, so that no signature can pass for one of the other kind.
    public let logKey: [UInt8]
    public let witnessKey: [UInt8]

    init(
        party: LocalParty, terms: SessionTerms, nonce: Bytes32, seed: SessionSeed, logKey: VerifyingKey,
        witnessKey: VerifyingKey
    ) {
        protocols = terms.allProtocols
        name = party.name
        identity = party.identity.publicKey.bytes.bytes
        role = terms.role
        jobHash = terms.jobHash
        attempt = terms.attempt
        certificateFingerprint = party.certificateFingerprint
        nonceCommitment = Self.commitment(to: nonce)
        seedCommitment = seed.commitment
        self.logKey = logKey.bytes.bytes
        self.witnessKey = witnessKey.bytes.bytes
    }

    static func commitment(to nonce: Bytes32) -> Bytes32 {
        Bytes32(hashing: Array("moiety/nonce/v1".utf8) + nonce.bytes)
    }

    public var encoded: [UInt8] {
        get throws(WireError) {
            var encoder = Encoder()
            encoder.writeFixed(Self.magic)
            encoder.writeArray(protocols) { encoder, item in
                encoder.write(item.id)
                encoder.write(item.version)
            }
            encoder.write(name)
            encoder.writeFixed(identity)
            encoder.write(role)
            encoder.write(jobHash)
            encoder.write(attempt)
            encoder.write(certificateFingerprint)
            encoder.write(nonceCommitment)
            encoder.write(seedCommitment)
            encoder.writeFixed(logKey)
            encoder.writeFixed(witnessKey)
            return try encoder.finish()
        }
    }

    public init(encoded bytes: [UInt8]) throws(WireError) {
        guard bytes.count <= Self.maximumLength else { throw .tooLong(count: bytes.count, limit: Self.maximumLength) }
        var decoder = Decoder(bytes)
        guard try decoder.readFixed(Self.magic.count) == Self.magic else { throw .notCanonical("not a hello") }
        protocols = try decoder.readArray(max: 64, minimumBytes: 4) { decoder throws(WireError) in
            ProtocolVersion(id: try decoder.readUInt16(), version: try decoder.readUInt16())
        }
        name = try PartyName.read(from: &decoder)
        identity = try decoder.readFixed(32)
        // Of the same characters as a name: it is printed wherever the party is.
        role = try PartyName.read(from: &decoder)
        jobHash = try decoder.readBytes32()
        attempt = try decoder.readUInt32()
        certificateFingerprint = try decoder.readBytes32()
        nonceCommitment = try decoder.readBytes32()
        seedCommitment = try decoder.readBytes32()
        logKey = try decoder.readFixed(32)
        witnessKey = try decoder.readFixed(32)
        try decoder.finish()
    }

    /// What this side demands of the other's hello, in the order in which a mismatch is named.
    func check(against own: Hello, expecting peer: PeerIdentity, role: String, seen: Bytes32?) throws(WireError) {
        let ids = Set(protocols.map(\.id)).union(own.protocols.map(\.id)).sorted()
        for id in ids {
            let ours = own.protocols.first { $0.id == id }?.version ?? 0
            let theirs = protocols.first { $0.id == id }?.version ?? 0
            // Two commands under one job list different protocols: that they differ is what people must hear.
            guard ours == theirs || jobHash == own.jobHash || min(ours, theirs) > 0 else {
                throw .jobMismatch(peer: peer.name)
            }
            guard ours == theirs else {
                throw .versionMismatch(peer: peer.name, protocol: id, ours: ours, theirs: theirs)
            }
        }
        guard protocols == own.protocols else { throw .malformedFrame(peer: peer.name) }
        guard name == peer.name, name != own.name, identity == peer.publicKey.bytes.bytes, identity != own.identity
        else { throw .identityMismatch(peer: peer.name) }
        guard seen == nil || seen == certificateFingerprint,
            peer.certificateFingerprint == nil || peer.certificateFingerprint == certificateFingerprint
        else { throw .certificateMismatch(peer: peer.name) }
        guard jobHash == own.jobHash else { throw .jobMismatch(peer: peer.name) }
        guard self.role == role else {
            throw .roleMismatch(peer: peer.name, expected: role, found: self.role)
        }
        guard logKey != witnessKey, logKey != identity, witnessKey != identity else {
            throw .bindingMismatch(peer: peer.name)
        }
    }

    /// Whom the hello introduces; proven only by a `BindingMessage`.
    public var party: PartyDescription {
        get throws(WireError) {
            PartyDescription(
                name: name, role: role, attempt: attempt, identity: try VerifyingKey(identity),
                logKey: try VerifyingKey(logKey),
                witnessKey: try VerifyingKey(witnessKey), certificateFingerprint: certificateFingerprint)
        }
    }
}
