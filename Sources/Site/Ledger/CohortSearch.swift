/// Whether a cohort is almost one that a peer knows already: an earlier one, or one that earlier ones make together. A
/// bounded search; what it does not find stands in `protocols/disclosure.md` 4.
package struct CohortSearch {
    /// Earlier cohorts that are combined with each other.
    package static let combined = 64

    /// Oldest first, each once.
    private let earlier: [Cohort]
    private let minimumDifference: Int

    package init(earlier: [Cohort], minimumDifference: Int) {
        var seen: Set<Cohort> = []
        // The latest place of each counts.
        self.earlier = earlier.reversed().filter { seen.insert($0).inserted }.reversed()
        self.minimumDifference = minimumDifference
    }

    /// How a cohort comes too near to what is known.
    package enum Finding: Sendable, Hashable {
        case earlier
        case combination
    }

    /// - Returns: nil when the cohort differs from everything that is searched by no one or by at least the minimum.
    package func finding(for cohort: Cohort) -> Finding? {
        for other in earlier where isNear(cohort.difference(from: other, upTo: minimumDifference)) { return .earlier }
        return isNearCombination(cohort) ? .combination : nil
    }

    private func isNear(_ difference: Int) -> Bool { (1..<max(minimumDifference, 1)).contains(difference) }

    // MARK: Combinations

    /// People who are in the same cohorts: bit i of `mask` for the i-th of those that are combined.
    private struct Region {
        let mask: UInt64
        var inside = 0
        var outside = 0
    }

    private func isNearCombination(_ cohort: Cohort) -> Bool {
        let known = Array(earlier.suffix(Self.combined))
        guard known.count > 1 else { return false }
        let regions = regions(of: cohort, known)
        /// People by whom the cohort differs from those whose mask `rule` takes; counting stops at the minimum.
        func difference(_ rule: (UInt64) -> Bool) -> Int {
            var count = 0
            for region in regions {
                count += rule(region.mask) ? region.outside : region.inside
                if count >= minimumDifference { break }
            }
            return count
        }
        for i in 0..<known.count {
            let first = UInt64(1) << UInt64(i)
            for j in 0..<known.count where j != i {
                let second = UInt64(1) << UInt64(j)
                if isNear(difference { $0 & first != 0 && $0 & second == 0 }) { return true }
                guard j > i else { continue }
                if isNear(difference { $0 & (first | second) != 0 }) { return true }
                if isNear(difference { $0 & first != 0 && $0 & second != 0 }) { return true }
            }
        }
        // Which of them lie within the cohort, and which contain it.
        var (within, around) = (UInt64.max, UInt64.max)
        for region in regions {
            if region.outside > 0 { within &= ~region.mask }
            if region.inside > 0 { around &= region.mask }
        }
        let all = known.count == 64 ? UInt64.max : UInt64(1) << UInt64(known.count) - 1
        within &= all
        around &= all
        if within != 0, isNear(difference { $0 & within != 0 }) { return true }
        return around != 0 && isNear(difference { $0 & around == around })
    }

    private func regions(of cohort: Cohort, _ known: [Cohort]) -> [Region] {
        var masks: [Cohort.Tag: UInt64] = [:]
        for (index, other) in known.enumerated() {
            for tag in other.tags { masks[tag, default: 0] |= UInt64(1) << UInt64(index) }
        }
        var regions: [UInt64: Region] = [:]
        for tag in cohort.tags {
            let mask = masks.removeValue(forKey: tag) ?? 0
            regions[mask, default: Region(mask: mask)].inside += 1
        }
        for mask in masks.values { regions[mask, default: Region(mask: mask)].outside += 1 }
        // The largest first: most combinations are far away, which a few of these show.
        return regions.values.sorted { $0.inside + $0.outside > $1.inside + $1.outside }
    }
}
