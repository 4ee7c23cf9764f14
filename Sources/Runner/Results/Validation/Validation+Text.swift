extension Validation {
    /// For people; the file has every digit.
    package var text: String {
        var table = TextTable(
            ["term", "party", "estimate", "reference", "difference", "in std. errors", "std. error", "p", ""],
            sides: [.left, .left, .right, .right, .right, .right, .right, .right, .left])
        for term in terms {
            table.add([
                term.term, term.party, Number.short(term.estimate, decimals: 6),
                Number.short(term.reference, decimals: 6), Number.scientific(term.standardisedDifference),
                term.differenceInStandardErrors.map(Number.scientific) ?? "",
                term.standardErrorRelativeDifference.map(Number.scientific) ?? "",
                Self.gap(term.pValue, term.referencePValue), term.passes ? "ok" : "FAR",
            ])
        }
        var lines = [table.text()]
        if !whole.isEmpty {
            var table = TextTable(
                ["whole fit", "value", "reference", "relative", ""], sides: [.left, .right, .right, .right, .left])
            for number in whole {
                table.add([
                    number.measure, Number.short(number.value), Number.short(number.reference),
                    Number.scientific(number.relativeDifference), number.passes ? "ok" : "FAR",
                ])
            }
            lines.append(table.text())
        }
        for (names, what) in [
            (withoutReference, "the reference has no estimate of"), (withoutResult, "the results have no estimate of"),
        ]
        where !names.isEmpty {
            lines.append("\(what): \(names.joined(separator: ", "))")
        }
        if !notCompared.isEmpty { lines.append("not compared: \(notCompared.joined(separator: ", "))") }
        for source in results where source.isAsWritten == false {
            lines.append("\(source.file) is not what the session wrote")
        }
        lines.append(
            "differences of estimates are for one standard deviation of the column, those of standard errors relative")
        lines.append(verdict)
        return lines.joined(separator: "\n")
    }

    private var verdict: String {
        let far = terms.count { !$0.passes } + whole.count { !$0.passes }
        let missing = withoutReference.count + withoutResult.count
        guard !isEquivalent else {
            return "EQUIVALENT: \(terms.count) terms and \(whole.count) numbers of the whole fit are within tolerance"
        }
        let parts = [
            far > 0 ? "\(far) number\(far == 1 ? "" : "s") out of tolerance" : nil,
            missing > 0 ? "\(missing) term\(missing == 1 ? "" : "s") on one side only" : nil,
        ]
        return "NOT EQUIVALENT: " + parts.compactMap(\.self).joined(separator: ", ")
    }

    private static func gap(_ one: Double?, _ other: Double?) -> String {
        guard let one, let other else { return "" }
        return Number.scientific(abs(one - other))
    }
}
