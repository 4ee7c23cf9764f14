import Crypto
import Foundation

/// A note in the C2SP signed-note form: text, a blank line, signature lines. Text and lines are public.
///
///     <text, ending in a newline>
///     <newline>
///     — <key name> <base64(key ID[4] || signature)>
public struct SignedNote: Sendable, Hashable {
    /// One signature line: the key's name and the bytes after base64.
    public struct Signature: Sendable, Hashable {
        public let keyName: String
        /// First four bytes: the key ID. The rest is the signature of that key's kind.
        public let bytes: [UInt8]

        public init(keyName: String, bytes: [UInt8]) {
            self.keyName = keyName
            self.bytes = bytes
        }
    }

    /// Kinds of signature of C2SP signed-note that Moiety makes.
    public enum Kind: UInt8, Sendable {
        /// Ed25519 over the text.
        case ed25519 = 0x01
        /// C2SP tlog-cosignature: Ed25519 over "cosignature/v1\ntime <t>\n" and the text.
        case cosignature = 0x04
    }

    /// No note is longer.
    public static let maximumLength = 16_384

    /// Ends in a newline.
    public let text: String
    public private(set) var signatures: [Signature]

    public init(text: String, signatures: [Signature] = []) throws(WireError) {
        guard text.hasSuffix("\n"), text.utf8.allSatisfy({ $0 == 0x0a || $0 >= 0x20 }) else {
            throw .notCanonical("a note's text")
        }
        self.text = text
        self.signatures = signatures
    }

    /// Strict: exactly what `encoded` writes.
    public init(encoded: String) throws(WireError) {
        guard encoded.utf8.count <= Self.maximumLength else {
            throw .tooLong(count: encoded.utf8.count, limit: Self.maximumLength)
        }
        guard let split = encoded.range(of: "\n\n", options: [.backwards, .literal]) else {
            throw .notCanonical("a note without signatures")
        }
        var signatures: [Signature] = []
        let tail = encoded[split.upperBound...]
        guard tail.hasSuffix("\n") else { throw .notCanonical("a note's signature lines") }
        for line in tail.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 3, words[0] == "\u{2014}", !words[1].isEmpty,
                let bytes = Data(base64Encoded: String(words[2])), bytes.count > 4,
                bytes.base64EncodedString() == words[2]
            else { throw .notCanonical("a note's signature line") }
            signatures.append(Signature(keyName: String(words[1]), bytes: Array(bytes)))
        }
        try self.init(text: String(encoded[..<split.lowerBound]) + "\n", signatures: signatures)
        guard self.encoded.utf8.elementsEqual(encoded.utf8) else { throw .notCanonical("a note") }
    }

    public var encoded: String {
        var out = text + "\n"
        for signature in signatures {
            out += "\u{2014} \(signature.keyName) \(Data(signature.bytes).base64EncodedString())\n"
        }
        return out
    }

    public mutating func add(_ signature: Signature) {
        signatures.append(signature)
    }

    /// SHA-256(name || 0x0A || kind || public key), its first four bytes.
    public static func keyID(name: String, kind: Kind, key: VerifyingKey) -> [UInt8] {
        Array(Bytes32(hashing: Array(name.utf8) + [0x0a, kind.rawValue] + key.bytes.bytes).bytes[..<4])
    }

    // MARK: Plain signatures

    public mutating func sign(as name: String, with key: SigningKey) throws(WireError) {
        let id = Self.keyID(name: name, kind: .ed25519, key: key.publicKey)
        add(Signature(keyName: name, bytes: id + (try key.sign(Array(text.utf8)))))
    }

    /// Whether there is a valid Ed25519 signature line of that name by that key.
    public func isSigned(as name: String, by key: VerifyingKey) -> Bool {
        let id = Self.keyID(name: name, kind: .ed25519, key: key)
        return signatures.contains { line in
            line.keyName == name && line.bytes.count == 68 && Array(line.bytes[..<4]) == id
                && key.isValid(signature: Array(line.bytes[4...]), of: Array(text.utf8))
        }
    }

    // MARK: Cosignatures

    /// - Parameter time: Unix time in seconds.
    public func cosignature(as name: String, with key: SigningKey, time: UInt64) throws(WireError) -> Signature {
        let id = Self.keyID(name: name, kind: .cosignature, key: key.publicKey)
        var encoder = Encoder()
        encoder.writeFixed(id)
        encoder.write(time)
        encoder.writeFixed(try key.sign(Self.cosigned(text, time: time)))
        return Signature(keyName: name, bytes: try encoder.finish())
    }

    /// Time (Unix seconds) of the first valid cosignature of that name by that key; `nil` if there is none.
    public func cosignatureTime(as name: String, by key: VerifyingKey) -> UInt64? {
        let id = Self.keyID(name: name, kind: .cosignature, key: key)
        for line in signatures where line.keyName == name && line.bytes.count == 76 && Array(line.bytes[..<4]) == id {
            let time = line.bytes[4..<12].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            if key.isValid(signature: Array(line.bytes[12...]), of: Self.cosigned(text, time: time)) { return time }
        }
        return nil
    }

    private static func cosigned(_ text: String, time: UInt64) -> [UInt8] {
        Array("cosignature/v1\ntime \(time)\n\(text)".utf8)
    }
}

/// A tree head in the C2SP checkpoint form: origin, decimal size, base64 root, one line each.
public struct Checkpoint: Sendable, Hashable {
    public let origin: String
    public let head: TreeHead

    public init(origin: String, head: TreeHead) {
        self.origin = origin
        self.head = head
    }

    /// Strict: exactly what `text` writes.
    public init(text: String) throws(WireError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, !lines[0].isEmpty, lines[3].isEmpty, let size = UInt64(lines[1]),
            let bytes = Data(base64Encoded: String(lines[2])), let root = Bytes32(Array(bytes))
        else { throw .notCanonical("a checkpoint") }
        self.init(origin: String(lines[0]), head: TreeHead(size: size, root: root))
        guard self.text.utf8.elementsEqual(text.utf8) else { throw .notCanonical("a checkpoint") }
    }

    public var text: String {
        "\(origin)\n\(head.size)\n\(Data(head.root.bytes).base64EncodedString())\n"
    }

    /// `moiety/<session>/<from>/<to>`
    public static func origin(session: Bytes32, from: String, to: String) -> String {
        "moiety/\(session.hex)/\(from)/\(to)"
    }

    /// Name in signature lines of the key that signs what a party sends.
    public static func logKeyName(_ party: String) -> String { "\(party)/log" }
    /// Name in signature lines of the key that cosigns what a party receives.
    public static func witnessKeyName(_ party: String) -> String { "\(party)/witness" }
}
