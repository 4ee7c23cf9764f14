/// What the sites of a job split by rows agreed on about their sums (`protocols/row-split.md` 2).
public struct SumSettings: Sendable, Hashable {
    /// What happens when a site is lost.
    public enum OnLoss: String, Sendable, Hashable, CaseIterable, Codable {
        /// The round is given up before anything of it is opened; the others keep their state until the site is back.
        case wait
        /// The others go on without it: what it had put into earlier sums can then be computed from the difference.
        case `continue`
    }

    /// Fewest and most sites of a job.
    public static let sites = 3...50

    /// Names in the job's order; a site's index is its place here.
    public let parties: [String]
    /// How many sites may put together all that they have without learning more than their own sum and everybody's.
    public let coalition: Int
    public let onLoss: OnLoss
    /// Longest wait for one message of a site, what it has to compute included.
    public let patience: Duration

    /// - Throws: ``SumError/badSettings(_:)`` for a number of sites or a coalition that cannot be had.
    public init(
        parties: [String], coalition: Int, onLoss: OnLoss = .wait, patience: Duration = .seconds(600)
    ) throws(SumError) {
        guard Self.sites.contains(parties.count), Set(parties).count == parties.count else {
            throw .badSettings("a job split by rows has 3 to 50 sites, each with a name of its own")
        }
        guard coalition >= 1, coalition + 2 <= parties.count else {
            throw .badSettings("a coalition has from 1 to two fewer sites than the job")
        }
        guard onLoss == .wait || coalition == 1 else {
            throw .badSettings(
                "with onLoss continue a coalition of two sites and more could have others leave out a site that nobody lost; "
                    + "coalition 1, or onLoss wait")
        }
        self.parties = parties
        self.coalition = coalition
        self.onLoss = onLoss
        self.patience = patience
    }

    /// Fewest sites whose sum is opened.
    public var smallestSum: Int { coalition + 2 }

    /// How many of `sites` must have signed the same, and how many shares open a secret: `floor((n + c) / 2) + 1`.
    /// Two groups of that size have more than c sites in common, so at least one that says one thing only.
    public func quorum(of sites: Int) -> Int { (sites + coalition) / 2 + 1 }
}
