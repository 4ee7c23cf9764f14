import Crypto
import Foundation
import GRPCTransport
import TestSupport
import Testing
import Wire

extension TransportTests {
    @Suite("Site certificates")
    struct CertificateTests {
        private let folder: URL

        init() throws {
            self.folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
        }

        private func path(_ name: String) -> String { self.folder.appendingPathComponent(name).path }

        @Test("Written, read, and the same; files have the modes that they should")
        func roundTrip() throws {
            defer { try? FileManager.default.removeItem(at: self.folder) }
            let made = try SiteCertificate.generate(commonName: "St. Mary's, Zürich")
            try made.write(certificatePath: self.path("c"), keyPath: self.path("k"))
            let read = try SiteCertificate.load(certificatePath: self.path("c"), keyPath: self.path("k"))
            #expect(read.certificate == made.certificate)
            #expect(try PeerCertificate(pem: made.certificate.pem) == made.certificate)
            #expect(try PeerCertificate(derBytes: made.certificate.derBytes) == made.certificate)
            let modes = try [self.path("c"), self.path("k")].map {
                try FileManager.default.attributesOfItem(atPath: $0)[.posixPermissions] as? Int
            }
            #expect(modes == [0o644, 0o600])
            #expect(throws: TransportError.cannotWrite(path: self.path("k"))) {
                try made.write(certificatePath: self.path("other"), keyPath: self.path("k"))
            }
            #expect(throws: TransportError.cannotWrite(path: self.path("none/k"))) {
                try made.write(certificatePath: self.path("none/c"), keyPath: self.path("none/k"))
            }
        }

        @Test("A key that others may read is refused", arguments: [0o644, 0o640, 0o660, 0o700, 0o601])
        func keyMode(mode: Int) throws {
            defer { try? FileManager.default.removeItem(at: self.folder) }
            let made = try SiteCertificate.generate(commonName: "hospital")
            try made.write(certificatePath: self.path("c"), keyPath: self.path("k"))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: self.path("k"))
            #expect(
                throws: TransportError.keyFileNotPrivate(path: self.path("k"), mode: "0" + String(mode, radix: 8))
            ) {
                try SiteCertificate.load(certificatePath: self.path("c"), keyPath: self.path("k"))
            }
        }

        @Test("Files that are missing, torn, swapped or of another pair are refused by name")
        func badFiles() throws {
            defer { try? FileManager.default.removeItem(at: self.folder) }
            let made = try SiteCertificate.generate(commonName: "hospital")
            let other = try SiteCertificate.generate(commonName: "lab")
            try made.write(certificatePath: self.path("c"), keyPath: self.path("k"))
            try other.write(certificatePath: self.path("c2"), keyPath: self.path("k2"))
            let load = { (certificate: String, key: String) in
                _ = try SiteCertificate.load(certificatePath: self.path(certificate), keyPath: self.path(key))
            }
            #expect(throws: TransportError.cannotRead(path: self.path("none"))) { try load("none", "k") }
            #expect(throws: TransportError.cannotRead(path: self.path("none"))) { try load("c", "none") }
            #expect(throws: TransportError.malformedCertificate(path: self.path("k"))) { try load("k", "k") }
            #expect(
                throws: TransportError.keyMismatch(certificatePath: self.path("c"), keyPath: self.path("k2"))
            ) { try load("c", "k2") }
            let two = made.certificate.pem + other.certificate.pem
            try Data(two.utf8).write(to: self.folder.appendingPathComponent("two"))
            #expect(throws: TransportError.malformedCertificate(path: self.path("two"))) { try load("two", "k") }
            try Data("not a key".utf8).write(to: self.folder.appendingPathComponent("text"))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: self.path("text"))
            #expect(throws: TransportError.malformedKey(path: self.path("text"))) { try load("c", "text") }
            var torn = made.certificate.derBytes
            torn.removeLast()
            #expect(throws: TransportError.self) { try PeerCertificate(derBytes: torn) }
            #expect(throws: TransportError.self) { try PeerCertificate(derBytes: made.certificate.derBytes + [0]) }
        }

        @Test("Names that no certificate should carry", arguments: ["", "a\nb", String(repeating: "x", count: 65)])
        func names(name: String) {
            #expect(throws: TransportError.badCommonName) { try SiteCertificate.generate(commonName: name) }
        }

        @Test("A fingerprint reads back from its own form and from openssl's; nothing else does")
        func fingerprints() throws {
            let made = try SiteCertificate.generate(commonName: "hospital")
            let fingerprint = made.fingerprint
            #expect(Array(SHA256.hash(data: made.certificate.derBytes)) == fingerprint.bytes.bytes)
            #expect(fingerprint.description.count == 16 * 4 + 15)
            #expect(CertificateFingerprint(fingerprint.description) == fingerprint)
            let openssl = fingerprint.bytes.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(
                separator: ":")
            #expect(CertificateFingerprint(openssl) == fingerprint)
            #expect(CertificateFingerprint(openssl.uppercased()) == fingerprint)
            #expect(CertificateFingerprint(String(openssl.dropLast())) == nil)
            #expect(CertificateFingerprint(openssl + "0") == nil)
            #expect(CertificateFingerprint("x" + openssl.dropFirst()) == nil)
            #expect(CertificateFingerprint("") == nil)
        }

        @Test("Each certificate has its own key and its own serial number")
        func distinct() throws {
            let one = try SiteCertificate.generate(commonName: "same")
            let two = try SiteCertificate.generate(commonName: "same")
            #expect(one.fingerprint != two.fingerprint)
            #expect(one.certificate.publicKeyBytes != two.certificate.publicKeyBytes)
            #expect(one.certificate.notValidBefore < Date())
            #expect(one.certificate.notValidAfter > Date(timeIntervalSinceNow: 9 * 365 * 86_400))
        }
    }
}
