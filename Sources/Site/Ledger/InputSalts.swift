import Crypto
import Foundation
package import Wire

/// Master salts of the commitments to a whole table: they follow from this site's identity, the job and the label, so that
/// the same table has the same root in each attempt under a job. Secret.
package struct InputSalts: Sendable {
    private let key: SymmetricKey

    package init(identity: SiteIdentity, job: Bytes32) {
        // HKDF-SHA256(ikm: identity key, info: "moiety/input-salt/v1" || job hash), 32 bytes
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: identity.key.rawRepresentation),
            info: Data("moiety/input-salt/v1".utf8) + Data(job.bytes), outputByteCount: 32)
    }

    /// HMAC-SHA256(key, label)
    package func salt(of label: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Data(label.utf8), using: key))
    }
}
