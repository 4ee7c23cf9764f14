import Crypto
import Foundation
package import GRPCTransport
package import Transcript
package import Wire

/// What a site hands to a peer so that each can recognise the other: name, signing key, certificate, address.
///
/// A signed note: whoever holds the identity key made it. It says nothing about who that is: compare fingerprints by
/// telephone, or get the file by a way that you trust.
package struct Invitation: Sendable, Equatable {
    package let name: String
    package let identity: VerifyingKey
    package let certificate: PeerCertificate
    /// ML-DSA-65, if the site has such a key.
    package let second: SecondVerifyingKey?
    package var address: NetworkAddress?
    /// The note as its site signed it.
    package let text: String

    private static let header = "moiety/invitation/v1"

    package init(
        of identity: SiteIdentity, certificate: PeerCertificate, second: SecondVerifyingKey? = nil,
        address: NetworkAddress?
    ) throws {
        var lines = [
            Self.header, "name \(identity.name)",
            "identity \(Data(identity.key.publicKey.bytes.bytes).base64EncodedString())",
            "certificate \(Data(certificate.derBytes).base64EncodedString())",
        ]
        if let second { lines.append("mldsa65 \(Data(second.bytes).base64EncodedString())") }
        if let address { lines.append("address \(address)") }
        var note = try SignedNote(text: lines.joined(separator: "\n") + "\n")
        try note.sign(as: identity.name, with: identity.key)
        try self.init(parsing: note.encoded, from: "the new invitation")
    }

    /// - Parameter source: the file that the text is of, for messages.
    /// - Throws: `Failure` 65 unless the note is complete, canonical and signed by the key in it.
    package init(parsing text: String, from source: String) throws {
        func invalid(_ reason: String) -> Failure {
            Failure(
                .badData, "invalidInvitation", "\(source) is not a site's invitation: \(reason)",
                hint: "the file that a peer hands out is invitation.txt in its site folder, unchanged: ask it for that")
        }
        guard let note = try? SignedNote(encoded: text) else { throw invalid("it is not a signed note") }
        var lines = note.text.split(separator: "\n").map(String.init)[...]
        func field(_ label: String) -> String? {
            guard let line = lines.first, line.hasPrefix(label + " ") else { return nil }
            lines = lines.dropFirst()
            return String(line.dropFirst(label.count + 1))
        }
        guard lines.popFirst() == Self.header else { throw invalid("its first line is not \(Self.header)") }
        guard let name = field("name"), SiteName.isValid(name) else {
            throw invalid("its line `name` with the name of the site is missing")
        }
        guard let key = field("identity").flatMap({ Data(base64Encoded: $0) }),
            let publicKey = try? VerifyingKey(Array(key))
        else { throw invalid("its line `identity` with the key of the site is missing") }
        guard let der = field("certificate").flatMap({ Data(base64Encoded: $0) }),
            let certificate = try? PeerCertificate(derBytes: Array(der))
        else {
            throw invalid("its line `certificate` with the certificate of the site is missing")
        }
        if let text = field("mldsa65") {
            guard let key = Data(base64Encoded: text), let second = SecondVerifyingKey(Array(key)) else {
                throw invalid("its line `mldsa65` does not hold an ML-DSA-65 key")
            }
            self.second = second
        } else {
            second = nil
        }
        address = try field("address").map { try NetworkAddress($0) }
        guard lines.isEmpty else { throw invalid("it has lines that no invitation has") }
        guard note.signatures.count == 1, note.isSigned(as: name, by: publicKey) else {
            throw invalid("its signature does not verify")
        }
        self.name = name
        identity = publicKey
        self.certificate = certificate
        self.text = text
    }

    /// Short enough to be read out: the first 16 bytes of SHA-256(identity || SHA-256(certificate) || ML-DSA key, if there
    /// is one) in groups.
    package var safetyWords: String {
        let digest = SHA256.hash(
            data: identity.bytes.bytes + certificate.fingerprint.bytes.bytes + (second?.bytes ?? []))
        let digits = Array(Hex.encode(digest.prefix(16)))
        return stride(from: 0, to: digits.count, by: 4).map { String(digits[$0..<($0 + 4)]) }.joined(separator: " ")
    }
}
