internal import Crypto
internal import Wire

/// A passive party's shares of zero with the other passive parties: the sum over all of them is zero at every
/// identifier (`protocols/multiparty-alignment.md` 1).
struct ZeroShares: Sendable {
    private let shareKeys: [SymmetricKey]
    private let matchKeys: [SymmetricKey]

    /// - Parameter secrets: with each other passive party; at least one.
    init(_ secrets: [PairSecret]) {
        shareKeys = secrets.map { SymmetricKey(data: $0.derived(MultipartyHash.label("share"))) }
        matchKeys = secrets.map { SymmetricKey(data: $0.derived(MultipartyHash.label("compare"))) }
    }

    /// XOR_l HMAC(share_jl, y)[0 ..< 16]
    func share(at identifier: [UInt8]) -> ShareValue {
        shareKeys.reduce(into: .zero) { sum, key in
            sum ^= ShareValue(bytes: HMAC<SHA256>.authenticationCode(for: identifier, using: key))
        }
    }

    /// w = XOR_l HMAC(match_jl, D), 32 bytes
    func word(of announced: [UInt8]) -> [UInt8] {
        matchKeys.reduce([UInt8](repeating: 0, count: 32)) { sum, key in
            zip(sum, HMAC<SHA256>.authenticationCode(for: announced, using: key)).map { $0 ^ $1 }
        }
    }
}
