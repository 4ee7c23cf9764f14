package import Foundation

package enum Timestamp {
    /// UTC, ISO 8601, whole seconds.
    package static func now() -> String { text(Date()) }

    package static func text(_ date: Date) -> String { date.formatted(.iso8601) }

    /// A stranger's clock may say anything.
    package static func text(milliseconds: UInt64) -> String {
        text(Date(timeIntervalSince1970: min(Double(milliseconds) / 1000, 253_402_300_799)))
    }
}
