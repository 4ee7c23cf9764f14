import Crypto
import Foundation
package import Records
import Wire

/// Salts of the roots over a cohort: they follow from this site's identity and the people alone, so that an input has the
/// same root in every job over the same people; `protocols/transcript.md` 7.1. Secret.
package struct ColumnSalts: Sendable {
    private let key: SymmetricKey
    private let tagger: CohortTagger

    package init(identity: SiteIdentity) { self.init(key: identity.key) }

    init(key identity: SigningKey) {
        tagger = CohortTagger(identity: identity)
        // HKDF-SHA256(ikm: identity key, info: "moiety/column-salt/v1"), 32 bytes
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: identity.rawRepresentation),
            info: Data("moiety/column-salt/v1".utf8), outputByteCount: 32)
    }

    /// In any order.
    package func salt(of rows: AlignedRows) -> [UInt8] {
        salt(of: tagger.cohort(of: (0..<rows.count).map { rows.identifier(at: $0) }))
    }

    /// HMAC-SHA256(key, cohort name): the master salt of each column's leaves, whose name goes into the leaf salts.
    func salt(of cohort: Cohort) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: cohort.name.bytes, using: key))
    }
}
