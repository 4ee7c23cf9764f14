import Jobs
import ProtocolKit

@testable import Transcript
@testable import Wire

/// A session protocol made up by a test: each part as the test wants it.
struct ToyProtocol: SessionProtocol {
    var purpose = SessionPurpose.fit
    var phrase = "a toy"
    var commitments: Set<String> = ["identifiers", "rows"]
    var counts: Set<String> = ["rounds"]
    var hasMetrics = true
    var guards = GuardScope.all
    var plan: @Sendable (Job) -> ProtocolPlan = { _ in toyPlan }
    var inspectors: @Sendable (Job, InspectedSession) throws -> [any PayloadInspector] = { _, _ in [] }
    var guardFacts: @Sendable (Job, [String: Int64]) -> GuardFacts? = { _, _ in nil }

    var versions: [ProtocolVersion] { [ProtocolVersion(id: 9, version: 1)] }
    var descriptions: [ProtocolDescription] { [] }
    var disclosure: Disclosure { [] }
    var phases: [LeakagePhase] { [] }

    func plan(for job: Job) -> ProtocolPlan { plan(job) }
    func guardFacts(for job: Job, counts: [String: Int64]) -> GuardFacts? { guardFacts(job, counts) }

    func inspectors(for job: Job, in session: InspectedSession) throws -> [any PayloadInspector] {
        try inspectors(job, session)
    }
}

extension SessionPurpose {
    static let alignment = SessionPurpose("alignment")
    static let count = SessionPurpose("count")
    static let prediction = SessionPurpose("prediction")
    static let toys: [SessionPurpose] = [.fit, .alignment, .count, .prediction]

    /// What a session of it commits to and counts, as the program's own does.
    var toy: ToyProtocol {
        var toy = ToyProtocol(purpose: self, phrase: self == .count ? "a count" : "a session of a toy")
        toy.hasMetrics = self == .fit
        toy.guards = self == .fit ? .all : .cohort
        switch self {
        case .fit: toy.counts = ["rows", "fitted", "passes", "parameters", "converged"]
        case .count: toy.counts = ["rounded", "rounding"]
        default: toy.counts = ["rows"]
        }
        if self == .alignment || self == .count { toy.commitments = ["identifiers"] }
        if self == .prediction { toy.commitments.insert("model") }
        return toy
    }
}

extension Verifier.Options {
    /// Of a verifier that knows toys of all purposes, all changed in one way.
    init(toys change: (inout ToyProtocol) -> Void = { _ in }, leavingOut parts: Verifier.Parts = []) {
        self.init(
            registry: SessionRegistry(
                SessionPurpose.toys.map { purpose in
                    var toy = purpose.toy
                    change(&toy)
                    return toy
                }))
        self.parts.subtract(parts)
    }

    /// Of a verifier that knows the toy protocol. What an outcome counts is the test's own.
    static var toy: Verifier.Options { toy { _ in } }

    static func toy(_ change: (inout ToyProtocol) -> Void) -> Verifier.Options {
        Verifier.Options(toys: change, leavingOut: .counts)
    }

    /// The same without its plan, so that a test sees what other checks find.
    static var withoutPlan: Verifier.Options { Verifier.Options(leavingOut: [.counts, .plan]) }
}
