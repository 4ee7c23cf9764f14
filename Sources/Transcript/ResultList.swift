import Crypto
import Foundation
public import Wire

/// `results.txt`: which files the session wrote beside its transcript, each with a salted hash. The outcome signs it like every
/// file of the transcript; the salt stays with its keeper, since results can be guessed. `protocols/transcript.md` section 6.
public struct ResultList: Sendable, Hashable {
    /// Hash by file name.
    public let hashes: [String: Bytes32]

    static let maximumLength = 1 << 16
    private static let magic = "moiety results 1"

    public init(_ files: [(name: String, bytes: [UInt8])], salt: Bytes32) {
        hashes = Dictionary(
            files.map { ($0.name, Self.hash(of: $0.bytes, named: $0.name, salt: salt)) }, uniquingKeysWith: { $1 })
    }

    /// Of a transcript; nil where it has none, or one of another form.
    public init?(transcript folder: String) {
        let layout = TranscriptLayout(folder: folder)
        guard let bytes = try? layout.read(TranscriptLayout.results, limit: Self.maximumLength) else { return nil }
        self.init(text: String(decoding: bytes, as: UTF8.self))
    }

    // H("moiety/result-file/v1" || salt[32] || u32 length || name || file)
    public static func hash(of bytes: [UInt8], named name: String, salt: Bytes32) -> Bytes32 {
        let length = UInt32(clamping: name.utf8.count)
        let prefix = stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: length >> UInt32($0)) }
        return Bytes32(
            hashing: Array("moiety/result-file/v1".utf8) + salt.bytes + prefix + Array(name.utf8) + bytes)
    }

    var text: String {
        let lines = hashes.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { "\($1.hex)  \($0)\n" }
        return "\(Self.magic)\n" + lines.joined()
    }

    /// Accepts exactly what `text` writes.
    init?(text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.first.map(String.init) == Self.magic, lines.count >= 2 else { return nil }
        var hashes: [String: Bytes32] = [:]
        for line in lines.dropFirst().dropLast() {
            guard line.utf8.count > 66, let hash = Hex.decode(String(line.prefix(64))).flatMap({ Bytes32($0) }) else {
                return nil
            }
            let name = String(line.dropFirst(66))
            guard PartyName.isValid(name) else { return nil }
            hashes[name] = hash
        }
        self.hashes = hashes
        guard self.text == text else { return nil }
    }
}
