public import Crypto

/// Thirty-two public bytes: a SHA-256 hash, a tree root, a nonce already sent, an Ed25519 public key, a session's
/// identity. Never a secret: it prints itself.
public struct Bytes32: Sendable, Hashable {
    // Four words rather than an array: a log keeps two of these a record and must not allocate for each.
    private var words: (UInt64, UInt64, UInt64, UInt64)

    /// Exactly 32 bytes, or `nil`.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.init(sequence: bytes)
    }

    public init(_ digest: SHA256Digest) {
        words = Self.words(digest.makeIterator())
    }

    /// The code of a message.
    package init(_ code: HashedAuthenticationCode<SHA256>) {
        words = Self.words(code.makeIterator())
    }

    /// Of an iterator whose type is known here: millions of cells are hashed.
    private static func words(_ bytes: Array<UInt8>.Iterator) -> (UInt64, UInt64, UInt64, UInt64) {
        var bytes = bytes
        func word() -> UInt64 {
            var value: UInt64 = 0
            for _ in 0..<8 { value = value << 8 | UInt64(bytes.next() ?? 0) }
            return value
        }
        return (word(), word(), word(), word())
    }

    /// SHA-256 of `bytes`.
    public init(hashing bytes: some Sequence<UInt8>) {
        var hash = SHA256()
        hash.update(data: Array(bytes))
        self.init(hash.finalize())
    }

    /// 64 lower-case hexadecimal digits, or `nil`.
    public init?(hex: String) {
        guard let bytes = Hex.decode(hex), let value = Bytes32(bytes) else { return nil }
        self = value
    }

    /// From a sequence that is known to hold 32 bytes.
    private init(sequence: some Sequence<UInt8>) {
        words = (0, 0, 0, 0)
        var index = 0
        for byte in sequence {
            switch index / 8 {
            case 0: words.0 = words.0 << 8 | UInt64(byte)
            case 1: words.1 = words.1 << 8 | UInt64(byte)
            case 2: words.2 = words.2 << 8 | UInt64(byte)
            default: words.3 = words.3 << 8 | UInt64(byte)
            }
            index += 1
        }
    }

    public static let zero = Bytes32(sequence: repeatElement(0, count: 32))

    /// 32 uniform bytes of the system's generator.
    public static func random() -> Bytes32 {
        var generator = SystemRandomNumberGenerator()
        var value = zero
        value.words = (generator.next(), generator.next(), generator.next(), generator.next())
        return value
    }

    public var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(32)
        append(to: &out)
        return out
    }

    package func append(to bytes: inout [UInt8]) {
        Self.append(words.0, &bytes)
        Self.append(words.1, &bytes)
        Self.append(words.2, &bytes)
        Self.append(words.3, &bytes)
    }

    private static func append(_ word: UInt64, _ bytes: inout [UInt8]) {
        var shift = 64
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
        }
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String { Hex.encode(bytes) }

    public static func == (left: Bytes32, right: Bytes32) -> Bool { left.words == right.words }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

extension Bytes32: CustomStringConvertible {
    public var description: String { hex }
}

/// Lower-case hexadecimal, strict: what it decodes it would encode to the same text.
public enum Hex {
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var out: [UInt8] = []
        for byte in bytes {
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// `nil` when the text has an odd length or anything but the digits 0-9 and a-f.
    public static func decode(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
            out.append(high << 4 | low)
        }
        return out
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
