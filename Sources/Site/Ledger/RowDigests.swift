import Crypto
import Foundation
package import Records
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
            var value: UInt32 = 0
            for place in start..<start + Self.digestBytes { value = value << 8 | UInt32(bytes[place]) }
            return value
        }
        name = Bytes32(hashing: bytes)
    }

    var bytes: [UInt8] { Self.bytes(values) }

    /// Called for each cell of a table.
    private static func bytes(_ values: [UInt32]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count * digestBytes)
        for value in values {
            bytes.append(UInt8(truncatingIfNeeded: value >> 24))
            bytes.append(UInt8(truncatingIfNeeded: value >> 16))
            bytes.append(UInt8(truncatingIfNeeded: value >> 8))
            bytes.append(UInt8(truncatingIfNeeded: value))
        }
        return bytes
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
    private let code: BlockCode

    package init(identity: SigningKey) {
        tagger = CohortTagger(identity: identity)
        // HKDF-SHA256(ikm: identity key, info: "moiety/input-digests/v2")
        code = BlockCode(
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: identity.rawRepresentation),
                info: Data("moiety/input-digests/v2".utf8), outputByteCount: 32))
    }

    /// Where each row stands in the order of a cohort's tags.
    package func order(of identifiers: [some Collection<UInt8>]) -> RowOrder {
        RowOrder(tags: identifiers.map(tagger.tag))
    }

    package func order(of rows: AlignedRows) -> RowOrder {
        order(of: (0..<rows.count).map { rows.identifier(at: $0) })
    }

    /// - Parameters:
    ///   - cells: of each row, in the order in which the identifiers were given.
    package func digests(of cells: [CellBlock], in order: RowOrder) -> RowDigests {
        // First 4 bytes of AES-256(key, tag xor block)
        var blocks = order.tags
        var start = 0
        for row in order.rows {
            let cell = cells[row]
            for place in 0..<8 {
                blocks[start + place] ^= UInt8(truncatingIfNeeded: cell.high >> UInt64(56 - 8 * place))
            }
            // Of a number one byte is left.
            var (rest, place) = (cell.low, start + 8)
            while rest != 0 {
                blocks[place] ^= UInt8(truncatingIfNeeded: rest >> 56)
                rest <<= 8
                place += 1
            }
            start += BlockCode.blockBytes
        }
        return RowDigests(code.heads(of: blocks))
    }
}

/// Rows of a cohort, each once, and where they stand in the ascending order of its tags. Holds people's pseudonyms: does not print itself.
package struct RowOrder: Sendable {
    /// 16 bytes each, ascending.
    let tags: [UInt8]
    /// Which of the rows that were given each tag is of.
    let rows: [Int]
    package let cohort: Cohort

    init(tags: [Cohort.Tag]) {
        rows = tags.indices.sorted { tags[$0] < tags[$1] }
        cohort = Cohort(tags)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(tags.count * Cohort.tagBytes)
        for row in rows { tags[row].append(to: &bytes) }
        self.tags = bytes
    }
}

extension RowOrder: CustomStringConvertible, CustomReflectable {
    package var description: String { "RowOrder(\(rows.count) rows)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
