import Crypto

/// Rows kept out of the fit, by a rule that every party can follow alone.
public enum HoldOut: String, Sendable, Hashable, CaseIterable, Codable {
    case none = "none"
    /// Test rows are those whose first four bytes of SHA-256(normalised identifier), big-endian, divide by five.
    case hash = "hash"

    /// Whether `hash` keeps that row out.
    public static func isTest(_ identifier: some Sequence<UInt8>) -> Bool {
        let digest = SHA256.hash(data: Array(identifier))
        let head = digest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return head.isMultiple(of: 5)
    }
}
