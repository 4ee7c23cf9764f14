public import Wire

/// The SHA-256 of a certificate's DER encoding: what two administrators read to each other before they pin.
///
/// The same number as `openssl x509 -noout -fingerprint -sha256 -in certificate.pem`.
public struct CertificateFingerprint: Sendable, Hashable, CustomStringConvertible {
    public let bytes: Bytes32

    /// - Parameter certificate: a certificate in DER. SHA-256(der).
    public init(ofDER certificate: some Sequence<UInt8>) {
        self.bytes = Bytes32(hashing: Array(certificate))
    }

    public init(bytes: Bytes32) {
        self.bytes = bytes
    }

    /// Reads 64 hexadecimal digits of either case. White space and colons between them are ignored, nothing else is,
    /// so that both our own form and the one of `openssl` can be pasted.
    public init?(_ text: some StringProtocol) {
        var digits: [UInt8] = []
        for character in text where !(character.isWhitespace || character == ":") {
            guard character.isASCII, let digit = character.hexDigitValue, digits.count < 64 else { return nil }
            digits.append(UInt8(digit))
        }
        guard digits.count == 64 else { return nil }
        guard let bytes = Bytes32(stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }) else {
            return nil
        }
        self.bytes = bytes
    }

    /// Sixteen groups of four upper-case digits: easy to read aloud, and `init(_:)` reads it back.
    public var description: String {
        let hex = Array("0123456789ABCDEF")
        var text = ""
        for (index, byte) in self.bytes.bytes.enumerated() {
            if index > 0, index.isMultiple(of: 2) { text.append(" ") }
            text.append(hex[Int(byte >> 4)])
            text.append(hex[Int(byte & 15)])
        }
        return text
    }
}
