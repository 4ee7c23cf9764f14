/// What a session of a purpose discloses, for the ledger: which budgets it is debited to beside that of identifiers, and which
/// checks its rows need. `protocols/disclosure.md` 2 and 3.
public struct Disclosure: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A number of common rows and not which they are: a count.
    public static let count = Disclosure(rawValue: 1)
    /// A model of the common rows, and what its fit opens about each of them.
    public static let model = Disclosure(rawValue: 2)
    /// A score of each common row.
    public static let scores = Disclosure(rawValue: 4)
    /// Both sites bring other rows than those that the job was approved for, so that these do not count among the sets of one
    /// approval.
    public static let otherRows = Disclosure(rawValue: 8)
}
