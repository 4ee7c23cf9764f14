/// Shapes of the names that a job may hold.
package enum Names {
    /// A party: it becomes part of file names, record origins and signatures.
    static func isPartyName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard let first = bytes.first, bytes.count <= 32, isLower(first) else { return false }
        return bytes.allSatisfy { isLower($0) || isDigit($0) || $0 == 0x2D }
    }

    /// What `isTableName` holds to.
    package static let tableRule = "1 to 64 letters, digits, dashes and underscores"

    /// The name by which a job calls a party's table, and which that party's settings give to a file.
    package static func isTableName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard !bytes.isEmpty, bytes.count <= 64 else { return false }
        return bytes.allSatisfy { isLower($0 | 0x20) || isDigit($0) || $0 == 0x2D || $0 == 0x5F }
    }

    static func hasControlCharacter(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
            // Bidirectional overrides and the like make a text read otherwise than it is.
            case .format: true
            default: false
            }
        }
    }

    /// Whether a word could be meant, or taken, as a file's place: absolute, from home, upwards, a drive, a URL.
    static func looksLikePath(_ word: String) -> Bool {
        let bytes = Array(word.utf8)
        if ["/", "~/", "./", "../", "\\\\"].contains(where: word.hasPrefix) { return true }
        if word.contains("../") || word.contains("..\\") || word.contains("://") { return true }
        // C:\ or C:/
        return bytes.count >= 3 && isLower(bytes[0] | 0x20) && bytes[1] == 0x3A
            && (bytes[2] == 0x5C || bytes[2] == 0x2F)
    }

    private static func isLower(_ byte: UInt8) -> Bool { byte >= 0x61 && byte <= 0x7A }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
