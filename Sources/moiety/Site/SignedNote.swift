import Crypto
import Foundation
import Wire

/// The text form of C2SP signed-note: text, an empty line, one line a signature.
/// https://c2sp.org/signed-note
struct SignedNote: Sendable, Equatable {
    struct Signature: Sendable, Equatable {
        let name: String
        let keyHash: [UInt8]
        let bytes: [UInt8]
    }

    /// Ends in a line break.
    let text: String
    let signatures: [Signature]

    init(signing text: String, by identity: SiteIdentity) throws {
        guard text.hasSuffix("\n"), !text.contains("\n\n") else {
            throw Failure(.internalError, "invalidNote", "a note's text has no empty line and ends in a line break")
        }
        self.text = text
        let bytes = try identity.key.sign(Array(text.utf8))
        let hash = Self.keyHash(name: identity.name, key: identity.key.publicKey)
        signatures = [Signature(name: identity.name, keyHash: hash, bytes: bytes)]
    }

    init(parsing note: String) throws {
        guard let gap = note.range(of: "\n\n", options: .backwards), note.hasSuffix("\n"),
            !note.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" })
        else { throw Self.malformed }
        text = String(note[..<gap.lowerBound]) + "\n"
        var signatures: [Signature] = []
        for line in note[gap.upperBound...].split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let fields = line.split(separator: " ", omittingEmptySubsequences: false)
            guard fields.count == 3, fields[0] == "\u{2014}", SiteName.isValid(String(fields[1])),
                let data = Data(base64Encoded: String(fields[2])), data.count == 4 + 64,
                data.base64EncodedString() == fields[2]
            else { throw Self.malformed }
            signatures.append(
                Signature(name: String(fields[1]), keyHash: Array(data.prefix(4)), bytes: Array(data.dropFirst(4))))
        }
        guard !signatures.isEmpty else { throw Self.malformed }
        self.signatures = signatures
    }

    func isSigned(by name: String, key: VerifyingKey) -> Bool {
        let hash = Self.keyHash(name: name, key: key)
        return signatures.contains {
            $0.name == name && $0.keyHash == hash && key.isValid(signature: $0.bytes, of: Array(text.utf8))
        }
    }

    var noteText: String {
        text + "\n"
            + signatures.map { "\u{2014} \($0.name) \(Data($0.keyHash + $0.bytes).base64EncodedString())\n" }.joined()
    }

    // SHA-256(name || "\n" || 0x01 || public key)[0..<4]; 0x01 is Ed25519.
    private static func keyHash(name: String, key: VerifyingKey) -> [UInt8] {
        Array(SHA256.hash(data: Data(name.utf8) + Data([0x0A, 0x01]) + Data(key.bytes.bytes)).prefix(4))
    }

    private static var malformed: Failure { Failure(.badData, "malformedNote", "this is not a signed note") }
}
