import Foundation
import Jobs
import Testing

@testable import Runner

/// What it costs a service that a peer calls.
@Suite struct RecentCallTests {
    private func refusal(_ calls: RecentCalls, _ peer: String, at seconds: Double) -> String? {
        do throws(PolicyRefusal) {
            try calls.admit(peer, most: 3, at: Date(timeIntervalSinceReferenceDate: seconds))
            return nil
        } catch { return error.rule }
    }

    @Test func aPeerCallsSoOftenAnHour() {
        let calls = RecentCalls()
        for second in [0.0, 1, 2] { #expect(refusal(calls, "lab", at: second) == nil) }
        #expect(refusal(calls, "lab", at: 3) == "policy.attemptsPerHour")
        #expect(refusal(calls, "clinic", at: 3) == nil)
        #expect(refusal(calls, "lab", at: 3599) == "policy.attemptsPerHour")
        // Calls that were refused do not count.
        for second in [3600.5, 3601.5, 3602.5] { #expect(refusal(calls, "lab", at: second) == nil) }
        #expect(refusal(calls, "lab", at: 3603) == "policy.attemptsPerHour")
    }
}
