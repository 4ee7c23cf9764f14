public import Wire

/// `parties.bin`: the session and both sides of it, as they introduced themselves.
public struct PartiesFile: Sendable, Hashable {
    static let magic: [UInt8] = Array("moiety parties 1\n".utf8)
    static let maximumLength = 4096

    public let session: Bytes32
    /// What both hellos named: of a fit the job's hash, else that of another `SessionPurpose` under the job.
    public let jobHash: Bytes32
    /// The party that kept this transcript.
    public let local: PartyDescription
    public let peer: PartyDescription

    public init(_ description: SessionDescription) {
        session = description.id
        jobHash = description.jobHash
        local = description.local
        peer = description.peer
    }

    var encoded: [UInt8] {
        get throws(WireError) {
            var encoder = Encoder()
            encoder.writeFixed(Self.magic)
            encoder.write(session)
            encoder.write(jobHash)
            for party in [local, peer] {
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
        local = try Self.party(&decoder)
        peer = try Self.party(&decoder)
        try decoder.finish()
        guard local.name != peer.name else { throw .notCanonical("one party twice") }
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

    public func party(named name: String) -> PartyDescription? { [local, peer].first { $0.name == name } }
    public func other(than name: String) -> PartyDescription { name == local.name ? peer : local }
}
