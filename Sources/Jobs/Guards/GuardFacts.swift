import Records

/// What the guards are computed from besides the job: figures that both sides and a verifier know, and a few that
/// only one side knows. A guard whose figures are missing is reported as not evaluated, never as kept.
public struct GuardFacts: Sendable, Hashable {
    /// Rows of the fit (aligned, held-out rows not among them).
    public var rows: Int
    /// Coefficients of the active party, the intercept among them.
    public var activeParameters: Int
    /// Coefficients of the passive party; of several, of the one that has fewest.
    public var passiveParameters: Int
    /// Coefficients of all other passive parties.
    public var otherParameters: Int
    /// What this site's fit opens to its peer, against what its data hold.
    public var budget: BitBudget?
    /// Different rows of the passive party's columns; only that party knows it.
    public var distinctRows: Int?
    /// Score vectors about this cohort that earlier jobs opened, from the ledger.
    public var earlierScoreVectors: Int
    /// Identifiers that each side brought to the alignment.
    public var setSizes: [Int]
    /// Fewest rows in any level of this side's yes/no and categorical columns and label.
    public var smallestCell: Int?

    /// Facts of a job over so many rows; everything else is unknown until it is set.
    public init(
        job: Job, rows: Int, budget: BitBudget? = nil, distinctRows: Int? = nil, earlierScoreVectors: Int = 0,
        setSizes: [Int] = [], smallestCell: Int? = nil
    ) {
        self.rows = rows
        self.activeParameters = job.parameterCount(of: job.active)
        let passive = job.passives.map { job.parameterCount(of: $0) }
        passiveParameters = passive.min() ?? 0
        otherParameters = passive.reduce(0) { $0.plusClamped($1) } - passiveParameters
        self.budget = budget
        self.distinctRows = distinctRows
        self.earlierScoreVectors = earlierScoreVectors
        self.setSizes = setSizes
        self.smallestCell = smallestCell
    }
}
