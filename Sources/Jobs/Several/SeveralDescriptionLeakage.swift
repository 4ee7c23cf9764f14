import Records

/// What each party of a description of several parties sends and learns (`protocols/describe.md` 9), beside their alignment.
struct SeveralDescriptionLeakage {
    private let active: String
    private let least: String
    /// nil in the general table.
    private let job: Job?
    /// Rows of the cohort, once they are known.
    private let count: Int?

    /// nil for a job that opens none.
    init?(_ job: Job, rows: Int? = nil) {
        guard job.kind == .several, job.hasModel, job.reveals(.description) else { return nil }
        (active, least, self.job, count) = (job.active.name, "\(job.limits.minimumCell)", job, rows)
    }

    private init() { (active, least, job, count) = ("A", "`limits.minimumCell`", nil, nil) }

    /// Of any such job.
    static let general = SeveralDescriptionLeakage()

    var rows: [LeakageTable.Row] {
        [
            row(
                LeakageTable.both,
                sends: [
                    "to each other party \(LeakageWords.roots)",
                    "between \(active) and each other party a Paillier key made for the description, with proofs",
                ] + told + [
                    "if its own columns or groups are not fit for a table, the name of the reason (constantColumn, farRow, smallGroup, "
                        + "unevenWeights, unfitDesign), no figure"
                ],
                learns: [
                    "of each column by \(active)'s groups mean and standard deviation, or rows by level; or that some level or value has "
                        + "fewer than \(least) rows in a group"
                ]
                    + weighted(
                        "the same with \(active)'s weights: by its weights \(active) may ask about single people")),
            row(
                active,
                sends: ["to all others how many rows each of its groups has, and which columns are hidden"]
                    + weighted("of each of its groups the sum of the weights, and of their squares"),
                learns: ["of each column of the others how many of its counts are smaller; not which"]
                    + bits(to: active)),
            row(
                LeakagePhase.eachPassive,
                sends: ["to each other passive party what was opened of its own columns"],
                learns: ["how many rows each of \(active)'s groups has; not which"]
                    + weighted("of each group the sum of the weights, and of their squares; no weight")
                    + (job?.passives.map(\.name) ?? []).flatMap { bits(to: $0) }),
        ]
    }

    /// What each says to all others, beside what stands for its columns.
    var told: [String] {
        ["numeric columns' mean and SD where shown, number of values to ten; digests of what it learned"]
    }

    /// Who puts together what.
    var coalitions: [String] {
        [
            "Described: \(active) with others can group by their columns; the others together are as one party."
        ]
    }

    private func row(_ party: String, sends: [String], learns: [String]) -> LeakageTable.Row {
        LeakageTable.Row(phase: .description, party: party, sends: sends, learns: learns)
    }

    private func weighted(_ words: String) -> [String] {
        guard let job else { return ["where `weighted-description` is revealed: \(words)"] }
        return job.reveals(.weightedDescription) ? [words] : []
    }

    /// Once the rows are known.
    private func bits(to name: String) -> [String] {
        guard let job, let count, let peer = job.party(named: name) else { return [] }
        return job.others(than: name).map { owner in
            "\(name), about \(owner.name)'s rows: at most \(DescribedBits(job, rows: count, from: owner, to: peer).total) bits "
                + "of sums (\(Guard.budget.name))"
        }
    }
}
