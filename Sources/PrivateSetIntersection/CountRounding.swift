/// What of a count is said; `protocols/alignment-count.md` 3.
struct CountRounding: Sendable, Hashable {
    private let rounding: Int
    private let minimum: Int

    /// - Parameters:
    ///   - rounding: at least 1.
    ///   - minimum: counts below it are said as 0.
    init(to rounding: Int, suppressingBelow minimum: Int) {
        self.rounding = rounding
        self.minimum = minimum
    }

    /// The nearest multiple, halves up; 0 below the minimum.
    func rounded(_ count: Int) -> Int { count < minimum ? 0 : nearest(count) }

    /// Whether an honest counter can have said this of two sets whose smaller one has so many identifiers.
    func allows(_ said: UInt64, of smaller: Int) -> Bool {
        guard let said = Int(exactly: said), said.isMultiple(of: rounding) else { return false }
        return said == 0 || (said >= nearest(minimum) && said <= nearest(smaller))
    }

    private func nearest(_ count: Int) -> Int {
        // Sets have at most 2^24 identifiers and roundings are no larger: nothing overflows.
        (count + rounding / 2) / rounding * rounding
    }
}
