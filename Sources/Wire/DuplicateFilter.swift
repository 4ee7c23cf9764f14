import Crypto

/// Remembers byte strings by the first 64 bits of their SHA-256: has this ciphertext been sent before (T20)? Two
/// different strings are taken for equal with a probability below 2^-17 among the most that it keeps.
package struct DuplicateFilter: Sendable {
    /// 2^23 strings: about 200 MB of memory at most, whatever a stranger's transcript holds.
    private static let capacity = 1 << 23
    private var seen: Set<UInt64> = []

    package init() {}

    /// Whether the string is new. Beyond the capacity everything is.
    package mutating func insert(_ bytes: some Sequence<UInt8>) -> Bool {
        var hash = SHA256()
        hash.update(data: Array(bytes))
        let key = hash.finalize().prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard seen.count < Self.capacity else { return !seen.contains(key) }
        return seen.insert(key).inserted
    }
}
