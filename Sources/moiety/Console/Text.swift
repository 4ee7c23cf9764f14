import Foundation

enum Timestamp {
    /// UTC, ISO 8601, whole seconds.
    static func now() -> String { text(Date()) }

    static func text(_ date: Date) -> String { date.formatted(.iso8601) }
}

extension String {
    var trimmingWhitespace: String { trimmingCharacters(in: .whitespaces) }
}
