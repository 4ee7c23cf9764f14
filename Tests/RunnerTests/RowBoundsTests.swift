import Jobs
import Records
import SplitRegression
import Testing

/// The bits that a budget counts follow from the largest bounds that an active party may announce: both are written down once, and
/// are the same.
@Suite struct RowBoundsTests {
    @Test(arguments: ModelFamily.allCases, [false, true])
    func budgetCountsWhatMayBeAnnounced(_ family: ModelFamily, _ hasCaseWeights: Bool) {
        let bounds = RowBounds(family, hasCaseWeights: hasCaseWeights)
        let response = TrainingPlan(
            family: family, activeColumns: 1, passiveColumns: 1, standardErrors: true, revealScores: false,
            revealFit: true
        ).response
        func isAllowed(_ scale: Int, _ weight: Int) -> Bool {
            Announcement(
                scaleBits: scale, weightBits: weight, rowBits: 1, periodBits: response.firstPeriods.lowerBound
            ).isAllowed(
                for: response, isWeighted: hasCaseWeights, hasOffset: false)
        }
        #expect(isAllowed(bounds.scale, bounds.weight))
        #expect(!isAllowed(bounds.scale + 1, bounds.weight))
        #expect(!isAllowed(bounds.scale, bounds.weight + 1))
    }
}
