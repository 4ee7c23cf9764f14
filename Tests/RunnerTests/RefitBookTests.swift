import Foundation
import PrivateSetIntersection
import Records
import TestSupport
import Testing
import Transcript
import Wire

@testable import Jobs
@testable import Runner
@testable import Site

/// A fit without a lost party at one site: what it must be derived from, what its books ask, who is named as lost.
@Suite struct RefitBookTests {
    private let folder: TemporaryFolder
    private let site: SiteFolder
    private let file: JobFile

    init() throws {
        let made = try HospitalSite()
        (folder, site) = (made.folder, made.site)
        let text = JobTemplate.severalText(parties: ["hospital", "lab", "registry"], family: .logistic)
        file = try JobFile(yaml: text.replacing("moiety: 12", with: "moiety: 13\nwithoutLost: refit"))
    }

    /// A job as it was derived, with a change.
    private func left(_ change: (String) -> String = { $0 }) throws -> JobFile {
        try JobFile(yaml: change(try #require(DerivedJobText(file.job.without("registry"))?.text)))
    }

    private func code(_ body: () throws -> Void) -> String? {
        do { try body() } catch { return Failure(describing: error).code }
        return nil
    }

    @Test func whatIsNotLeftOfAnApprovedJobIsNeitherApprovedNorRun() throws {
        let identity = try site.identity()
        let ledger = try site.ledger(signedBy: identity)
        let (right, wrong) = (try left(), try left { $0.replacing("maxPasses: 30", with: "maxPasses: 29") })
        // Nothing to compare with: it is approved as any other job, and a person is told.
        #expect(try !site.checkDerivation(of: wrong))
        _ = try site.approve(wrong, person: "Ada", by: identity)
        _ = try site.heldApproval(of: wrong, by: identity, in: ledger)
        // The job that it names is known here from now on.
        _ = try site.approve(file, person: "Ada", by: identity)
        #expect(code { _ = try site.heldApproval(of: wrong, by: identity, in: ledger) } == "derivationDiffers")
        #expect(code { _ = try site.approve(wrong, person: "Ada", by: identity) } == "derivationDiffers")
        #expect(try site.checkDerivation(of: right))
        _ = try site.approve(right, person: "Ada", by: identity)
        _ = try site.heldApproval(of: right, by: identity, in: ledger)
        // Another file under the job's name is not that job.
        try Data(right.yaml.utf8).write(to: URL(fileURLWithPath: "\(site.approvals.folder)/\(file.hash).yaml"))
        #expect(code { _ = try site.heldApproval(of: right, by: identity, in: ledger) } == "invalidApproval")
    }

    /// An approval of the job before holds for nothing: whoever is left signs the one that is left.
    @Test func theApprovalOfTheFirstJobIsNone() throws {
        let identity = try site.identity()
        _ = try site.approve(file, person: "Ada", by: identity)
        let ledger = try site.ledger(signedBy: identity)
        let right = try left()
        #expect(code { _ = try site.heldApproval(of: right, by: identity, in: ledger) } == "notApproved")
    }

    private func rows(_ people: Range<Int>) throws -> AlignedRows {
        let lines = people.map { "P\($0 + 100),\($0 % 2),\(20 + $0 % 50)\n" }
        let job = try Job(yaml: SmallJob.rows)
        return try PartyTable(
            job, party: job.parties[0], csv: folder.write("t.csv", "id,outcome,age\n" + lines.joined()), delimiter: nil,
            missing: .standard
        ).pooledRows()
    }

    private func book(_ job: JobFile, _ purpose: SessionPurpose) throws -> CohortBook {
        let identity = try site.identity()
        return CohortBook(
            DisclosureBook(
                try site.ledger(signedBy: identity), budgets: try Policy(yaml: "policy: 1\n").budgets,
                peer: LedgerEntry.Peer(name: "lab", key: String(repeating: "a", count: 64)), job: job.hash,
                purpose: purpose, disclosure: .model, minimumDifference: job.job.limits.minimumCell), of: identity)
    }

    /// The people of the fit without the registry are those of the first one and a few more: the difference would be theirs.
    @Test func aCohortThatDiffersByAFewPeopleIsRefusedAsInAnyJob() throws {
        let right = try left()
        try book(file, JointFitProtocol().purpose).open(try rows(0..<60))
        for people in [0..<61, 0..<70, 2..<65] {
            #expect(code { try book(right, .fit).check(rows(people)) } == "cohortDifference", "\(people)")
            #expect(code { try book(right, .fit).open(rows(people)) } == "cohortDifference", "\(people)")
        }
        for people in [0..<60, 0..<71] { #expect(code { try book(right, .fit).check(rows(people)) } == nil) }
    }

    @Test func whoIsNamedAsLost() throws {
        func lost(_ error: any Error, at own: String = "lab") -> LostParties? {
            LostParties(error, in: file.job, at: own)
        }
        let broken = WireError.connectionLost(peer: "registry")
        #expect(lost(broken)?.names == ["registry"] && lost(broken)?.witness == nil)
        #expect(lost(broken)?.abortReason == AbortReason(.transport, "partyLost.registry"))
        #expect(lost(MultipartyError.ended(by: "registry", reason: broken))?.names == ["registry"])
        // A party that is there and says whom it lost is not taken for that one.
        let told = WireError.peerAborted(peer: "hospital", reason: .lost(["registry"]))
        for error in [told, MultipartyError.ended(by: "hospital", reason: told)] as [any Error] {
            let found = try #require(lost(error))
            #expect(found.names == ["registry"] && found.witness == "hospital")
            let failure = found.failure(in: file.job)
            #expect(failure.code == "partyLost" && failure.status == .peerUnreachable)
            #expect(failure.message.contains("registry is lost: hospital says so"))
            #expect(failure.hint?.contains("moiety job without registry JOB.yaml") == true)
        }
        // What it says is checked: it names parties of the job other than this one, or nobody.
        for name in ["lab", "nobody", ""] {
            #expect(lost(WireError.peerAborted(peer: "hospital", reason: .lost([name]))) == nil)
        }
        // Who ends in order is there.
        #expect(lost(WireError.peerAborted(peer: "registry", reason: AbortReason(.refusal, "siteRefuses"))) == nil)
        #expect(lost(MultipartyError.announcementRefused) == nil)
        // Without the active party there is nothing to fit, and not every job allows it.
        #expect(
            lost(WireError.connectionLost(peer: "hospital"))?.failure(in: file.job).hint?.contains("without") == false)
        let plain = try Job(yaml: JobTemplate.severalText(parties: ["hospital", "lab", "registry"], family: .logistic))
        #expect(LostParties(told, in: plain, at: "lab")?.failure(in: plain).hint?.contains("without") == false)
        // With two parties it is as it was.
        #expect(LostParties(broken, in: try file.job.without("lab"), at: "hospital") == nil)
    }

    @Test func namesOfTheLostFitIntoAReason() {
        let many = (0..<8).map { "party-\($0)-of-a-long-name" }
        #expect(AbortReason.lost(many).lostParties == Array(many.prefix(2)))
        #expect(AbortReason.lost(["a", "b-c"]).lostParties == ["a", "b-c"])
        #expect(AbortReason(.transport, "connectionLost").lostParties.isEmpty)
    }
}
