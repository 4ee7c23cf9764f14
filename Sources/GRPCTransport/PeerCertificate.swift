import SwiftASN1
import X509

public import struct Foundation.Date

/// The public part of a site's identity on the network: one self-signed X.509 certificate.
///
/// Nobody vouches for it but the people who compare its fingerprint and pin it; its issuer and extensions are not read.
public struct PeerCertificate: Sendable, Hashable {
    /// The whole certificate, DER.
    public let derBytes: [UInt8]
    /// SHA-256 of `derBytes`.
    public let fingerprint: CertificateFingerprint
    /// The subjectPublicKeyInfo, DER (RFC 5280 section 4.1): what a session binds itself to.
    public let publicKeyBytes: [UInt8]
    public let notValidBefore: Date
    public let notValidAfter: Date

    /// - Throws: `TransportError.malformedCertificate` when the bytes are not one DER certificate, with nothing after it.
    public init(derBytes: [UInt8]) throws(TransportError) {
        try self.init(derBytes: derBytes, source: "peer")
    }

    /// - Parameter pem: a document that holds exactly one certificate.
    public init(pem: String) throws(TransportError) {
        try self.init(pem: pem, source: "PEM")
    }

    init(pem: String, source: String) throws(TransportError) {
        guard let documents = try? PEMDocument.parseMultiple(pemString: pem), documents.count == 1,
            documents[0].discriminator == Certificate.defaultPEMDiscriminator
        else { throw .malformedCertificate(path: source) }
        try self.init(derBytes: documents[0].derBytes, source: source)
    }

    init(derBytes: [UInt8], source: String) throws(TransportError) {
        guard let certificate = try? Certificate(derEncoded: derBytes) else {
            throw .malformedCertificate(path: source)
        }
        try self.init(certificate, derBytes: derBytes, source: source)
    }

    /// From TLS, which gives the parsed form: the encoding is the one that was received.
    init(_ certificate: Certificate) throws {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        try self.init(certificate, derBytes: serializer.serializedBytes, source: "peer")
    }

    private init(_ certificate: Certificate, derBytes: [UInt8], source: String) throws(TransportError) {
        var serializer = DER.Serializer()
        do {
            try serializer.serialize(certificate.publicKey)
        } catch {
            throw .malformedCertificate(path: source)
        }
        self.derBytes = derBytes
        self.fingerprint = CertificateFingerprint(ofDER: derBytes)
        self.publicKeyBytes = serializer.serializedBytes
        self.notValidBefore = certificate.notValidBefore
        self.notValidAfter = certificate.notValidAfter
    }

    /// One PEM document, ends with a line feed.
    public var pem: String {
        PEMDocument(type: Certificate.defaultPEMDiscriminator, derBytes: self.derBytes).pemString + "\n"
    }

    func isValid(at date: Date) -> Bool {
        self.notValidBefore <= date && date <= self.notValidAfter
    }
}
