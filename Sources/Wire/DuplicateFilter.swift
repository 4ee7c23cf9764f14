import Crypto
import Synchronization

/// Remembers ciphertexts by a keyed hash: was this one sent before (T20)? The key is drawn anew by every run and never
/// leaves it, so that nobody can make two ciphertexts that it takes for one. Of 128 bits, two different ones among 2^23
/// collide with a probability below 2^-82.
///
/// One for all inspectors of a session. It keeps 2^23 ciphertexts, in 16 bytes each and the table's empty places: 256 MiB
/// at most, 384 MiB while it grows for the last time. What comes after is compared with those only, and `isFull` says so:
/// whoever reports on the check must.
public final class DuplicateFilter: Sendable {
    private struct Tag: Hashable, Sendable {
        let high, low: UInt64
    }

    private let key = SymmetricKey(size: .bits256)
    private let capacity: Int
    private let state = Mutex<(tags: Set<Tag>, isFull: Bool)>(([], false))

    public init() { capacity = 1 << 23 }

    /// A smaller one, for tests.
    package init(capacity: Int) { self.capacity = capacity }

    /// Whether something came that is not remembered: from then on the check is not made to the end.
    package var isFull: Bool { state.withLock { $0.isFull } }

    /// Whether none of those remembered is the same.
    package func insert(_ bytes: some Collection<UInt8>) -> Bool {
        let tag = tag(of: bytes)
        return state.withLock { state in
            guard !state.tags.contains(tag) else { return false }
            guard state.tags.count < capacity else {
                state.isFull = true
                return true
            }
            state.tags.insert(tag)
            return true
        }
    }

    /// First 16 bytes of HMAC-SHA256(key, bytes).
    private func tag(of bytes: some Collection<UInt8>) -> Tag {
        var words: (UInt64, UInt64) = (0, 0)
        for (index, byte) in HMAC<SHA256>.authenticationCode(for: Array(bytes), using: key).prefix(16).enumerated() {
            if index < 8 { words.0 = words.0 << 8 | UInt64(byte) } else { words.1 = words.1 << 8 | UInt64(byte) }
        }
        return Tag(high: words.0, low: words.1)
    }

    /// For an inspector's `unfinished`.
    package var unfinished: [String: String] {
        isFull ? ["T20": "only the first \(capacity) ciphertexts are remembered, and there were more"] : [:]
    }
}
