import Foundation
import Jobs
import Records
import TestSupport
import Testing
import Transcript
import Wire

@testable import Runner
@testable import Site

/// What the ledger leaves for one more run is said beforehand, or that nobody can tell.
@Suite struct LedgerOutlookTests {
    private let folder: TemporaryFolder
    private let site: SiteFolder
    private let file: JobFile

    init() throws {
        let made = try HospitalSite()
        (folder, site) = (made.folder, made.site)
        file = try JobFile(
            yaml: JobTemplate.severalText(parties: ["hospital", "lab", "registry"], family: .logistic))
    }

    private func checks() -> [StartCheck] {
        JointFitStart(file, isDraft: true, at: site, observer: Notebook()).checks
    }

    private func limit(_ budget: Budget, to limit: Int) throws {
        let text = try String(contentsOfFile: "\(site.path)/policy.yaml", encoding: .utf8)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.hasPrefix("\(budget.rawValue):") ? "\(budget.rawValue): \(limit)" : String($0)
        }
        _ = try folder.write("hospital/policy.yaml", lines.joined(separator: "\n"))
    }

    /// Each of two others may learn about as many people as the smallest cohort has.
    @Test func identifiersOfAllOthersAreNeeded() throws {
        let cohort = file.job.limits.minimumCohort
        for (budget, least) in [
            (Budget.identifiersPerPeer, cohort), (.identifiersInAll, 2 * cohort), (.modelsPerRowInAll, 2),
        ] {
            try limit(budget, to: least)
            #expect(!checks().contains { $0.name == budget.rule }, "\(budget)")
            try limit(budget, to: least - 1)
            let check = try #require(checks().first { $0.name == budget.rule }, "\(budget)")
            #expect(check.verdict == .failed && check.detail.contains("takes \(least) or more"), "\(check)")
            try limit(budget, to: least)
        }
    }

    /// What was spent counts.
    @Test func whatIsSpentIsNotLeft() throws {
        let (identity, cohort) = (try site.identity(), file.job.limits.minimumCohort)
        try limit(.identifiersInAll, to: 3 * cohort)
        func outlook() -> StartCheck? { checks().first { $0.name == Budget.identifiersInAll.rule } }
        #expect(outlook() == nil)
        let book = DisclosureBook(
            try site.ledger(signedBy: identity), budgets: try site.policy().budgets,
            peer: LedgerEntry.Peer(name: "clinic", key: String(repeating: "c", count: 64)), job: file.hash,
            purpose: JointFitProtocol().purpose, disclosure: .model, minimumDifference: 11)
        try book.open(set: Bytes32(hashing: [1]), identifiers: cohort + 1)
        let check = try #require(outlook())
        #expect(
            check.verdict == .warning && check.detail.hasPrefix("\(cohort + 1) of \(3 * cohort) are used"), "\(check)")
    }

    /// A ledger that cannot be read is no ledger with nothing in it.
    @Test func whatCannotBeReadIsSaid() throws {
        let outlook = LedgerOutlook(site: site, peers: ["lab"])
        #expect(!outlook.checks([(.modelsPerRow, 1)]).contains { $0.verdict == .failed })
        _ = try folder.write("hospital/policy.yaml", "policy: 1\nmodelsPerRow: many\n")
        #expect(outlook.checks([(.modelsPerRow, 1)]).contains { $0.verdict == .failed && $0.name == "ledger" })
    }
}
