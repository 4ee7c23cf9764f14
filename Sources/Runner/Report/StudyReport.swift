import Foundation
import Jobs
import ProtocolKit
import Records
package import Site
import SplitRegression
import Transcript

/// A fit as one page for people who were not there: what was done, what came out, whether it verifies. It holds no row, no
/// identifier and no score of a person.
package struct StudyReport: Sendable {
    let study: StudyFolder
    /// In the job's order, those that handed over their part.
    let peers: [StudyPeer]
    package let verification: ReportVerification
    let budget: BudgetReport?
    /// Table 1, where it was given.
    let description: StudyDescription?
    let gradients: OpenedGradients?
    /// The active party's first.
    let terms: [ReportedTerm]
    /// UTC, ISO 8601.
    let writtenAt: String
    /// Files of which nothing at hand says that they are of the same fit as the others.
    package let untraced: [String]

    var job: Job { study.job }
    var results: JobReport { study.results }
    var family: ModelFamily { job.model.family }

    /// Reads, and verifies the transcript if that is wanted.
    ///
    /// - Parameters:
    ///   - peers: of the same session, or sessions.
    ///   - description: of the same job.
    ///   - site: the one that ran the job: its pinned identities, its policy and its budgets.
    /// - Throws: `Failure` 5 for results that do not belong together, 78 for another site, 66 where there is no transcript to verify.
    package init(
        _ study: StudyFolder, peers: [StudyPeer], description: StudyDescription? = nil, site: SiteFolder?,
        verifies: Bool
    ) throws {
        // What takes no time first.
        let merged = try Self.merged(study, peers)
        let budget = try site.map { try Self.budget(of: study, at: $0) }
        let verification =
            verifies ? try ReportVerification.verifying(study, against: peers, site: site) : .skipped
        self.init(
            study, peers: peers, merged, budget: budget, description: description, verification: verification,
            at: Timestamp.now())
    }

    init(
        _ study: StudyFolder, peers: [StudyPeer], _ merged: MergedCoefficients, budget: BudgetReport?,
        description: StudyDescription? = nil, verification: ReportVerification, at time: String
    ) {
        self.study = study
        self.peers = study.results.peers.flatMap { name in peers.filter { $0.name == name } }
        self.budget = budget
        self.description = description
        self.verification = verification
        writtenAt = time
        untraced = merged.untraced
        let job = study.job
        terms = merged.sources.flatMap { source in
            (0..<source.table.rowCount).map { ReportedTerm(source, row: $0, job: job) }
        }
        gradients = TrainingCourse.gradients(of: study)
    }

    private static func merged(_ study: StudyFolder, _ peers: [StudyPeer]) throws -> MergedCoefficients {
        try MergedCoefficients([study.coefficients] + peers.map(\.coefficients))
    }

    /// Parties whose part is not in this report.
    var missing: [String] { results.peers.filter { name in !peers.contains { $0.name == name } } }

    /// After a number of people.
    var inTables: String { results.peers.count == 1 ? "in both tables" : "in all tables" }

    private static func budget(of study: StudyFolder, at site: SiteFolder) throws -> BudgetReport {
        guard site.name == study.party else {
            throw Failure(
                .configuration, "otherSite", "these are \(study.party)'s results; the site is '\(site.name)'",
                hint: "each party makes its report with its own site")
        }
        return try BudgetReport(of: site, peers: study.results.peers)
    }
}

/// How a training went, from its transcript.
enum TrainingCourse {
    /// - Returns: nil where the transcripts do not keep what is needed.
    static func gradients(of study: StudyFolder) -> OpenedGradients? {
        let job = study.job
        guard let active = messages(from: job.active.name, study), let passive = messages(from: job.sharing.name, study)
        else { return nil }
        return OpenedGradients(active: active, passive: passive) { TrainingPlan(job, rows: $0) }
    }

    /// One holder's: own ones from the session with the other, those of another from the session with it.
    private static func messages(from party: String, _ study: StudyFolder) -> OpenedGradients.Messages? {
        let holders = [study.job.active.name, study.job.sharing.name]
        let peer = party == study.party ? holders.first { $0 != party } : party
        guard let transcript = peer.flatMap({ study.transcripts[$0] }),
            let listing = try? TranscriptListing(folder: transcript)
        else { return nil }
        var found = OpenedGradients.Messages()
        do {
            try listing.forEachRecord(from: party) { item in
                found.take(item.record, payload: item.payload)
                return true
            }
        } catch {
            return nil
        }
        return found
    }
}
