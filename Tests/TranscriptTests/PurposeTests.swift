import Foundation
import Jobs
import ProtocolKit
import TestSupport
import Testing

@testable import Transcript
@testable import Wire

/// Sessions under a job that are not its fit.
@Suite struct PurposeTests {
    private func written(
        _ purpose: SessionPurpose, counts: [String: Int64] = ["rounds": 2], metrics: [String: Double]? = nil,
        _ change: (inout Forge) throws -> Void = { _ in }
    ) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        var forge = try Forge(for: purpose)
        try change(&forge)
        try forge.play()
        try forge.write(folder.path, counts: counts, metrics: metrics)
        return folder
    }

    /// Of a verifier that knows the toy protocol as what a purpose is for.
    private func options(_ known: SessionPurpose, isCounted: Bool = false) -> Verifier.Options {
        Verifier.Options(
            toys: { toy in
                let isCohort = toy.guards == .cohort
                toy.guardFacts = { job, counts in
                    isCohort
                        ? counts["rows"].map { GuardFacts(job: job, rows: Int($0)) } : GuardFacts(job: job, rows: 1)
                }
                guard toy.purpose != known else { return }
                toy.plan = { _ in ProtocolPlan([ProtocolPlan.Part(.opening, ofEach: ["hospital", "lab"])]) }
            }, leavingOut: isCounted ? [] : .counts)
    }

    @Test(arguments: [SessionPurpose.alignment, .count, .prediction])
    func itIsFoundAndDecidesWhatIsAsked(_ purpose: SessionPurpose) throws {
        let folder = try written(purpose)
        let report = verify(folder.path, options(purpose))
        #expect(outcomeName(report) == "VALID")
        let job = try Job(yaml: JobTemplate.text())
        #expect(report.summary?.purpose == purpose && report.summary?.jobHash == job.hash.hex)
        // Nobody takes it for the fit, and no guard of a fit is said to hold.
        let about = report.findings.first { $0.check == .t02 }
        #expect(about?.sentence.contains("not the job's own fit") == true)
        #expect(report.findings.first { $0.check == .t28 }?.status == .notEvaluated)
        // The plan of the job's own fit is not this session's.
        #expect(outcomeName(verify(folder.path, options(.fit))) == "T14 undeclaredMessage")
        #expect(outcomeName(verify(folder.path, options(purpose, isCounted: true))) == "T15 countMismatch")
        var asking = options(purpose)
        asking.jobHash = job.hash
        #expect(outcomeName(verify(folder.path, asking)) == "VALID")
        asking.jobHash = purpose.hash(of: job.hash)
        #expect(outcomeName(verify(folder.path, asking)) == "T02 otherJob")
        // What is asked for by name, and what the last line says.
        for wanted in SessionPurpose.toys {
            asking = options(purpose)
            asking.purpose = wanted
            #expect(outcomeName(verify(folder.path, asking)) == (wanted == purpose ? "VALID" : "T02 otherPurpose"))
        }
        #expect(report.text.hasSuffix("VALID (\(purpose.toy.phrase), no fit)\n"))
        let listing = try TranscriptListing(folder: folder.path)
        let agreed = listing.agreed(among: Verifier.Options.toy.registry)
        #expect(agreed?.protocol.purpose == purpose && agreed?.job == job)
        // A program that does not know such sessions says nothing of it.
        #expect(listing.agreed(among: SessionRegistry([SessionPurpose.fit.toy])) == nil)
    }

    /// Nothing checks a figure that a session does not come to.
    @Test func anOutcomeNamesItsOwnFiguresAndNoOthers() throws {
        for purpose in SessionPurpose.toys {
            let names = purpose.toy.counts
            let options = Verifier.Options(toys: { _ in })
            let exact = Dictionary(uniqueKeysWithValues: names.map { ($0, Int64(1)) })
            func signed(_ counts: [String: Int64], metrics: [String: Double]? = nil) throws -> String {
                let folder = try written(purpose, counts: counts, metrics: metrics)
                return outcomeName(verify(folder.path, options))
            }
            #expect(try signed(exact) == "VALID")
            for name in names {
                #expect(try signed(exact.filter { $0.key != name }) == "T15 countMismatch", "\(purpose) \(name)")
            }
            for name in ["rounds", "passes", "rounded"] where !names.contains(name) {
                #expect(
                    try signed(exact.merging([name: 1]) { $1 }) == "T15 countMismatch", "\(purpose) \(name)")
            }
            #expect(try signed(exact, metrics: ["auc": 0.9]) == (purpose == .fit ? "VALID" : "T15 countMismatch"))
        }
    }

    /// An alignment opens no less than the job allows, with or without a fit.
    @Test func aCohortBelowTheJobsLimitIsNamed() throws {
        let least = Int64(try Job(yaml: JobTemplate.text()).limits.minimumCohort)
        for purpose in [SessionPurpose.alignment, .prediction] {
            for storage in [PayloadStorage.full, .pruned] {
                let enough = try written(purpose, counts: ["rows": least]) { $0.storage = storage }
                let found = verify(enough.path, options(purpose)).findings.first { $0.check == .t28 }
                #expect(found?.status == .passed && found?.sentence.contains("signer") == (storage == .pruned))
                let few = try written(purpose, counts: ["rows": least - 1]) { $0.storage = storage }
                #expect(outcomeName(verify(few.path, options(purpose))) == "T28 limit-cohort")
            }
        }
        let count = try written(.count, counts: ["rounded": 0, "rounding": 1])
        #expect(
            verify(count.path, options(.count)).findings.first { $0.check == .t28 }?.status == .notEvaluated)
    }

    /// An alignment given out for the job's fit, by whoever may write files and by whoever may sign as well.
    @Test func oneIsNotPassedOffAsAnother() throws {
        let job = try Job(yaml: JobTemplate.text())
        let folder = try written(.alignment)
        let layout = TranscriptLayout(folder: folder.path)
        let parties = try PartiesFile(folder: folder.path)
        func renamed(_ hash: Bytes32) throws -> String {
            let description = SessionDescription(
                id: parties.session, jobHash: hash, local: parties.keeper,
                peer: parties.other(than: parties.keeper.name))
            try Data(try PartiesFile(description).encoded).write(to: URL(fileURLWithPath: layout.path("parties.bin")))
            return outcomeName(verify(folder.path))
        }
        #expect(try renamed(job.hash) == "T04 jobMismatch")
        #expect(try renamed(SessionPurpose.count.hash(of: job.hash)) == "T04 jobMismatch")
        #expect(try renamed(.zero) == "T02 jobHashMismatch")
        #expect(try renamed(SessionPurpose.alignment.hash(of: job.hash)) == "VALID")
        // The approval must be of the job, not of what is done under it.
        let approved = try written(.alignment) { $0.approvedJob = $0.agreed }
        #expect(outcomeName(verify(approved.path)) == "T03 approvalOfOtherJob")
    }

    @Test(.enabled(if: hasPython)) func theOtherVerifierKnowsThemToo() throws {
        for purpose in SessionPurpose.toys {
            let folder = try written(purpose, counts: SecondVerifierTests.counts(purpose)) { forge in
                // A count's is compared with the message.
                guard purpose == .count else { return }
                forge.alter = { _, draft in
                    guard draft.type == Number.type, draft.round == 1 else { return }
                    draft.type = MessageType(rawValue: 0x0114)
                    draft.payload = [UInt8](repeating: 0, count: 7) + [1]
                }
            }
            #expect(try SecondVerifierTests.second(folder.path, toys: true) == "VALID", "\(purpose)")
        }
    }
}
