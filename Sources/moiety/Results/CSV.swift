/// Writes RFC 4180 tables that spreadsheets do not execute.
enum CSV {
    /// - Throws: `Failure` 65 for a text that a spreadsheet would run as a formula, or that has control characters
    ///   (CWE-1236).
    static func text(_ field: String) throws -> String {
        guard !field.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            throw Failure(.badData, "controlCharacter", "a name to be written has a control character in it")
        }
        if let first = field.first, "=+-@".contains(first) {
            throw Failure(
                .badData, "formulaInName", "'\(field.prefix(40))' would be run as a formula by a spreadsheet",
                hint: "names must not start with = + - or @")
        }
        guard field.contains(where: { $0 == "," || $0 == "\"" }) else { return field }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }

    /// The shortest text that reads back as the same number; what R calls NA for what does not exist.
    static func number(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "NA" }
        return value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}
