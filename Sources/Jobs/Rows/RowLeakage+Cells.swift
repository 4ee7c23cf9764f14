import Records

/// Votes on small cells, and the numbers of tables, curves and grids (`protocols/row-statistics.md` 5).
extension RowLeakage {
    var cells: [LeakageTable.Row] {
        (analyses.contains(.table) ? [table] : []) + (analyses.contains(.survival) ? [curves] : [])
            + (hasGrid ? [gridVotes] : [])
    }

    private func cellRow(_ words: String, _ votes: String, _ learns: [String]) -> LeakageTable.Row {
        row(
            .cells,
            sends: [
                prefixed(words)
                    + "votes on \(votes): nothing where it has no objection, else random numbers, under masks",
                "its part of the numbers below under masks: random to whoever has not the masks of all others",
            ], learns: learns)
    }

    /// What comes off in every sum.
    private var remainder: String {
        "the same over the other \(rest) sites together, its own part taken off; of no cell that is voted on 1 to "
            + "\(cellMinusOne) rows, whatever a coalition of \(coalition) takes off"
    }

    private var table: LeakageTable.Row {
        cellRow(
            "analysis: table", "each numeric column and each level, overall\(hasGroup ? " and by group" : "")",
            [
                "of each cell whether some other site has few rows in it, or less than its share, not which nor how many; the mark of a "
                    + "withheld cell says the same in any table",
                "over all sites, as far as it is shown: the number of rows\(hasGroup ? ", of each group" : ""); of a numeric column "
                    + "rows with a value, their sum and sum of squares; of a level its rows",
                remainder,
                "a withheld cell may follow from a related column, of which a level is made of levels of the other: columns of one job, or of "
                    + "several, should not be such",
            ])
    }

    private var curves: LeakageTable.Row {
        cellRow(
            "analysis: survival",
            "windows of time, halved as long as both halves pass: events and rows that leave\(hasGroup ? ", by group" : "")",
            [
                "of each window whether some other site has few events or few rows that leave in one of its halves, not which nor how many",
                "over all sites, for each interval of the grid that is left\(hasGroup ? " and each group" : ""): events, and rows that leave "
                    + "with or without one. How many leave an interval without an event may be few, and one: that these went out of sight",
                remainder,
            ])
    }

    private var gridVotes: LeakageTable.Row {
        cellRow(
            "model.baseline: grid",
            "windows of time, halved as long as both halves pass: events and rows that leave, of each combination of levels",
            [
                "of each window whether some other site has few events or few rows that leave with some combination of levels in one of its "
                    + "halves, not which nor how many",
                "over all sites, for each interval of the grid that is left and each combination of levels: events, and rows that leave with "
                    + "or without one. How many leave an interval without an event may be few, and one. The fit follows from these numbers",
                remainder,
            ])
    }
}
