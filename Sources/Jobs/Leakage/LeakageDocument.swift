import Records

/// `protocols/leakage.md`, written from the same statements as every explanation; a test keeps file and code equal.
public enum LeakageDocument {
    public static var markdown: String {
        """
        # What each party learns

        Written from the program's own leakage table (`Sources/Jobs/Leakage`), which is also what `moiety job explain` shows
        for one job with its names and numbers; a test keeps this page and the program equal. To change it, change the table
        and run the tests of `Jobs` once with `MOIETY_WRITE_PROTOCOLS=1`.

        A is the active party (label, perhaps features), B the passive one. `n` rows of the fit, `m_A` coefficients of
        A with the intercept, `m_B` of B, `p = m_A + m_B`. The alignment's sender and receiver are either; unless the
        job names the sender it is the side with more identifiers.

        ## 1. Logistic regression

        \(table(.logistic, LeakagePhase.known))
        ## 2. Linear regression

        Session, count, alignment and prediction as above.

        \(table(.linear, [.setup, .exchange, .end, .early]))
        ## 3. The `reveal` list

        | word | opens | needs |
        |---|---|---|
        \(Reveal.allCases.map(reveal).joined(separator: "\n"))

        Combinations leak more than their parts, so the list is judged as a whole: guards 5 and 6 below.

        ## 4. Guards

        Computed by each side over the aligned rows, before a key for training is made, and again by the verifier
        (T28); a job that breaks one is refused by name. Guard 6 alone does not refuse: without it the model is fitted
        and standard errors are `withheld`, both sides knowing so beforehand. A guard whose figures a side does not
        know (the label's entropy at B, the rows before the alignment) is `not-evaluated` at that side.

        What the training protocol itself prescribes is no guard but stands in training.md: the start at A's own fit,
        rounding with dither, the number and the 24 significant bits of the scalars, no error from a decrypted value.
        What messages show of it is checked while the session runs and by a verifier (T10, T23, T24); that openings
        were dithered and that the start was A's own fit only a replay shows (R02).

        | name | requires | because |
        |---|---|---|
        \(Guard.allCases.map { "| `\($0.name)` | \($0.rule) | \($0.against) |" }.joined(separator: "\n"))

        `H(y)` is the entropy of the label in bits a row, `b` the bits that one gradient component shows: 16 fraction
        bits of a column and half of log2 n for the sum, or what the dither of the pass leaves,
        `4 - log2(tolerance) + log2(n) / 2`, if that is less. A job MAY loosen guards 1 and 4 by a factor of two, by
        name (`loosen`); explanation and approvals then say so. `passes` are the gradients opened, those at rejected
        trial points among them. They are bounded before the start: training MUST stop at `n / (2 max(m_A, m_B))`
        passes (twice that if loosened); a job to which that leaves fewer than
        \(Guards.fewestUsefulPasses) is refused.

        ## 5. Limits

        `limit-cohort`: n at least `limits.minimumCohort`. `limit-parameters`: p at most `limits.parametersPerRow` n.
        `limit-set-size`: neither side brings more than `limits.maximumSetSize` identifiers. `limit-cell`: every level
        of a yes/no or categorical column, and of a yes/no label, has at least `limits.minimumCell` rows; each side
        enforces it on its own columns and declares it.

        ## 6. What remains

        \(list("Never sent.", Remainder.never))

        \(list("Not prevented.", Remainder.notPrevented))

        \(list("Assumed.", Remainder.assumptions))

        """
    }

    private static func list(_ title: String, _ lines: [String]) -> String {
        var page = TextPage(width: 120)
        for line in lines { page.wrap(line, first: "- ", rest: "  ") }
        return "**\(title)**\n\n" + page.text.dropLast()
    }

    private static func reveal(_ item: Reveal) -> String {
        let needs =
            switch item {
            case .coefficients: "always"
            case .standardErrors: "no penalty; logistic: withheld without guard 6"
            case .scores: "guard 5"
            case .metrics: ""
            }
        return "| `\(item.rawValue)` | \(item.meaning) | \(needs) |"
    }

    private static func table(_ family: ModelFamily, _ phases: [LeakagePhase]) -> String {
        let table = LeakageTable(family: family)
        return phases.map { phase in
            let rows = table.rows(in: phase)
            guard !rows.isEmpty else { return "" }
            return "### \(phase.title)\n\n| | sends | learns |\n|---|---|---|\n"
                + rows.map(line).joined(separator: "\n")
                + "\n\n"
        }.joined()
    }

    private static func line(_ row: LeakageTable.Row) -> String {
        "| \(row.party) | \(cell(row.sends)) | \(cell(row.learns)) |"
    }

    private static func cell(_ statements: [String]) -> String {
        statements.isEmpty ? "nothing" : statements.joined(separator: ";<br>").replacing("|", with: "&#124;")
    }
}
