/// The description of the cohort (`protocols/describe.md` 8).
extension LeakageWords {
    func description() -> [LeakageTable.Row] {
        let both = only(.description, Self.roots, "a Paillier key made for the description, with proofs")
        guard !both.isEmpty else { return [] }
        let least = job.map { "\($0.limits.minimumCell)" } ?? "`limits.minimumCell`"
        return [
            row(
                .description, LeakageTable.both,
                sends: both
                    + only(
                        .description, "the mean and standard deviation of each of its numeric columns",
                        "for each group and level whether its rows are fewer than \(least)"),
                learns: only(
                    .description,
                    "of each column of both, in each of \(active)'s groups: mean and standard deviation, or the rows of each level; "
                        + "not of levels, or numeric columns, with fewer than \(least) rows in some group")
                    + weighted(
                        "the same with \(active)'s weights, which may make a group one of \(least) of its people or more"
                    )),
            row(
                .description, active,
                sends: only(.description, "the number of rows of each of its groups")
                    + weighted("of each of its groups the sum of the weights, and of their squares"),
                learns: sums(to: .active)),
            row(
                .description, passive, sends: [],
                learns: only(.description, "how many rows each of \(active)'s groups has; not which")
                    + weighted("of each group the sum of the weights, and of their squares; no weight")
                    + sums(to: .passive)),
        ].filter { !$0.sends.isEmpty || !$0.learns.isEmpty }
    }

    /// Where rows have weights.
    private func weighted(_ statement: String) -> [String] {
        guard let job else { return only(.description, "with `weights`: \(statement)") }
        return job.hasCaseWeights ? only(.description, statement) : []
    }

    /// Once the rows are known.
    private func sums(to role: Party.Role) -> [String] {
        guard let job, let rows, job.reveals(.description) else { return [] }
        return ["in all at most \(DescribedBits(job, rows: rows, to: role).total) bits of sums (\(Guard.budget.name))"]
    }
}
