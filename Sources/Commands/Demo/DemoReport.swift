import Foundation
import Runner

struct DemoReport: Encodable, Sendable {
    let bits: Int
    let aligned: Int
    let seconds: Double
    let comparison: Comparison
    let verification: [String]
    let kept: String?
    /// The page about the fit.
    let report: String

    var text: String {
        var lines = [
            "aligned \(aligned) patients; neither side sent an identifier",
            comparison.oddsRatios,
            "largest difference from the pooled fit that neither side could run: "
                + "\(Number.scientific(comparison.largestDifference)) (standardised scale)",
            "\(Number.fixed(seconds, decimals: 1)) s with keys of \(bits) bits",
        ]
        lines += verification
        if let kept { lines.append("both sites and their results: \(kept)") }
        lines.append("report, to open in a browser: \(report)")
        return lines.joined(separator: "\n")
    }
}

extension Comparison {
    /// Each term beside that of the pooled fit.
    var oddsRatios: String {
        var table = TextTable(
            ["term", "party", "odds ratio", "95% CI", "p", "pooled fit", "difference"],
            sides: [.left, .left, .right, .right, .right, .right, .right])
        for row in rows {
            var interval = ""
            if let low = row.confLow, let high = row.confHigh {
                interval = "\(Number.fixed(exp(low), decimals: 3)) to \(Number.fixed(exp(high), decimals: 3))"
            }
            table.add([
                row.term, row.party, Number.fixed(exp(row.estimate), decimals: 4), interval,
                row.pValue.map(Number.scientific) ?? "", Number.fixed(exp(row.pooled), decimals: 4),
                Number.scientific(row.difference),
            ])
        }
        return table.text()
    }
}
