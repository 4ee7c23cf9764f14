import Foundation

/// Why a row has no identifier.
public enum RejectionReason: String, Error, Sendable, Codable, CodingKeyRepresentable, CaseIterable, Hashable {
    case empty
    /// A word that stands for "no value": NULL, NA and their like.
    case missingLiteral = "missing-literal"
    case notDigits = "not-digits"
    case wrongLength = "wrong-length"
    case badCheckDigit = "bad-check-digit"
    case controlCharacter = "control-character"
    case tooLong = "too-long"
}

/// How a field becomes an identifier, by the rules and the golden cases of protocols/identifiers.md. Both parties must
/// apply the same one in the same version, else they align nothing.
public enum Normaliser: String, Sendable, Codable, CaseIterable, Hashable {
    /// The field's bytes as they are (vendor tokens are case-sensitive, record numbers keep their zeros).
    case raw
    /// Without white space at either end.
    case trim
    /// Trimmed, canonically composed, in upper case.
    case upper
    /// Compatibility form (NFKC) without white space and hyphens; what is left must be ASCII digits.
    case digits
    /// `digits`, ten of them, the last being the modulus 11 check digit of the NHS number.
    case nhs

    /// The version of all rules together; any change to one is a new version.
    public static let version: UInt16 = 1

    /// Longest identifier in bytes of UTF-8.
    public static let maximumBytes = 1024

    /// Words that are no identifier under any rule, compared without white space at the ends and without case.
    static let missingLiterals: Set<String> = [
        "na", "n/a", "#n/a", "nan", "null", "none", "nil", "missing", "unknown", "undefined", ".", "-", "--", "?",
    ]

    /// The identifier of one field (UTF-8), or why it has none.
    public func normalise(_ field: ArraySlice<UInt8>) -> Result<[UInt8], RejectionReason> {
        let ascii = field.allSatisfy { $0 < 0x80 }
        let core = ascii ? Array(Text.trimmed(field)) : Self.trimmedUnicode(field)
        if core.isEmpty { return .failure(.empty) }
        if core.count <= 9,
            Self.missingLiterals.contains(String(decoding: core.map(Text.lowercasedASCII), as: UTF8.self))
        {
            return .failure(.missingLiteral)
        }
        let value: [UInt8]
        switch self {
        case .raw: value = Array(field)
        case .trim: value = core
        case .upper:
            value = ascii ? core.map { (0x61...0x7A).contains($0) ? $0 & 0xDF : $0 } : Self.uppercasedUnicode(core)
        case .digits, .nhs:
            value =
                ascii ? core.filter { !Text.isASCIISpace($0) && $0 != UInt8(ascii: "-") } : Self.compactUnicode(core)
            if value.isEmpty { return .failure(.empty) }
            guard value.allSatisfy({ (0x30...0x39).contains($0) }) else { return .failure(.notDigits) }
            if self == .nhs, let fault = Self.nhsFault(value) { return .failure(fault) }
        }
        if value.count > Self.maximumBytes { return .failure(.tooLong) }
        if Self.holdsControl(value) { return .failure(.controlCharacter) }
        return .success(value)
    }

    /// Weights 10 to 2 on the first nine digits; 11 minus the sum modulo 11 is the tenth (11 counts as 0, 10 is never
    /// issued). NHS Data Dictionary, "NHS NUMBER".
    private static func nhsFault(_ digits: [UInt8]) -> RejectionReason? {
        guard digits.count == 10 else { return .wrongLength }
        let values = digits.map { Int($0 - 0x30) }
        let sum = zip(values, stride(from: 10, through: 2, by: -1)).reduce(0) { $0 + $1.0 * $1.1 }
        return (11 - sum % 11) % 11 == values[9] ? nil : .badCheckDigit
    }

    private static func holdsControl(_ value: [UInt8]) -> Bool {
        var previous: UInt8 = 0
        for byte in value {
            // U+0080 to U+009F are C2 80 to C2 9F in UTF-8.
            if byte < 0x20 || byte == 0x7F || (previous == 0xC2 && byte < 0xA0) { return true }
            previous = byte
        }
        return false
    }

    private static func scalars(_ bytes: some Collection<UInt8>) -> String.UnicodeScalarView {
        String(decoding: bytes, as: UTF8.self).unicodeScalars
    }

    private static func utf8(_ scalars: some Sequence<Unicode.Scalar>) -> [UInt8] {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return Array(String(view).utf8)
    }

    private static func trimmedUnicode(_ field: ArraySlice<UInt8>) -> [UInt8] {
        var view = scalars(field)[...]
        while let first = view.first, Text.isWhiteSpace(first) { view.removeFirst() }
        while let last = view.last, Text.isWhiteSpace(last) { view.removeLast() }
        return utf8(view)
    }

    private static func uppercasedUnicode(_ core: [UInt8]) -> [UInt8] {
        let upper = String(decoding: core, as: UTF8.self).precomposedStringWithCanonicalMapping.uppercased()
        return Array(upper.precomposedStringWithCanonicalMapping.utf8)
    }

    private static func compactUnicode(_ core: [UInt8]) -> [UInt8] {
        let compatible = String(decoding: core, as: UTF8.self).precomposedStringWithCompatibilityMapping
        return utf8(compatible.unicodeScalars.filter { !Text.isWhiteSpace($0) && !isHyphen($0) })
    }

    /// Hyphens and the dashes that office programs put in their place.
    private static func isHyphen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2D, 0xAD, 0x2010...0x2015, 0x2212: true
        default: false
        }
    }
}
