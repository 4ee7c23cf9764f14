/// The description of the cohort (`protocols/describe.md` 8).
extension LeakageWords {
    func description() -> [LeakageTable.Row] {
        let both = only(.description, Self.roots, "a Paillier key made for the description, with proofs")
        guard !both.isEmpty else { return [] }
        let least = job.map { "\($0.limits.minimumCell)" } ?? "`limits.minimumCell`"
        return [
            row(
                .description, LeakageTable.both,
                sends: both + only(.description, "the mean and standard deviation of each of its numeric columns"),
                learns: only(
                    .description,
                    "of each column of both, in each of \(active)'s groups: mean and standard deviation, or the rows of each level; "
                        + "nothing of a column with fewer than \(least) rows of a level or value in some group")
                    + only(
                        .weightedDescription,
                        "the same with \(active)'s weights: by its weights \(active) may ask about single people")),
            row(
                .description, active,
                sends: only(.description, "the number of rows of each of its groups", "which columns are not shown")
                    + only(.weightedDescription, "of each of its groups the sum of the weights, and of their squares"),
                learns: only(
                    .description,
                    "of each of \(passive)'s columns how many levels in how many groups have fewer rows; not which")
                    + sums(to: .active)),
            row(
                .description, passive, sends: [],
                learns: only(.description, "how many rows each of \(active)'s groups has; not which")
                    + only(
                        .weightedDescription, "of each group the sum of the weights, and of their squares; no weight")
                    + sums(to: .passive)),
        ].filter { !$0.sends.isEmpty || !$0.learns.isEmpty }
    }

    /// Once the rows are known.
    private func sums(to role: Party.Role) -> [String] {
        guard let job, let rows, job.reveals(.description) else { return [] }
        let (owner, peer) = role == .active ? (job.passive, job.active) : (job.active, job.passive)
        let bits = DescribedBits(job, rows: rows, from: owner, to: peer).total
        return ["in all at most \(bits) bits of sums (\(Guard.budget.name))"]
    }
}
