package import KeyAgreement
package import Wire

// The messages of protocols/alignment.md 2. What a decoder can check alone it checks; sizes that follow from the
// session's state are checked by the role that receives.

extension MessageType {
    package static let alignmentOpening = MessageType(rawValue: 0x0101)
    package static let verifierParameters = MessageType(rawValue: 0x0102)
    package static let senderKey = MessageType(rawValue: 0x0103)
    package static let encryptedPRFKey = MessageType(rawValue: 0x0104)
    package static let hashSalt = MessageType(rawValue: 0x0105)
    package static let blindedIdentifiers = MessageType(rawValue: 0x0106)
    package static let evaluations = MessageType(rawValue: 0x0107)
    package static let senderTags = MessageType(rawValue: 0x0108)
    package static let matchOutcome = MessageType(rawValue: 0x0109)
    package static let matchingTags = MessageType(rawValue: 0x010A)
    package static let orderDigest = MessageType(rawValue: 0x010B)
    package static let matchProofs = MessageType(rawValue: 0x010C)

    /// A ciphertext or a group element for each identifier: what a transcript keeps by hash unless it keeps all.
    static let alignmentBulk: Set<MessageType> = [.blindedIdentifiers, .evaluations]
}

/// Longest byte field of an alignment message; a session's frame limit is below it.
let longestField = 1 << 26

package struct AlignmentOpening: Message, Hashable {
    package static let type = MessageType.alignmentOpening
    package static let name = "AlignmentOpening"
    package static let currentVersion: UInt16 = 1

    package var version = currentVersion
    package var role: AlignmentRole
    package var keyBits: UInt16
    package var setSize: UInt64
    package var minimumCohort: UInt64

    package init(role: AlignmentRole, keyBits: UInt16, setSize: UInt64, minimumCohort: UInt64) {
        self.role = role
        self.keyBits = keyBits
        self.setSize = setSize
        self.minimumCohort = minimumCohort
    }

    package func encode(into encoder: inout Encoder) {
        encoder.write(version)
        encoder.write(role.rawValue)
        encoder.write(keyBits)
        encoder.write(setSize)
        encoder.write(minimumCohort)
    }

    package init(from decoder: inout Decoder) throws(WireError) {
        version = try decoder.readUInt16()
        guard let role = AlignmentRole(rawValue: try decoder.readUInt8()) else { throw .invalidValue("role") }
        self.role = role
        keyBits = try decoder.readUInt16()
        setSize = try decoder.readUInt64()
        minimumCohort = try decoder.readUInt64()
    }
}

/// The sender's Paillier key, which the receiver's parameters are made for.
package enum AlignmentKeys: KeyPurpose {
    package static let name = "alignment"
    package static let parametersType = MessageType.verifierParameters
    package static let parametersName = "VerifierParameters"
    package static let keyType = MessageType.senderKey
    package static let keyName = "SenderKey"
}

/// The receiver's ring-Pedersen parameters, against which the sender proves its key.
package typealias VerifierParameters = ParametersMessage<AlignmentKeys>
package typealias SenderKey = KeyMessage<AlignmentKeys>

/// K = Enc(k) and the proof that k is short.
package struct EncryptedPRFKey: Message {
    package static let type = MessageType.encryptedPRFKey
    package static let name = "EncryptedPRFKey"

    package var ciphertext: [UInt8]
    package var rangeProof: [UInt8]

    package init(ciphertext: [UInt8], rangeProof: [UInt8]) {
        self.ciphertext = ciphertext
        self.rangeProof = rangeProof
    }

    package func encode(into encoder: inout Encoder) {
        encoder.writePrefixed(ciphertext)
        encoder.writePrefixed(rangeProof)
    }

    package init(from decoder: inout Decoder) throws(WireError) {
        ciphertext = try decoder.readPrefixed(max: longestField)
        rangeProof = try decoder.readPrefixed(max: longestField)
    }
}

/// What makes H1 unknown while k is chosen.
package struct HashSalt: Message {
    package static let type = MessageType.hashSalt
    package static let name = "HashSalt"

    package var salt: Bytes32

    package init(salt: Bytes32) { self.salt = salt }

    package func encode(into encoder: inout Encoder) { encoder.write(salt) }
    package init(from decoder: inout Decoder) throws(WireError) { salt = try decoder.readBytes32() }
}

package struct BlindedIdentifiers: Message {
    package static let type = MessageType.blindedIdentifiers
    package static let name = "BlindedIdentifiers"

    package var identifiers: UInt32
    package var ciphertexts: [UInt8]
    package var proof: [UInt8]

    /// Bytes of a payload with so many bytes of either.
    static func length(ciphertexts: Int, proof: Int) -> Int { 4 + 4 + ciphertexts + 4 + proof }

    package init(identifiers: UInt32, ciphertexts: [UInt8], proof: [UInt8]) {
        self.identifiers = identifiers
        self.ciphertexts = ciphertexts
        self.proof = proof
    }

    package func encode(into encoder: inout Encoder) {
        encoder.write(identifiers)
        encoder.writePrefixed(ciphertexts)
        encoder.writePrefixed(proof)
    }

    package init(from decoder: inout Decoder) throws(WireError) {
        identifiers = try decoder.readUInt32()
        ciphertexts = try decoder.readPrefixed(max: longestField)
        proof = try decoder.readPrefixed(max: longestField)
    }
}

/// `g^(1/v)` for each blinded identifier.
package struct Evaluations: Message {
    package static let type = MessageType.evaluations
    package static let name = "Evaluations"

    package var identifiers: UInt32
    package var elements: [UInt8]

    /// Bytes of a payload with so many elements.
    static func length(of count: Int, width: Int) -> Int { 4 + 4 + count * width }

    package init(identifiers: UInt32, elements: [UInt8]) {
        self.identifiers = identifiers
        self.elements = elements
    }

    package func encode(into encoder: inout Encoder) {
        encoder.write(identifiers)
        encoder.writePrefixed(elements)
    }

    package init(from decoder: inout Decoder) throws(WireError) {
        identifiers = try decoder.readUInt32()
        elements = try decoder.readPrefixed(max: longestField)
    }
}

/// All tags of the sender's set, ascending.
package struct SenderTags: TagMessage {
    package static let type = MessageType.senderTags
    package static let name = "SenderTags"

    var tags: [AlignmentTag]

    init(tags: [AlignmentTag]) { self.tags = tags }
}

package struct MatchOutcome: Message, Hashable {
    package static let type = MessageType.matchOutcome
    package static let name = "MatchOutcome"

    package enum Kind: UInt8, Sendable {
        case matched = 0
        case empty = 1
        case tooSmall = 2
    }

    package var kind: Kind
    /// 0 unless matched: a cohort that is too small is not counted for the sender.
    package var count: UInt64

    package init(kind: Kind, count: UInt64) {
        self.kind = kind
        self.count = count
    }

    package func encode(into encoder: inout Encoder) {
        encoder.write(kind.rawValue)
        encoder.write(count)
    }

    package init(from decoder: inout Decoder) throws(WireError) {
        guard let kind = Kind(rawValue: try decoder.readUInt8()) else { throw .invalidValue("outcome") }
        self.kind = kind
        count = try decoder.readUInt64()
        guard (kind == .matched) == (count > 0) else { throw .invalidValue("count of matches") }
    }
}

/// The tags that both have, ascending: the common row order.
package struct MatchingTags: TagMessage {
    package static let type = MessageType.matchingTags
    package static let name = "MatchingTags"

    var tags: [AlignmentTag]

    init(tags: [AlignmentTag]) { self.tags = tags }
}

/// In the order of the matching tags: what shows that the receiver has computed the function at these identifiers.
package struct MatchProofs: TagMessage {
    package static let type = MessageType.matchProofs
    package static let name = "MatchProofs"

    var tags: [AlignmentTag]

    init(tags: [AlignmentTag]) { self.tags = tags }
}

package struct OrderDigest: Message, Hashable {
    package static let type = MessageType.orderDigest
    package static let name = "OrderDigest"

    package var count: UInt64
    package var order: Bytes32

    package init(count: UInt64, order: Bytes32) {
        self.count = count
        self.order = order
    }

    package func encode(into encoder: inout Encoder) {
        encoder.write(count)
        encoder.write(order)
    }

    package init(from decoder: inout Decoder) throws(WireError) {
        count = try decoder.readUInt64()
        order = try decoder.readBytes32()
    }
}

extension Encoder {
    /// `u32` bytes, then sixteen bytes a tag.
    mutating func write(tags: [AlignmentTag]) {
        writeCount(tags.count * AlignmentTag.width)
        for tag in tags {
            write(tag.high)
            write(tag.low)
        }
    }
}

extension Decoder {
    mutating func readTags() throws(WireError) -> [AlignmentTag] {
        let bytes = try readCount(max: longestField)
        guard bytes.isMultiple(of: AlignmentTag.width) else { throw .invalidValue("length of tags") }
        var tags: [AlignmentTag] = []
        tags.reserveCapacity(bytes / AlignmentTag.width)
        for _ in 0..<bytes / AlignmentTag.width {
            tags.append(AlignmentTag(high: try readUInt64(), low: try readUInt64()))
        }
        return tags
    }
}
