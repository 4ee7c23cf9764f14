import Foundation
package import Wire

/// A site's Ed25519 signing key with its name. Holds a secret: never print it.
package struct SiteIdentity: Sendable {
    package let name: String
    package let key: SigningKey

    private static let header = "moiety-identity-v1"

    init(generatingFor name: String) {
        self.name = name
        key = SigningKey()
    }

    /// - Throws: `Failure` 78 when the text is not what `secretText` writes. The message never has the text in it.
    init(name: String, keyText: String, file: String) throws {
        let fields = keyText.split(whereSeparator: \.isWhitespace).map(String.init)
        guard fields.count == 2, fields[0] == Self.header, let seed = Data(base64Encoded: fields[1]),
            let key = try? SigningKey(rawRepresentation: Array(seed))
        else { throw Failure(.configuration, "invalidIdentity", "\(file) is not an identity key") }
        self.name = name
        self.key = key
    }

    /// What stands in `identity.key`.
    var secretText: String { "\(Self.header) \(Data(key.rawRepresentation).base64EncodedString())\n" }
}
