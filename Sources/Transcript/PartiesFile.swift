public import Wire

/// `parties.bin`: the session and its parties, as they introduced themselves.
public struct PartiesFile: Sendable, Hashable {
    static let magic: [UInt8] = Array("moiety parties 2\n".utf8)
    static let maximumLength = 4096
    /// A session is between two; what verifies it goes through the list.
    private static let most = 2

    public let session: Bytes32
    /// What both hellos named: of a fit the job's hash, else that of another `SessionPurpose` under the job.
    public let jobHash: Bytes32
    /// The party that kept this transcript first.
    public let parties: [PartyDescription]

    /// Whose log one party's is read with: every direction between two of them has one.
    public typealias Direction = (sender: PartyDescription, receiver: PartyDescription)

    public init(_ description: SessionDescription) {
        session = description.id
        jobHash = description.jobHash
        parties = [description.local, description.peer]
    }

    var encoded: [UInt8] {
        get throws(WireError) {
            var encoder = Encoder()
            encoder.writeFixed(Self.magic)
            encoder.write(session)
            encoder.write(jobHash)
            encoder.writeArray(parties) { encoder, party in
                encoder.write(party.name)
                encoder.write(party.role)
                encoder.write(party.attempt)
                encoder.write(party.identity.bytes)
                encoder.write(party.logKey.bytes)
                encoder.write(party.witnessKey.bytes)
                encoder.write(party.certificateFingerprint)
            }
            return try encoder.finish()
        }
    }

    public init(encoded bytes: [UInt8]) throws(WireError) {
        var decoder = Decoder(bytes)
        guard try decoder.readFixed(Self.magic.count) == Self.magic else { throw .notCanonical("not a parties file") }
        session = try decoder.readBytes32()
        jobHash = try decoder.readBytes32()
        parties = try decoder.readArray(max: Self.most, minimumBytes: 128) { decoder throws(WireError) in
            try Self.party(&decoder)
        }
        try decoder.finish()
        guard parties.count == Self.most else { throw .notCanonical("the number of a session's parties") }
        guard Set(parties.map(\.name)).count == parties.count else { throw .notCanonical("one party twice") }
    }

    /// Reads the file of a transcript folder.
    public init(folder: String) throws {
        try self.init(reading: TranscriptLayout(folder: folder))
    }

    init(reading layout: TranscriptLayout) throws(TranscriptError) {
        let bytes = try layout.read(TranscriptLayout.parties, limit: Self.maximumLength)
        guard let parties = try? PartiesFile(encoded: bytes) else {
            throw .notCanonical(file: TranscriptLayout.parties)
        }
        self = parties
    }

    private static func party(_ decoder: inout Decoder) throws(WireError) -> PartyDescription {
        let name = try decoder.readString(max: PartyName.maximumLength)
        guard PartyName.isValid(name) else { throw .notCanonical("a party's name") }
        let role = try decoder.readString(max: PartyName.maximumLength)
        guard PartyName.isValid(role) else { throw .notCanonical("a party's role") }
        return PartyDescription(
            name: name, role: role, attempt: try decoder.readUInt32(),
            identity: try VerifyingKey(try decoder.readFixed(32)), logKey: try VerifyingKey(try decoder.readFixed(32)),
            witnessKey: try VerifyingKey(try decoder.readFixed(32)),
            certificateFingerprint: try decoder.readBytes32())
    }

    public func party(named name: String) -> PartyDescription? { parties.first { $0.name == name } }

    /// The party that kept this transcript.
    public var keeper: PartyDescription { parties[0] }

    /// The others, in their order.
    public var peers: ArraySlice<PartyDescription> { parties.dropFirst() }

    /// Every direction in which messages went, the keeper's own first.
    public var directions: [Direction] {
        parties.flatMap { sender in parties.filter { $0 != sender }.map { (sender, $0) } }
    }

    /// Whom a party exchanged messages with.
    public func other(than name: String) -> PartyDescription { parties.first { $0.name != name } ?? parties[0] }
}
