import Foundation

/// What looks wrong in a field that is a valid identifier all the same. The identifier stays as it is: only a person knows
/// whether the other party writes it so too.
public enum IdentifierRemark: String, Sendable, Codable, CodingKeyRepresentable, CaseIterable, Hashable {
    /// White space at an end, which `raw` keeps.
    case outerSpace = "outer-space"
    /// A zero-width space, a soft hyphen, a mark of direction: nobody sees it, and it makes another identifier.
    case invisibleCharacter = "invisible-character"
    /// `1.23E+15`: a spreadsheet took the identifier for a number and dropped its last digits.
    case scientificNotation = "scientific-notation"
    /// `="00123"` or `'00123`: how spreadsheets keep a text from becoming a number.
    case spreadsheetText = "spreadsheet-text"
    /// A full-width digit, an accent beside its letter, a dash that is no hyphen: it looks like another text.
    case unusualForm = "unusual-form"

    /// For reports: what it is.
    public var meaning: String {
        switch self {
        case .outerSpace: "white space at an end"
        case .invisibleCharacter: "an invisible character"
        case .scientificNotation: "a number in scientific notation, as spreadsheets write it"
        case .spreadsheetText: "a spreadsheet's mark for text (=\"...\" or a leading apostrophe)"
        case .unusualForm: "a character that looks like another (full width, separate accent, unusual dash)"
        }
    }

    /// All that apply to a field (UTF-8) that `normaliser` accepts.
    static func remarks(on field: ArraySlice<UInt8>, _ normaliser: Normaliser) -> Set<IdentifierRemark> {
        var found: Set<IdentifierRemark> = []
        switch normaliser {
        case .digits, .nhs: return found
        case .raw: if isSpaced(field) { found.insert(.outerSpace) }
        case .trim, .upper: break
        }
        if field.contains(where: { $0 >= 0x80 }), holdsInvisible(field) { found.insert(.invisibleCharacter) }
        if field.contains(where: { $0 >= 0x80 }), hasUnusualForm(Text.trimmed(field)) { found.insert(.unusualForm) }
        if field.first == UInt8(ascii: "'") || field.starts(with: Array("=\"".utf8)) { found.insert(.spreadsheetText) }
        if isScientific(Text.trimmed(field)) { found.insert(.scientificNotation) }
        return found
    }

    private static func isSpaced(_ field: ArraySlice<UInt8>) -> Bool {
        guard let first = field.first, let last = field.last else { return false }
        if Text.isASCIISpace(first) || Text.isASCIISpace(last) { return true }
        guard first >= 0x80 || last >= 0x80 else { return false }
        let scalars = String(decoding: field, as: UTF8.self).unicodeScalars
        return scalars.first.map(Text.isWhiteSpace) == true || scalars.last.map(Text.isWhiteSpace) == true
    }

    private static func holdsInvisible(_ field: ArraySlice<UInt8>) -> Bool {
        String(decoding: field, as: UTF8.self).unicodeScalars.contains { scalar in
            switch scalar.value {
            // Combining grapheme joiner, Hangul fillers, variation selectors.
            case 0x034F, 0x115F, 0x1160, 0x3164, 0xFFA0, 0xFE00...0xFE0F: true
            default: scalar.properties.generalCategory == .format
            }
        }
    }

    /// Not in Unicode's composed compatibility form (NFKC), or with a dash beyond ASCII.
    private static func hasUnusualForm(_ field: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: field, as: UTF8.self)
        return !text.precomposedStringWithCompatibilityMapping.utf8.elementsEqual(field)
            || text.unicodeScalars.contains { $0.properties.generalCategory == .dashPunctuation && $0.value > 0x7F }
    }

    /// `digit [. digits] E + digits`; without the plus sign only if there is a point, since `3E5` may be a code.
    private static func isScientific(_ field: ArraySlice<UInt8>) -> Bool {
        var rest = field
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        guard let first = rest.popFirst(), isDigit(first) else { return false }
        var hasPoint = false
        if rest.first == UInt8(ascii: ".") {
            hasPoint = true
            rest = rest.dropFirst()
            guard let next = rest.first, isDigit(next) else { return false }
            rest = rest.drop(while: isDigit)
        }
        guard let mark = rest.popFirst(), mark | 0x20 == UInt8(ascii: "e") else { return false }
        if rest.first == UInt8(ascii: "+") {
            rest = rest.dropFirst()
        } else if !hasPoint {
            return false
        }
        return !rest.isEmpty && rest.allSatisfy(isDigit)
    }
}
