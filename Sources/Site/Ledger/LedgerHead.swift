import Foundation
package import Wire

/// How many entries a ledger has and the hash of the last: what a site signs after each append.
///
///     moiety/ledger-head/v1
///     site <name>
///     entries <n>
///     head <64 hexadecimal digits>
package struct LedgerHead: Sendable, Hashable {
    package let site: String
    package let entries: Int
    /// hash_n
    package let hash: Bytes32

    static let header = "moiety/ledger-head/v1"

    var text: String { "\(Self.header)\nsite \(site)\nentries \(entries)\nhead \(hash.hex)\n" }

    init(site: String, entries: Int, hash: Bytes32) {
        self.site = site
        self.entries = entries
        self.hash = hash
    }

    /// Reads exactly what `text` writes.
    init?(text: String) {
        let lines = text.split(separator: "\n").map(String.init)
        guard lines.count == 4, let entries = Self.field("entries", lines[2]).flatMap({ Int($0) }),
            let site = Self.field("site", lines[1]), let head = Self.field("head", lines[3]),
            let hash = Bytes32(hex: head)
        else { return nil }
        self.init(site: site, entries: entries, hash: hash)
        guard self.text == text else { return nil }
    }

    private static func field(_ name: String, _ line: String) -> String? {
        line.hasPrefix(name + " ") ? String(line.dropFirst(name.count + 1)) : nil
    }

    /// hash_n = SHA-256("moiety/ledger/v2" || hash_(n-1) || u64 n || entry)
    static func hash(of entry: String, number: Int, after previous: Bytes32) -> Bytes32 {
        let n = UInt64(clamping: number)
        let number = stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: n >> UInt64($0)) }
        return Bytes32(hashing: Array("moiety/ledger/v2".utf8) + previous.bytes + number + Array(entry.utf8))
    }
}

/// Who signs a ledger: a site's name and its identity key.
package struct LedgerSigner: Sendable {
    package let site: String
    let key: SigningKey

    package init(site: String, key: SigningKey) {
        self.site = site
        self.key = key
    }

    /// The bytes of the signature line of a head's note.
    func sign(_ head: LedgerHead) throws(WireError) -> [UInt8] {
        var note = try SignedNote(text: head.text)
        try note.sign(as: site, with: key)
        return note.signatures[0].bytes
    }

    func note(_ head: LedgerHead, signature: [UInt8]) throws(WireError) -> SignedNote {
        try SignedNote(text: head.text, signatures: [SignedNote.Signature(keyName: site, bytes: signature)])
    }

    func isValid(_ signature: [UInt8], of head: LedgerHead) -> Bool {
        (try? note(head, signature: signature))?.isSigned(as: site, by: key.publicKey) ?? false
    }
}
