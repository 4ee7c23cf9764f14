/// The description of the cohort (`protocols/describe.md` 8).
extension LeakageWords {
    func description() -> [LeakageTable.Row] {
        let both = only(.description, Self.roots, "a Paillier key made for the description, with proofs")
        guard !both.isEmpty else { return [] }
        let least = job.map { "\($0.limits.minimumCell)" } ?? "`limits.minimumCell`"
        let weights =
            job.map { $0.hasCaseWeights ? " and of its weights" : "" }
            ?? ", with `weights` of these and their squares too,"
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
                    + described(.passive).map {
                        "\(passive)'s columns in all at most \($0) bits (\(Guard.budget.name))"
                    }),
            row(
                .description, active,
                sends: only(.description, "the number of rows of each of its groups\(weights)"), learns: []),
            row(
                .description, passive, sends: [],
                learns: only(.description, "how many rows each of \(active)'s groups has; not which")),
        ].filter { !$0.sends.isEmpty || !$0.learns.isEmpty }
    }

    /// Once the rows are known.
    private func described(_ role: Party.Role) -> [Int] {
        guard let job, let rows, job.reveals(.description) else { return [] }
        return [DescribedBits(job, rows: rows, to: role == .passive ? .active : .passive).total]
    }
}
