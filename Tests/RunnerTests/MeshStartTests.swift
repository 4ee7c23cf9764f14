import Jobs
import SecureSums
import Testing
import Wire

@testable import Runner

/// What a job split by rows shows before it runs, and which losses a site waits for.
@Suite struct MeshStartTests {
    /// Two coefficients: six numbers a pass, against two sites of fifty rows with two values each.
    @Test func passesOpenNoMoreNumbersThanTwoSitesHold() throws {
        func job(_ more: String) throws -> Job {
            try Job(yaml: SmallJob.rows.replacing("model: {family: logistic}", with: more))
        }
        #expect(MeshStart.check(try job("model: {family: logistic}")).verdict == .ok)
        #expect(MeshStart.check(try job("model: {family: logistic, maxPasses: 33}")).verdict == .ok)
        let many = MeshStart.check(try job("model: {family: logistic, maxPasses: 34}"))
        #expect(many.verdict == .failed && many.detail.contains("204 numbers"), "\(many)")
        let more = "model: {family: logistic, maxPasses: 34}\nlimits: {minimumCohort: 51}"
        #expect(MeshStart.check(try job(more)).verdict == .ok)
        // Further points of a linear model open nothing new.
        #expect(MeshStart.check(try job("model: {family: linear, maxPasses: 99}")).verdict == .ok)
    }

    @Test func aSiteThatComesBackAmidTheSetUpIsWaitedFor() throws {
        let mismatch = SumError.meshMismatch(site: "east", other: "south")
        #expect(MeshLoss(mismatch)?.sentence.contains("east and south do not say the same") == true)
        func lost(_ reason: WireError) -> MeshLoss? {
            MeshLoss(SumError.lostInSetup([.init(site: "east", reason: reason)]))
        }
        #expect(lost(.peerAborted(peer: "east", reason: AbortReason(.disagreement, mismatch.name))) != nil)
        #expect(lost(.peerAborted(peer: "east", reason: AbortReason(.refusal, "pointTooSharp"))) == nil)
        #expect(lost(.jobMismatch(peer: "east")) == nil)
        #expect(MeshLoss(SumError.violation(site: "east", name: "accordRefused")) == nil)
    }
}
