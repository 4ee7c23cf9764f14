import Crypto
import Foundation
package import Wire

/// What a site draws its objections in votes from (`protocols/row-statistics.md` 1): known to it alone, and the same in every attempt
/// of a job and when the job is replayed.
package enum RowsSecret {
    /// HMAC-SHA256(key: HKDF-SHA256(ikm: identity key, info: "moiety/rows/secret/v1"), job hash): 32 bytes. Secret.
    package static func bytes(of identity: SiteIdentity, job: Bytes32) -> [UInt8] {
        let key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: identity.key.rawRepresentation),
            info: Data("moiety/rows/secret/v1".utf8), outputByteCount: 32)
        return Array(HMAC<SHA256>.authenticationCode(for: job.bytes, using: key))
    }
}
