internal import Crypto
internal import Wire

/// The hashes of `protocols/multiparty-alignment.md`.
enum MultipartyHash {
    /// SHA-256(label || part || part || ...)
    static func hash(_ label: String, _ parts: [UInt8]...) -> Bytes32 {
        var hash = SHA256()
        hash.update(data: Array("moiety/parties/\(label)/v1".utf8))
        for part in parts { hash.update(data: part) }
        return Bytes32(hash.finalize())
    }

    /// "moiety/parties/<purpose>/v1", in ASCII
    static func label(_ purpose: String) -> [UInt8] { Array("moiety/parties/\(purpose)/v1".utf8) }

    static func number(_ party: Int) -> [UInt8] { AlignmentHashes.bigEndian(UInt16(clamping: party)) }

    /// H("moiety/parties/nonce/v1", job, u16 party, nonce)
    static func commitment(toNonce nonce: Bytes32, of party: Int, job: Bytes32) -> Bytes32 {
        hash("nonce", job.bytes, number(party), nonce.bytes)
    }

    /// H("moiety/parties/commitment/v1", mesh, u16 party, w, r)
    static func commitment(to opening: ComparisonOpening, of party: Int, mesh: Bytes32) -> Bytes32 {
        hash("commitment", mesh.bytes, number(party), opening.word.bytes, opening.blind.bytes)
    }

    /// D = H("moiety/parties/announced/v1", mesh, u64 count, u32 length || y for each, ascending)
    static func announced(_ identifiers: [[UInt8]], mesh: Bytes32) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: label("announced"))
        hash.update(data: mesh.bytes)
        hash.update(data: AlignmentHashes.bigEndian(UInt64(identifiers.count)))
        for identifier in identifiers.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            hash.update(data: AlignmentHashes.bigEndian(UInt32(clamping: identifier.count)))
            hash.update(data: identifier)
        }
        return Array(hash.finalize())
    }
}

extension AlignmentHashes {
    /// Both outputs of the function at each of so many fixed-width elements: the tag, and the mask of its share,
    /// SHA-256("moiety alignment v1 mask" || session id || u)[0 ..< 16].
    func outputs(of elements: [UInt8], width: Int) -> [PRFOutput] {
        stride(from: 0, to: elements.count, by: width).map { start in
            let element = elements[start..<start + width]
            var hash = SHA256()
            hash.update(data: Self.label("mask"))
            hash.update(data: sessionID)
            hash.update(data: Array(element))
            return PRFOutput(tag: tag(of: element), mask: ShareValue(bytes: hash.finalize()))
        }
    }
}

/// What the function gives at one identifier.
struct PRFOutput: Sendable, Hashable {
    let tag: AlignmentTag
    let mask: ShareValue
}

extension MultipartyHash {
    /// SHA-256 of secret bytes, as a key.
    static func key(hashing bytes: [UInt8]) -> SymmetricKey { SymmetricKey(data: Array(SHA256.hash(data: bytes))) }
}
