import Foundation

enum Timestamp {
    /// UTC, ISO 8601, whole seconds.
    static func now() -> String { text(Date()) }

    static func text(_ date: Date) -> String { date.formatted(.iso8601) }
}

/// Numbers for people's eyes; files keep every digit.
enum Number {
    /// At most so many decimals, without trailing zeros.
    static func short(_ value: Double?, decimals: Int = 4) -> String {
        guard let value else { return "" }
        return fixed(value, decimals: decimals, trimming: true)
    }

    /// Exactly so many decimals.
    static func fixed(_ value: Double, decimals: Int, trimming: Bool = false) -> String {
        guard value.isFinite else { return "NA" }
        return value.formatted(
            .number.locale(Locale(identifier: "en_US_POSIX")).grouping(.never)
                .precision(.fractionLength((trimming ? 0 : decimals)...decimals)))
    }

    /// Three significant digits with an exponent, for p-values and differences.
    static func scientific(_ value: Double) -> String {
        guard value.isFinite else { return "NA" }
        guard value != 0 else { return "0" }
        let exponent = Int(log10(abs(value)).rounded(.down))
        if (-3...2).contains(exponent) { return fixed(value, decimals: 2 - exponent, trimming: false) }
        return fixed(value / pow(10, Double(exponent)), decimals: 1) + "e\(exponent)"
    }
}
