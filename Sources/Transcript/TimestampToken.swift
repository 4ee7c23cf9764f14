import Foundation
internal import SwiftASN1
public import Wire

/// What an RFC 3161 token says: that an authority saw a hash at a time. Its signature is **not** checked here: that
/// needs the authority's certificates and a decision to trust them (`openssl ts -verify`).
public struct TimestampToken: Sendable, Hashable {
    static let maximumLength = 1 << 16

    /// The SHA-256 that was stamped.
    public let imprint: Bytes32
    /// UTC, RFC 3339.
    public let time: String

    /// Reads a TimeStampResp (a `.tsr` file) or the bare token.
    ///
    /// - Throws: `invalidTimestamp`.
    public init(encoded bytes: [UInt8]) throws(TranscriptError) {
        guard bytes.count <= Self.maximumLength else { throw .invalidTimestamp("it is too large") }
        do {
            self = try Self(node: DER.parse(bytes))
        } catch let error as TranscriptError {
            throw error
        } catch {
            throw .invalidTimestamp("it is not the DER encoding of a token")
        }
    }

    // TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken ContentInfo OPTIONAL }
    // ContentInfo ::= SEQUENCE { contentType OBJECT IDENTIFIER, content [0] EXPLICIT SignedData }
    private init(node: ASN1Node) throws {
        var fields = try Self.children(node)
        if fields.first?.identifier == .sequence {
            guard let status = try Self.children(fields[0]).first, let code = try? Int(derEncoded: status), code <= 1
            else { throw TranscriptError.invalidTimestamp("the authority refused") }
            guard fields.count == 2 else { throw TranscriptError.invalidTimestamp("there is no token in it") }
            fields = try Self.children(fields[1])
        }
        let signedData = try Self.explicit(fields, type: [1, 2, 840, 113_549, 1, 7, 2])
        // SignedData ::= SEQUENCE { version, digestAlgorithms, encapContentInfo, ... }
        let parts = try Self.children(signedData)
        guard parts.count >= 4 else { throw TranscriptError.invalidTimestamp("it is not signed") }
        let content = try Self.explicit(Self.children(parts[2]), type: [1, 2, 840, 113_549, 1, 9, 16, 1, 4])
        try self.init(info: DER.parse(ASN1OctetString(derEncoded: content).bytes))
    }

    // TSTInfo ::= SEQUENCE { version INTEGER, policy OBJECT IDENTIFIER, messageImprint MessageImprint,
    //                        serialNumber INTEGER, genTime GeneralizedTime, ... }
    // MessageImprint ::= SEQUENCE { hashAlgorithm AlgorithmIdentifier, hashedMessage OCTET STRING }
    private init(info: ASN1Node) throws {
        let fields = try Self.children(info)
        guard fields.count >= 5 else { throw TranscriptError.invalidTimestamp("its contents are cut off") }
        let parts = try Self.children(fields[2])
        guard parts.count == 2, let algorithm = try Self.children(parts[0]).first,
            try ASN1ObjectIdentifier(derEncoded: algorithm) == [2, 16, 840, 1, 101, 3, 4, 2, 1],
            let imprint = Bytes32(Array(try ASN1OctetString(derEncoded: parts[1]).bytes))
        else { throw TranscriptError.invalidTimestamp("it is not of a SHA-256") }
        self.imprint = imprint
        let time = try GeneralizedTime(derEncoded: fields[4])
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        self.time =
            "\(time.year)-\(two(time.month))-\(two(time.day))T\(two(time.hours)):\(two(time.minutes)):"
            + "\(two(time.seconds))Z"
    }

    private static func children(_ node: ASN1Node) throws -> [ASN1Node] {
        guard case .constructed(let nodes) = node.content else {
            throw TranscriptError.invalidTimestamp("it is not the DER encoding of a token")
        }
        return Array(nodes)
    }

    /// The one node within `[0]`, after its type.
    private static func explicit(_ fields: [ASN1Node], type: ASN1ObjectIdentifier) throws -> ASN1Node {
        guard fields.count == 2, try ASN1ObjectIdentifier(derEncoded: fields[0]) == type,
            fields[1].identifier.tagNumber == 0, fields[1].identifier.tagClass == .contextSpecific,
            let inner = try children(fields[1]).first
        else { throw TranscriptError.invalidTimestamp("it is not a timestamp token") }
        return inner
    }

    /// A TimeStampReq for a SHA-256, asking for the authority's certificate; no nonce, since the file stays.
    static func request(for hash: Bytes32) -> [UInt8] {
        // SEQUENCE { 1, SEQUENCE { SEQUENCE { id-sha256, NULL }, OCTET STRING }, TRUE }
        [0x30, 0x39, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0D, 0x06, 0x09]
            + [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20] + hash.bytes
            + [0x01, 0x01, 0xFF]
    }
}

/// Timestamps of a transcript: which of its files a token may be of, and where tokens lie.
public struct TranscriptTimestamps: Sendable {
    private let layout: TranscriptLayout
    /// Signed files by hash: the outcome, and the last countersigned head of each log.
    private let signed: [Bytes32: String]

    /// - Throws: `TranscriptError` when there is nothing signed in the folder.
    public init(folder: String) throws(TranscriptError) {
        layout = TranscriptLayout(folder: folder)
        let parties = try PartiesFile(reading: layout)
        signed = Self.signed(in: layout, parties)
        guard !signed.isEmpty else { throw .missingFile("\(TranscriptLayout.checkpoints)/*.txt") }
    }

    static func signed(in layout: TranscriptLayout, _ parties: PartiesFile) -> [Bytes32: String] {
        let (mine, theirs) = (parties.keeper.name, parties.other(than: parties.keeper.name).name)
        let names = [
            TranscriptLayout.outcome, TranscriptLayout.checkpoint(from: mine, to: theirs),
            TranscriptLayout.checkpoint(from: theirs, to: mine),
        ]
        var signed: [Bytes32: String] = [:]
        for name in names {
            if let bytes = try? layout.read(name, limit: Outcome.maximumLength) {
                signed[Bytes32(hashing: bytes)] = name
            }
        }
        return signed
    }

    /// What to have stamped: the outcome, which signs where both logs end, or else the last countersigned head sent.
    public var subject: (name: String, request: [UInt8]) {
        let outcome = signed.first { $0.value == TranscriptLayout.outcome }
        let chosen = outcome ?? signed.min { $0.value < $1.value }
        return (chosen?.value ?? "", TimestampToken.request(for: chosen?.key ?? .zero))
    }

    /// Puts a token beside the transcript.
    ///
    /// - Returns: the file that it is of, and its time.
    /// - Throws: `invalidTimestamp` when it is of nothing in this transcript; `alreadyThere`.
    public func attach(_ token: [UInt8], name: String) throws -> (of: String, time: String) {
        let read = try TimestampToken(encoded: token)
        guard let file = signed[read.imprint] else {
            throw TranscriptError.invalidTimestamp("it is of \(read.imprint.hex.prefix(16))..., which is no file of it")
        }
        let path = "\(TranscriptLayout.timestamps)/\(name).tsr"
        guard PartyName.isValid(name) else { throw TranscriptError.cannotWrite(path) }
        guard !layout.exists(path) else { throw TranscriptError.alreadyThere(path) }
        do {
            try FileManager.default.createDirectory(
                atPath: layout.path(TranscriptLayout.timestamps), withIntermediateDirectories: true)
            try Data(token).write(to: URL(fileURLWithPath: layout.path(path)), options: .atomic)
        } catch { throw TranscriptError.cannotWrite(path) }
        return (file, read.time)
    }
}
