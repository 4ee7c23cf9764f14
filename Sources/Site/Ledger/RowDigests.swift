import Crypto
import Foundation
package import Wire

/// One input over a cohort as this site remembers it: a digest of each row in the order of the cohort's tags;
/// `protocols/disclosure.md` 4.1. Local, never sent.
package struct RowDigests: Sendable, Hashable {
    let values: [UInt32]
    /// SHA-256 of ``bytes``.
    package let name: Bytes32

    static let digestBytes = 4

    init(_ values: [UInt32]) {
        self.values = values
        name = Bytes32(hashing: Self.bytes(values))
    }

    /// Reads what ``bytes`` writes; nil for anything else.
    init?(bytes: [UInt8]) {
        guard bytes.count.isMultiple(of: Self.digestBytes) else { return nil }
        values = stride(from: 0, to: bytes.count, by: Self.digestBytes).map { start in
            bytes[start..<start + Self.digestBytes].reduce(0) { $0 << 8 | UInt32($1) }
        }
        name = Bytes32(hashing: bytes)
    }

    var bytes: [UInt8] { Self.bytes(values) }

    private static func bytes(_ values: [UInt32]) -> [UInt8] {
        values.flatMap { value in stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) } }
    }

    /// The people in both cohorts for whom two inputs differ; counting stops at `limit`.
    static func difference(
        _ one: (cohort: Cohort, digests: RowDigests), _ other: (cohort: Cohort, digests: RowDigests), upTo limit: Int
    ) -> Int {
        let (left, right) = (one.cohort.tags, other.cohort.tags)
        var (i, j, count) = (0, 0, 0)
        while count < limit, i < left.count, j < right.count {
            if left[i] == right[j] {
                if one.digests.values[i] != other.digests.values[j] { count += 1 }
                i += 1
                j += 1
            } else if left[i] < right[j] {
                i += 1
            } else {
                j += 1
            }
        }
        return count
    }
}

/// Makes the digests of a site's inputs under a key that follows from its identity. Holds a secret.
package struct RowDigester: Sendable {
    private let tagger: CohortTagger
    private let key: KeyedCode

    package init(identity: SigningKey) {
        tagger = CohortTagger(identity: identity)
        // HKDF-SHA256(ikm: identity key, info: "moiety/input-digests/v1")
        key = KeyedCode(
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: identity.rawRepresentation),
                info: Data("moiety/input-digests/v1".utf8), outputByteCount: 32))
    }

    /// Where each row stands in the order of a cohort's tags.
    package func order(of identifiers: [some Collection<UInt8>]) -> RowOrder {
        let tags = identifiers.map(tagger.tag)
        return RowOrder(tags: tags, rows: tags.indices.sorted { tags[$0] < tags[$1] })
    }

    /// - Parameters:
    ///   - cells: of each row, in the order in which the identifiers were given (`CellForm`).
    package func digests(of cells: [[UInt8]], in order: RowOrder) -> RowDigests {
        RowDigests(
            order.rows.map { row in
                // First 4 bytes of HMAC-SHA256(key, tag || cell)
                var message: [UInt8] = []
                message.reserveCapacity(Cohort.tagBytes + cells[row].count)
                order.tags[row].append(to: &message)
                message += cells[row]
                return key.code(of: message).first32
            })
    }
}

/// Rows of a cohort, each once, and where they stand in the ascending order of its tags.
package struct RowOrder: Sendable {
    let tags: [Cohort.Tag]
    let rows: [Int]

    package var cohort: Cohort { Cohort(tags) }
}
