import Foundation
import Jobs
import ProtocolKit
import Testing
import Wire

private struct Plain: SessionProtocol {
    var purpose: SessionPurpose
    var flow = ProtocolFlow.step(ProtocolStep("word", sender: "active", type: MessageType(rawValue: 0x0901)))

    var phrase: String { "a word" }
    var versions: [ProtocolVersion] { [ProtocolVersion(id: 9, version: 1)] }
    var descriptions: [ProtocolDescription] {
        [ProtocolDescription(name: "word", version: ProtocolVersion(id: 9, version: 1), flow: flow)]
    }
    var commitments: Set<String> { ["identifiers"] }
    var counts: Set<String> { ["rows"] }
    var disclosure: Disclosure { [] }
    var phases: [LeakagePhase] { [.session] }

    func plan(for job: Job) -> ProtocolPlan {
        ProtocolPlan([.init(descriptions[0], parties: ["active": job.active.name, "passive": job.passive.name])])
    }
    func inspectors(for job: Job, in session: InspectedSession) throws -> [any PayloadInspector] { [] }
}

@Suite struct RegistryDocumentTests {
    private func encoded(_ protocols: [any SessionProtocol]) throws -> [UInt8] {
        let job = try Job(yaml: JobTemplate.text())
        return try RegistryDocument(SessionRegistry(protocols), jobs: [("any", job)]).encoded()
    }

    /// Parties are named by their roles, so that the document is of no job in particular.
    @Test func itSaysWhoSendsWhat() throws {
        let bytes = try encoded([Plain(purpose: .fit)])
        let document = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        let purposes = try #require(document["purposes"] as? [[String: Any]])
        #expect(purposes.map { $0["purpose"] as? String } == ["fit"])
        let plans = try #require(purposes[0]["plans"] as? [String: [[[String: Any]]]])
        #expect(plans["any"]?[0][0]["roles"] as? [String: String] == ["active": "active", "passive": "passive"])
        let word = try #require((document["protocols"] as? [String: [String: Any]])?["word"])
        #expect(word["step"] as? Int == 0x0901 && word["from"] as? String == "active")
        #expect(try encoded([Plain(purpose: .fit)]) == bytes)
    }

    @Test func twoFlowsOfOneNameAreRefused() throws {
        let other = Plain(purpose: SessionPurpose("other"), flow: .sequence([]))
        #expect(throws: RegistryDocumentError.oneNameTwice("word")) { try encoded([Plain(purpose: .fit), other]) }
    }

    /// An outcome that does not count rows says nothing that a guard could be asked with.
    @Test func guardsAreAskedAboutTheCohort() throws {
        let (plain, job) = (Plain(purpose: .fit), try Job(yaml: JobTemplate.text()))
        #expect(plain.guards == .cohort && plain.guardFacts(for: job, counts: ["rows": 70])?.rows == 70)
        #expect(plain.guardFacts(for: job, counts: [:]) == nil)
        #expect(plain.notTheJob == nil)
        let other = Plain(purpose: SessionPurpose("other"))
        #expect(other.notTheJob == "This session was a word under the job, not the job's own fit.")
    }
}
