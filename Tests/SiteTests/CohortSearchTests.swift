import Testing

@testable import Site

@Suite struct CohortSearchTests {
    private func finding(_ cohort: some Sequence<Int>, _ earlier: [any Sequence<Int>], minimum: Int = 5)
        -> CohortSearch.Finding?
    {
        CohortSearch(earlier: earlier.map { Sets.cohort(Array($0)) }, minimumDifference: minimum)
            .finding(for: Sets.cohort(cohort))
    }

    @Test(arguments: [(0, false), (1, true), (4, true), (5, false)])
    func pairs(_ fewer: Int, _ found: Bool) {
        #expect((finding(fewer..<100, [0..<100]) == .earlier) == found)
        #expect((finding(0..<(100 + fewer), [0..<100]) == .earlier) == found)
    }

    /// Both kinds of difference count together.
    @Test func swappedPeople() {
        #expect(finding(2..<102, [0..<100]) == .earlier)
        #expect(finding(3..<103, [0..<100]) == nil)
    }

    /// Two cohorts that make one which differs by a single person from the third; none of them is near another.
    @Test func unionOfTwo() {
        #expect(finding(0..<101, [0..<50, 50..<100]) == .combination)
        #expect(finding(0..<100, [0..<50, 50..<101]) == .combination)
        #expect(finding(0..<100, [0..<50, 50..<100]) == nil)
        #expect(finding(0..<105, [0..<50, 50..<100]) == nil)
    }

    @Test func intersectionOfTwo() {
        #expect(finding(31..<60, [0..<60, 30..<90]) == .combination)
        #expect(finding(30..<60, [0..<60, 30..<90]) == nil)
    }

    /// The whole first, then a part, then the rest but one.
    @Test func differenceOfTwo() {
        #expect(finding(51..<100, [0..<100, 0..<50]) == .combination)
        #expect(finding(51..<100, [0..<50, 0..<100]) == .combination)
        #expect(finding(50..<100, [0..<100, 0..<50]) == nil)
    }

    @Test func unionOfAllWithin() {
        #expect(finding(0..<91, [0..<30, 30..<60, 60..<90]) == .combination)
        #expect(finding(0..<95, [0..<30, 30..<60, 60..<90]) == nil)
        #expect(finding(0..<90, [0..<30, 30..<60, 60..<90]) == nil)
    }

    @Test func intersectionOfAllAround() {
        let around: [any Sequence<Int>] = [0..<40, Array(0..<20) + Array(40..<60), Array(0..<20) + Array(60..<80)]
        #expect(finding(0..<19, around, minimum: 3) == .combination)
        #expect(finding(0..<17, around, minimum: 3) == nil)
    }

    /// The bound that protocols/disclosure.md 4 names: pairs are searched over the 64 latest different ones, single ones over all.
    @Test func theSearchIsBounded() {
        let old: [any Sequence<Int>] = [0..<50, 50..<100]
        let later = (0..<64).map { 1000 + $0 * 100..<1050 + $0 * 100 as any Sequence<Int> }
        #expect(finding(0..<101, old + later.prefix(62)) == .combination)
        #expect(finding(0..<101, old + later.prefix(63)) == nil)
        #expect(finding(0..<49, old + later) == .earlier)
        // One that comes again takes no second place, and counts as late as it came.
        #expect(finding(0..<101, old + later.prefix(61) + later.prefix(61)) == .combination)
        #expect(finding(0..<101, old + later + old) == .combination)
    }

    /// Against sets of numbers, by brute force.
    @Test func agreesWithSets() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            func random() -> Set<Int> { Set((0..<12).filter { _ in Bool.random(using: &generator) } + [99]) }
            let earlier = (0..<3).map { _ in random() }
            let cohort = random()
            let minimum = Int.random(in: 1...4, using: &generator)
            func isNear(_ other: Set<Int>) -> Bool { (1..<minimum).contains(cohort.symmetricDifference(other).count) }
            var expected: CohortSearch.Finding?
            let pairs = earlier.flatMap { one in earlier.filter { $0 != one }.map { (one, $0) } }
            if pairs.contains(where: {
                isNear($0.union($1)) || isNear($0.intersection($1)) || isNear($0.subtracting($1))
            }) {
                expected = .combination
            }
            let within = earlier.filter { $0.isSubset(of: cohort) }
            let around = earlier.filter { $0.isSuperset(of: cohort) }
            if Set(earlier).count > 1 {
                if !within.isEmpty, isNear(within.reduce([]) { $0.union($1) }) { expected = .combination }
                if let first = around.first, isNear(around.reduce(first) { $0.intersection($1) }) {
                    expected = .combination
                }
            }
            if earlier.contains(where: isNear) { expected = .earlier }
            #expect(finding(cohort, earlier, minimum: minimum) == expected, "\(cohort) \(earlier) \(minimum)")
        }
    }
}
