/// When an evaluator makes its own bases (`protocols/paillier.md` 5): a base costs a full r^n to make, and whoever wants few results needs
/// none. It follows from the order of calls, so that a replay finds the same, and whoever counts what a job takes.
package struct NonceSchedule: Sendable, Hashable {
    /// More results at once than this, or twice as many in all, are a sign that many follow.
    package static let few = 32

    /// Whether the bases are there: they serve all results from then on.
    package private(set) var hasBases = false
    /// Results so far that had a full r^n each.
    private var withoutBases = 0

    package init() {}

    /// Counts a call for so many results.
    ///
    /// - Returns: whether the bases serve it.
    package mutating func serve(_ count: Int) -> Bool {
        guard !hasBases else { return true }
        let (all, overflow) = withoutBases.addingReportingOverflow(count)
        guard count <= Self.few, !overflow, all <= 2 * Self.few else {
            hasBases = true
            return true
        }
        withoutBases = all
        return false
    }
}
