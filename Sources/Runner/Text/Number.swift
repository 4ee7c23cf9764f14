import Foundation

/// Numbers for people's eyes; files keep every digit.
package enum Number {
    /// At most so many decimals, without trailing zeros.
    package static func short(_ value: Double?, decimals: Int = 4) -> String {
        guard let value else { return "" }
        return fixed(value, decimals: decimals, trimming: true)
    }

    /// Exactly so many decimals.
    package static func fixed(_ value: Double, decimals: Int, trimming: Bool = false) -> String {
        guard value.isFinite else { return "NA" }
        return value.formatted(
            .number.locale(Locale(identifier: "en_US_POSIX")).grouping(.never)
                .precision(.fractionLength((trimming ? 0 : decimals)...decimals)))
    }

    /// The same, or three digits with an exponent where they would be all zeros.
    package static func shown(_ value: Double, decimals: Int) -> String {
        let isLost = value != 0 && abs(value) < 0.5 * pow(10, -Double(decimals))
        return isLost ? scientific(value) : fixed(value, decimals: decimals)
    }

    /// Of memory or a transfer, in units of 1000.
    package static func bytes(_ count: Int) -> String {
        var (value, unit) = (Double(count), "B")
        for next in ["kB", "MB", "GB", "TB"] where value >= 1000 { (value, unit) = (value / 1000, next) }
        return "\(fixed(value, decimals: value < 10 && unit != "B" ? 1 : 0)) \(unit)"
    }

    /// Seconds, minutes or hours, coarsely.
    package static func duration(_ seconds: Double) -> String {
        if seconds < 90 { return "\(fixed(seconds, decimals: 0)) s" }
        if seconds < 5400 { return "\(fixed(seconds / 60, decimals: 0)) min" }
        return "\(fixed(seconds / 3600, decimals: 1)) h"
    }

    /// Three significant digits with an exponent, for p-values and differences.
    package static func scientific(_ value: Double) -> String {
        guard value.isFinite else { return "NA" }
        guard value != 0 else { return "0" }
        let exponent = Int(log10(abs(value)).rounded(.down))
        if (-3...2).contains(exponent) { return fixed(value, decimals: 2 - exponent, trimming: false) }
        // 9.97 has one more digit before the point once it is rounded.
        let tenths = (value / pow(10, Double(exponent)) * 10).rounded()
        let carries = abs(tenths) >= 100
        return fixed(tenths / (carries ? 100 : 10), decimals: 1) + "e\(exponent + (carries ? 1 : 0))"
    }
}
