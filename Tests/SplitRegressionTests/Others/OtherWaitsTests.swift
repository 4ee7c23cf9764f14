import Records
import Testing

@testable import SplitRegression

@Suite("Waits of several parties' sessions") struct OtherWaitsTests {
    private static func plan(_ others: [Int], keyBits: Int = 3072) -> TrainingPlan {
        var plan = TrainingPlan(family: .logistic, keyBits: keyBits)
        (plan.activeColumns, plan.passiveColumns, plan.otherColumns) = (5, 4, others)
        return plan
    }

    @Test("Two parties wait for a message alone; others by rows, parties, columns and key")
    func growth() {
        let message = Duration.seconds(300)
        #expect(Self.plan([]).patience(messageTimeout: message, rows: 1_000_000) == message)
        func more(_ others: [Int], rows: Int = 100_000, keyBits: Int = 3072) -> Double {
            let wait = Self.plan(others, keyBits: keyBits).patience(messageTimeout: message, rows: rows) - message
            return Double(wait.components.seconds) + Double(wait.components.attoseconds) * 1e-18
        }
        #expect(abs(more([4], rows: 200_000) / more([4]) - 2) < 1e-3)
        #expect(more([4, 4]) > more([4]) && more([8]) > more([4]))
        #expect(abs(more([4], keyBits: 1536) / more([4]) - 0.25) < 1e-3)
        // A pass of the kernel alone took 117 seconds of one core for 24,000 rows of 23 columns at 2048 bits.
        #expect(more([10], rows: 24_000, keyBits: 2048) > 2 * 117)
        // Reciprocals and means of hazards take more, robust errors more again.
        func hazards(_ covariance: Covariance) -> Duration {
            var plan = Self.plan([4])
            (plan.family, plan.covariance) = (.cox, covariance)
            return plan.patience(messageTimeout: message, rows: 1000)
        }
        #expect(hazards(.classical) > Self.plan([4]).patience(messageTimeout: message, rows: 1000))
        #expect(hazards(.hc0) > hazards(.classical))
        // Nothing overflows.
        #expect(Self.plan([4]).patience(messageTimeout: message, rows: .max) > message)
    }
}
