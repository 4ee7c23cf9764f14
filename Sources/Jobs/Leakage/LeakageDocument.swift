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
        A with the constant, `m_B` of B, `p = m_A + m_B`. The alignment's sender and receiver are either; unless the
        job names the sender it is the side with more identifiers.

        ## 1. Logistic regression

        \(table(.logistic, LeakagePhase.known))
        ### Alignment by `ecdh-p256`

        In place of the alignment above, which is that by `paillier-oprf`.

        \(rows(LeakageTable(family: .logistic, alignment: .ecdhP256), [.alignment]))
        ## 2. Linear regression

        Session, count, alignment and prediction as above.

        \(table(.linear, [.setup, .training, .end, .early]))
        ### Other families

        Probit, Poisson, negative binomial, gamma and proportional-hazards (cox) models: as logistic regression, but for
        these statements.

        \(others)
        ## 3. The `reveal` list

        | word | opens | needs |
        |---|---|---|
        \(Reveal.allCases.map(reveal).joined(separator: "\n"))

        Combinations leak more than their parts, so the list is judged as a whole: the guards below.

        ## 4. Guards

        Computed by each side over the aligned rows, before a key for training is made. A job that breaks one is refused by
        name, and the peer learns the name alone. The verifier computes again what it has the figures for (T28). A guard
        whose figures a side does not know (what the other's data hold, rows before the alignment) is `not-evaluated` there.

        | name | requires | because |
        |---|---|---|
        \(Guard.allCases.map { "| `\($0.name)` | \($0.rule) | \($0.against) |" }.joined(separator: "\n"))

        **Leverage.** h_i = x_i (X^T X)^-1 x_i^T over the party's own standardised columns, and 1/n more at A for the
        constant. Each party looks at its own block. Where rows weigh differently A looks once more, with each row's weight in
        the information at its own fit: a level of which one row has all the exposure, or all the case weight, leaves that row
        alone. Its own screen names how many rows are above the limit and the largest value; the peer learns only that the
        columns are not fit (`unfitDesign`). A job that says `loosen: [leverage]` has the higher limit.

        **Budget.** `H(y)` is the entropy of the label in bits a row. A yes/no column with k of n rows in its smaller group
        holds `k log2(n / k)` bits, every other column n times its empirical entropy. What a fit opens is bounded beforehand
        (`disclosure.md` 2.2) and added to what the ledger has of earlier fits with the same peer over the same people. The
        least telling column of B bounds what A learns, because every bit may be about that column. A's own features do not
        bound what B learns: minimum cell and leverage protect them. The budget is about the recovery of everybody, not of
        one person. Under `loosen: [budget]` the bits are counted and not bounded; a later job that does not loosen it counts
        them too. Scores are not window bits: `guard-scores` and `scoresPerRow` bound them.

        What the training protocol itself prescribes is no guard but stands in training.md.

        ## 5. Limits

        `limit-cohort`: n at least `limits.minimumCohort`. `limit-parameters`: p at most `limits.parametersPerRow` n.
        `limit-set-size`: neither side brings more than `limits.maximumSetSize` identifiers. `limit-cell`: every level
        of a yes/no or categorical column, and of a yes/no label, has at least `limits.minimumCell` rows; each side
        enforces it on its own columns and declares it.

        ## 6. What remains

        \(list("Never sent.", Remainder.never))

        \(list("Not prevented.", Remainder.notPrevented))

        \(list("Assumed.", Remainder.assumptions))

        ## 7. Jobs split by rows

        The same columns at K sites, different people (`row-split.md`). `p` coefficients. All sites are alike and learn the
        same.

        \(LeakagePhase.ofRows.map { "### \($0.title)\n\n" + rows(RowLeakage().rows, $0) }.joined())\(list("Not prevented.", RowGuards.notPrevented))

        Of the guards above only leverage is asked, of a site's own rows with the constant; of the limits cohort, cell and
        parameters, each of the rows of one site, since what the others learn is about a remainder that holds all of them. A
        level that a site does not have is no small one. The other sites together must have `limits.minimumCell` rows of
        each level too, which each site checks once the counts are opened (`smallCell`).

        ## 8. Jobs of several parties

        Three to eight parties with different columns about the same people (`multiparty-alignment.md`). A is the active one.

        \(LeakagePhase.ofSeveral.map { "### \($0.title)\n\n" + rows(SeveralLeakage().rows, $0) }.joined())\(list("Coalitions.", SeveralLeakage().coalitions))

        Of a job with `reveal: [description]` (`describe.md` 9):

        \(rows(SeveralDescriptionLeakage.general.rows, .description))\(list("Coalitions of a description.", SeveralDescriptionLeakage.general.coalitions))

        With a model (`multiparty-training.md`) H is the helper, B_1 to B_K are the other passive parties. The table is of a logistic
        one; what other families open in its place stands in sections 1 and 2. Of a proportional-hazards one (cox) each passive
        party learns of events what B does there: no order, no row, no time. Levels of a passive party's column are compared
        as B's are there; where a B_k has it, A and H do so in shares of it.

        \(LeakagePhase.ofSeveralFit.filter { !SeveralFitLeakage.general.rows(in: $0).isEmpty }.map { "### Fit: \($0.title)\n\n" + rows(SeveralFitLeakage.general.rows, $0) }.joined())\(list("Coalitions of a fit.", SeveralFitLeakage.general.coalitions + [SeveralFitLeakage.general.assumption]))

        Of a job with `reveal: [scores]`, when new rows are scored by such a model (`multiparty-training.md` 9):

        \(rows(SeveralPredictionLeakage.general.rows, .prediction))\(list("Coalitions of a prediction.", SeveralPredictionLeakage.general.coalitions))

        \(list("Not prevented.", SeveralExplanation.notPrevented + SeveralExplanation.notPreventedOfFits))

        \(list("Assumed.", SeveralExplanation.assumptions + SeveralExplanation.assumptionsOfFits))

        """
    }

    private static func rows(_ table: [LeakageTable.Row], _ phase: LeakagePhase) -> String {
        "| | sends | learns |\n|---|---|---|\n"
            + table.filter { $0.phase == phase }.map(line).joined(separator: "\n") + "\n\n"
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
            case .standardErrors: "no penalty"
            case .scores: "`guard-scores`"
            case .metrics: ""
            case .correlations: "`model.l1`, a linear model"
            case .description: "`limits.minimumCell` of at most 100"
            case .weightedDescription: "`description`, `weights`"
            case .survival: "`model.times`, a cox model"
            case .logrank: "`model.groups`, a cox model"
            case .kaplanMeier: "`model.groups`, `model.times`, a cox model"
            }
        return "| `\(item.rawValue)` | \(item.meaning) | \(needs) |"
    }

    private static func table(_ family: ModelFamily, _ phases: [LeakagePhase]) -> String {
        let table = LeakageTable(family: family)
        return phases.filter { !table.rows(in: $0).isEmpty }
            .map { "### \($0.title)\n\n" + rows(table, [$0]) }.joined()
    }

    private static func rows(_ table: LeakageTable, _ phases: [LeakagePhase]) -> String {
        "| | sends | learns |\n|---|---|---|\n"
            + phases.flatMap { table.rows(in: $0) }.map(line).joined(separator: "\n")
            + "\n\n"
    }

    /// What the families without a table of their own add to the logistic one, and leave out.
    private static var others: String {
        let phases: [LeakagePhase] = [.setup, .training, .end, .early]
        func statements(_ family: ModelFamily) -> [String] {
            let table = LeakageTable(family: family)
            return phases.flatMap { table.rows(in: $0) }.flatMap { $0.sends + $0.learns }
        }
        let known = statements(.logistic)
        var lines = ["| family | adds | leaves out |", "|---|---|---|"]
        for family in ModelFamily.allCases where family != .linear && family != .logistic {
            let own = statements(family)
            let adds = own.filter { !known.contains($0) }
            let lacks = known.filter { !own.contains($0) }
            lines.append("| \(family.rawValue) | \(cell(adds)) | \(cell(lacks)) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ row: LeakageTable.Row) -> String {
        "| \(row.party) | \(cell(row.sends)) | \(cell(row.learns)) |"
    }

    private static func cell(_ statements: [String]) -> String {
        statements.isEmpty ? "nothing" : statements.joined(separator: ";<br>").replacing("|", with: "&#124;")
    }
}
