import Crypto
import Foundation
package import Wire

/// The rows of a cohort as this site remembers them: a tag each, ascending; `protocols/disclosure.md` 4. Local, never sent.
package struct Cohort: Sendable, Hashable {
    /// The first 16 bytes of HMAC-SHA-256(key, normalised identifier).
    package struct Tag: Sendable, Hashable, Comparable {
        let high: UInt64
        let low: UInt64

        init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

        package static func < (left: Tag, right: Tag) -> Bool {
            left.high != right.high ? left.high < right.high : left.low < right.low
        }
    }

    /// Ascending, each once.
    package let tags: [Tag]
    /// SHA-256 of ``bytes``.
    package let name: Bytes32

    static let tagBytes = 16

    /// Cohorts with one name are one: SHA-256 has no collisions that anybody knows.
    package static func == (left: Cohort, right: Cohort) -> Bool { left.name == right.name }

    package func hash(into hasher: inout Hasher) { hasher.combine(name) }

    package init(_ tags: some Sequence<Tag>) {
        var last: Tag?
        self.tags = tags.sorted().filter { tag in
            defer { last = tag }
            return tag != last
        }
        name = Bytes32(hashing: Self.bytes(self.tags))
    }

    /// Reads what ``bytes`` writes; nil for anything else.
    init?(bytes: [UInt8]) {
        guard bytes.count.isMultiple(of: Self.tagBytes) else { return nil }
        var tags: [Tag] = []
        tags.reserveCapacity(bytes.count / Self.tagBytes)
        func word(_ start: Int) -> UInt64 {
            var word: UInt64 = 0
            for place in start..<start + 8 { word = word << 8 | UInt64(bytes[place]) }
            return word
        }
        for start in stride(from: 0, to: bytes.count, by: Self.tagBytes) {
            let tag = Tag(high: word(start), low: word(start + 8))
            if let last = tags.last, last >= tag { return nil }
            tags.append(tag)
        }
        self.tags = tags
        name = Bytes32(hashing: bytes)
    }

    var bytes: [UInt8] { Self.bytes(tags) }

    private static func bytes(_ tags: [Tag]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(tags.count * tagBytes)
        for tag in tags { tag.append(to: &bytes) }
        return bytes
    }

    package var count: Int { tags.count }

    /// Calls `body` with the position here of each tag that is in both.
    func forEachCommon(with other: Cohort, _ body: (Int) -> Void) {
        var (i, j) = (0, 0)
        while i < tags.count, j < other.tags.count {
            if tags[i] == other.tags[j] {
                body(i)
                i += 1
                j += 1
            } else if tags[i] < other.tags[j] {
                i += 1
            } else {
                j += 1
            }
        }
    }

    /// The people who are in one of two cohorts and not in the other; counting stops at `limit`.
    func difference(from other: Cohort, upTo limit: Int) -> Int {
        var (i, j, count) = (0, 0, 0)
        while count < limit, i < tags.count || j < other.tags.count {
            if j == other.tags.count || (i < tags.count && tags[i] < other.tags[j]) {
                count += 1
                i += 1
            } else if i == tags.count || other.tags[j] < tags[i] {
                count += 1
                j += 1
            } else {
                i += 1
                j += 1
            }
        }
        return count
    }
}

extension Cohort.Tag {
    /// From 16 bytes.
    init(_ bytes: some Collection<UInt8>) {
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Called for each cell of a table.
    func append(to bytes: inout [UInt8]) {
        var shift: UInt64 = 128
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: shift >= 64 ? high >> (shift - 64) : low >> shift))
        }
    }
}

/// Makes the tags of a site's cohorts under a key that follows from its identity. Holds a secret.
package struct CohortTagger: Sendable {
    private let key: KeyedCode

    package init(identity: SigningKey) {
        // HKDF-SHA256(ikm: identity key, info: "moiety/cohort-tags/v1")
        key = KeyedCode(
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: identity.rawRepresentation),
                info: Data("moiety/cohort-tags/v1".utf8), outputByteCount: 32))
    }

    package func cohort(of identifiers: some Sequence<some Collection<UInt8>>) -> Cohort {
        Cohort(identifiers.map(tag))
    }

    func tag(of identifier: some Collection<UInt8>) -> Cohort.Tag {
        Cohort.Tag(key.code(of: Array(identifier)).bytes.prefix(Cohort.tagBytes))
    }
}
