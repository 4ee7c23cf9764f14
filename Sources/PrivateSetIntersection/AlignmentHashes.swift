internal import Bignum
internal import Crypto
internal import Wire

/// The hashes of `protocols/alignment.md` 1, bound to one session.
struct AlignmentHashes: Sendable {
    let sessionID: [UInt8]

    /// H1(x) = SHA-512(label || session id || salt || x), as an integer, mod q
    func exponent(of identifier: [UInt8], salt: [UInt8], order: BigInt) -> BigInt {
        var hash = SHA512()
        hash.update(data: Self.label("H1"))
        hash.update(data: sessionID)
        hash.update(data: salt)
        hash.update(data: identifier)
        return BigInt(bigEndian: hash.finalize()).mod(order)
    }

    /// H2(u) = SHA-256(label || session id || u)[0 ..< 16]
    func tag(of element: some Collection<UInt8>) -> AlignmentTag { hash("H2", of: element) }

    /// H3(u) = SHA-256(label || session id || u)[0 ..< 16]
    func proof(of element: some Collection<UInt8>) -> AlignmentTag { hash("match", of: element) }

    private func hash(_ purpose: String, of element: some Collection<UInt8>) -> AlignmentTag {
        var hash = SHA256()
        hash.update(data: Self.label(purpose))
        hash.update(data: sessionID)
        hash.update(data: Array(element))
        return AlignmentTag(bytes: hash.finalize())
    }

    /// Tags and proofs of fixed-width elements, one after the other.
    func keys(of elements: [UInt8], width: Int) -> [MatchKey] {
        stride(from: 0, to: elements.count, by: width).map {
            let element = elements[$0..<$0 + width]
            return MatchKey(tag: tag(of: element), proof: proof(of: element))
        }
    }

    /// SHA-256(label || session id || u64 count || tag || tag || ...)
    func order(of tags: [AlignmentTag]) -> Bytes32 {
        var hash = SHA256()
        hash.update(data: Self.label("order"))
        hash.update(data: sessionID)
        hash.update(data: Self.bigEndian(UInt64(tags.count)))
        for tag in tags { hash.update(data: tag.bytes) }
        return Bytes32(hash.finalize())
    }

    /// "moiety alignment v1 <purpose>", in ASCII
    static func label(_ purpose: String) -> [UInt8] { Array("moiety alignment v1 \(purpose)".utf8) }

    static func bigEndian(_ value: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
        stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}

/// What points and tags over the curve are made for: each has labels of its own.
enum CurvePurpose: Sendable {
    /// `protocols/alignment-ecdh.md` 1
    case alignment
    /// `protocols/alignment-count.md` 1
    case count

    fileprivate func label(_ word: String) -> [UInt8] {
        switch self {
        case .alignment: Array("moiety alignment ecdh v1 \(word)".utf8)
        case .count: Array("moiety count v2 \(word)".utf8)
        }
    }
}

extension AlignmentHashes {
    /// c_i = SHA-256(label || session id || u32 i || x)
    func candidate(of identifier: [UInt8], attempt: UInt32, _ purpose: CurvePurpose) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: purpose.label("point"))
        hash.update(data: sessionID)
        hash.update(data: Self.bigEndian(attempt))
        hash.update(data: identifier)
        return Array(hash.finalize())
    }

    /// T(x, u) = SHA-256(label("tag") || session id || u || x)[0 ..< 16], and M(x, u), the same with label("match").
    func key(of identifier: [UInt8], at element: ArraySlice<UInt8>) -> MatchKey {
        MatchKey(
            tag: tag(CurvePurpose.alignment.label("tag"), element, identifier),
            proof: tag(CurvePurpose.alignment.label("match"), element, identifier))
    }

    /// T(u) = SHA-256(label || session id || u)[0 ..< 16]
    func countTag(of element: ArraySlice<UInt8>) -> AlignmentTag { tag(CurvePurpose.count.label("tag"), element, []) }

    private func tag(_ label: [UInt8], _ element: ArraySlice<UInt8>, _ identifier: [UInt8]) -> AlignmentTag {
        var hash = SHA256()
        hash.update(data: label)
        hash.update(data: sessionID)
        hash.update(data: Array(element))
        hash.update(data: identifier)
        return AlignmentTag(bytes: hash.finalize())
    }
}
