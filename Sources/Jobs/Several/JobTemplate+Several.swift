import Records

/// The text that `moiety job new --split columns --parties` writes for three parties and more.
extension JobTemplate {
    /// - Parameter parties: their names, the active one first.
    public static func severalText(parties: [String]) -> String {
        let entries = parties.enumerated().map { index, name in
            "\n  - {name: \(name), role: \(index == 0 ? "active" : "passive"), identifier: patient_id}"
        }
        return """
            # A job of \(parties.count) parties that hold different columns about the same people: they find the rows that all of them
            # have, and no party alone learns whom only some have. Shared by all; it holds no paths and no secrets. Read `moiety job explain`
            # before you approve it. Fields behind a # have the value shown by default.
            moiety: \(Job.severalFormatVersion)

            title: People that all parties know
            purpose: >-
              Why the parties do this, for those who approve it.

            # One is active: it learns how many identifiers each other one has. Who stands later dials who stands before.
            # Identifiers may be made of several columns, and brought into one form (protocols/identifiers.md).
            parties:\(entries.joined())

            # keys: {bits: \(Keys.standard.bits)}
            # limits: {minimumCohort: \(Limits.standard.minimumCohort), maximumSetSize: \(Limits.standard.maximumSetSize)}
            # network: {connectTimeout: 300, messageTimeout: 300}

            """
    }
}
