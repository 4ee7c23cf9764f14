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
    let peer: StudyPeer?
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
    ///   - peer: of the same session.
    ///   - description: of the same job.
    ///   - site: the one that ran the job: its pinned identities, its policy and its budgets.
    /// - Throws: `Failure` 5 for results that do not belong together, 78 for another site, 66 where there is no transcript to verify.
    package init(
        _ study: StudyFolder, peer: StudyPeer?, description: StudyDescription? = nil, site: SiteFolder?, verifies: Bool
    ) throws {
        // What takes no time first.
        let merged = try Self.merged(study, peer)
        let budget = try site.map { try Self.budget(of: study, at: $0) }
        let verification =
            verifies ? try ReportVerification.verifying(study, against: peer?.transcript, site: site) : .skipped
        self.init(
            study, peer: peer, merged, budget: budget, description: description, verification: verification,
            at: Timestamp.now())
    }

    init(
        _ study: StudyFolder, peer: StudyPeer?, _ merged: MergedCoefficients, budget: BudgetReport?,
        description: StudyDescription? = nil, verification: ReportVerification, at time: String
    ) {
        self.study = study
        self.peer = peer
        self.budget = budget
        self.description = description
        self.verification = verification
        writtenAt = time
        untraced = merged.untraced
        let job = study.job
        let all = merged.sources.flatMap { source in
            (0..<source.table.rowCount).map { ReportedTerm(source, row: $0, job: job) }
        }
        terms = all.filter { $0.party == job.active.name } + all.filter { $0.party != job.active.name }
        gradients = study.transcript.flatMap { TrainingCourse.gradients(in: $0, of: job) }
    }

    static func merged(_ study: StudyFolder, _ peer: StudyPeer?) throws -> MergedCoefficients {
        try MergedCoefficients([study.coefficients] + [peer?.coefficients].compactMap(\.self))
    }

    private static func budget(of study: StudyFolder, at site: SiteFolder) throws -> BudgetReport {
        guard site.name == study.party else {
            throw Failure(
                .configuration, "otherSite", "these are \(study.party)'s results; the site is '\(site.name)'",
                hint: "each party makes its report with its own site")
        }
        return try BudgetReport(of: site, peers: [study.results.peer])
    }
}

/// How a training went, from its transcript.
enum TrainingCourse {
    /// - Returns: nil where the transcript does not keep what is needed.
    static func gradients(in transcript: String, of job: Job) -> OpenedGradients? {
        guard let listing = try? TranscriptListing(folder: transcript),
            let active = messages(from: job.active.name, listing),
            let passive = messages(from: job.passive.name, listing)
        else { return nil }
        return OpenedGradients(active: active, passive: passive) { TrainingPlan(job, rows: $0) }
    }

    private static func messages(from party: String, _ listing: TranscriptListing) -> OpenedGradients.Messages? {
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
