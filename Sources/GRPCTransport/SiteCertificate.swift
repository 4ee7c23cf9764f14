import Crypto
package import Foundation
import SwiftASN1
import X509

/// A site's own identity on the network: its certificate and the private key, P-256.
///
/// Has no description on purpose: the key must not reach a log.
public struct SiteCertificate: Sendable {
    /// The part that peers pin.
    public let certificate: PeerCertificate
    let key: P256.Signing.PrivateKey

    public var fingerprint: CertificateFingerprint { self.certificate.fingerprint }

    /// Makes a new key from the system's generator and a certificate that it signs itself.
    ///
    /// The certificate is good for both ends of a TLS connection; the name in it is for people, nothing trusts it.
    ///
    /// - Parameters:
    ///   - commonName: 1 to 64 printable characters (the bound of X.520).
    ///   - validDays: from one day ago, so that clocks may differ. Ten years: a pinned certificate is replaced by
    ///     agreement of two sites, not by a date.
    /// - Throws: `badCommonName`, `certificateGenerationFailed`.
    public static func generate(commonName: String, validDays: Int = 3650) throws(TransportError) -> SiteCertificate {
        guard (1...64).contains(commonName.unicodeScalars.count),
            commonName.unicodeScalars.allSatisfy({ !$0.properties.generalCategory.isControl })
        else { throw .badCommonName }
        do {
            let day: TimeInterval = 24 * 60 * 60
            return try self.generate(
                commonName: commonName, from: Date(timeIntervalSinceNow: -day),
                to: Date(timeIntervalSinceNow: TimeInterval(validDays) * day))
        } catch {
            throw .certificateGenerationFailed
        }
    }

    /// The seam for tests of the period of validity.
    package static func generate(commonName: String, from: Date, to: Date) throws -> SiteCertificate {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName(commonName) }
        let certificate = try Certificate(
            version: .v3,
            serialNumber: .init(),
            publicKey: .init(key.publicKey),
            notValidBefore: from,
            notValidAfter: to,
            issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth, .clientAuth])
            },
            issuerPrivateKey: .init(key))
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return SiteCertificate(certificate: try PeerCertificate(derBytes: serializer.serializedBytes), key: key)
    }

    /// Reads what `write(certificatePath:keyPath:)` wrote.
    ///
    /// - Throws: `cannotRead`, `keyFileNotPrivate` unless the key file's mode is 0600 or 0400, `malformedCertificate`,
    ///   `malformedKey`, `keyMismatch`.
    public static func load(certificatePath: String, keyPath: String) throws(TransportError) -> SiteCertificate {
        let certificate = try PeerCertificate(pem: PrivateFile.readText(certificatePath), source: certificatePath)
        let text = try PrivateFile.readPrivateText(keyPath)
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: text) else {
            throw .malformedKey(path: keyPath)
        }
        guard Array(key.publicKey.derRepresentation) == certificate.publicKeyBytes else {
            throw .keyMismatch(certificatePath: certificatePath, keyPath: keyPath)
        }
        return SiteCertificate(certificate: certificate, key: key)
    }

    /// Writes the certificate (mode 0644) and the key (PKCS #8, mode 0600). Existing files are refused, not replaced:
    /// a lost key is a lost identity.
    ///
    /// - Throws: `cannotWrite`.
    public func write(certificatePath: String, keyPath: String) throws(TransportError) {
        try PrivateFile.create(keyPath, text: self.key.pemRepresentation + "\n", mode: 0o600)
        try PrivateFile.create(certificatePath, text: self.certificate.pem, mode: 0o644)
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isControl: Bool {
        switch self {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
