import Jobs
import SecureSums
import Site
import TestSupport
import Testing
import Wire

@testable import PooledRegression
@testable import Runner

/// What a job split by rows shows before it runs, and which losses a site waits for.
@Suite struct PooledStartTests {
    /// Two coefficients: six numbers a pass, against two sites of fifty rows with two values each.
    @Test func passesOpenNoMoreNumbersThanTwoSitesHold() throws {
        func job(_ more: String) throws -> Job {
            try Job(yaml: SmallJob.rows.replacing("model: {family: logistic}", with: more))
        }
        #expect(PooledStart.check(try job("model: {family: logistic}")).verdict == .ok)
        #expect(PooledStart.check(try job("model: {family: logistic, maxPasses: 33}")).verdict == .ok)
        let many = PooledStart.check(try job("model: {family: logistic, maxPasses: 34}"))
        #expect(many.verdict == .failed && many.detail.contains("204 numbers"), "\(many)")
        let more = "model: {family: logistic, maxPasses: 34}\nlimits: {minimumCohort: 51}"
        #expect(PooledStart.check(try job(more)).verdict == .ok)
        // Further points of a linear model open nothing new.
        #expect(PooledStart.check(try job("model: {family: linear, maxPasses: 99}")).verdict == .ok)
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
        // Amid the rounds, or with other terms, nobody comes back.
        #expect(MeshLoss(SumError.otherMesh(site: "east", other: "south")) == nil)
        #expect(MeshLoss(SumError.violation(site: "east", name: "accordRefused")) == nil)
    }

    /// A site that names another session in each set-up does not keep the others for ever.
    @Test func mismatchesAreTriedAgainAFewTimesOnly() throws {
        let mismatch = try #require(MeshLoss(SumError.meshMismatch(site: "east", other: "south")))
        let told = try #require(
            MeshLoss(
                SumError.lostInSetup([
                    .init(
                        site: "east",
                        reason: .peerAborted(peer: "east", reason: AbortReason(.disagreement, "meshMismatch")))
                ])))
        let loss = try #require(
            MeshLoss(SumError.suspended([.init(site: "east", reason: .timeout(peer: "east", waitingFor: "SumVector"))]))
        )
        #expect(mismatch.isMismatch && told.isMismatch && !loss.isMismatch)
        let now = ContinuousClock.now
        var bound = MismatchBound(within: .seconds(100))
        let first = [mismatch, loss, told, loss, mismatch].map { bound.allows(another: $0, opened: 0, at: now) }
        #expect(first.allSatisfy { $0 })
        var other = bound
        let fourth = bound.allows(another: mismatch, opened: 0, at: now)
        #expect(!fourth)
        // A sum that was opened since begins anew.
        let later = [0, 99, 101].map { other.allows(another: told, opened: 1, at: now + .seconds($0)) }
        #expect(later == [true, true, false])
    }

    /// A site that deviates can bring the last sums to where a root or a logarithm does not exist.
    @Test func resultsWithoutSomeNumbersAreRead() throws {
        let term = PooledTerm(
            term: "age", estimate: 0.5, standardized: 1, standardError: .nan, statistic: .nan, pValue: .nan,
            confLow: -.infinity, confHigh: .infinity, robustError: nil, mean: 50, sd: 9)
        let summary = PooledSummary(
            family: "logistic", n: 300, parameters: 1, sites: ["north", "east", "south"], rounds: 5, iterations: 3,
            logLikelihood: .nan, aic: .nan, bic: .nan)
        let outcome = PooledOutcome(terms: [term], summary: summary, covariance: [.nan])
        let result = PooledResult(answer: .fit(outcome), mesh: .zero)
        let report = PooledReport(try JobFile(yaml: SmallJob.rows), result)
        let folder = try TemporaryFolder()
        _ = try folder.write(MeshFolder.result, String(decoding: try ResultFiles.json(report), as: UTF8.self))
        guard case .report(let read) = PooledFollowing.Result(in: folder.path) else {
            Issue.record("does not read")
            return
        }
        #expect(read.lost.isEmpty && read.outcome?.terms[0].standardError.isNaN == true)
        #expect(try read.answer?.json() == ResultFiles.json(outcome))
    }

    @Test func aResultThatDoesNotReadIsNotOneThatIsMissing() throws {
        let folder = try TemporaryFolder()
        guard case .missing = PooledFollowing.Result(in: folder.path) else {
            Issue.record("nothing is there")
            return
        }
        _ = try folder.write(MeshFolder.result, "{}")
        guard case .unreadable = PooledFollowing.Result(in: folder.path) else {
            Issue.record("reads")
            return
        }
    }
}
