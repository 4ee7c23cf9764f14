import Foundation
import Jobs
package import Site
import SplitRegression
import Transcript

/// What `moiety describe` left under the job that a report is of: the table that the study begins with.
package struct StudyDescription: Sendable {
    package let path: String
    let table: DescriptionTable
    /// Whether its transcript was verified, and the table is what its session wrote.
    let isVerified: Bool

    /// - Throws: `Failure` 66 or 65 for what is no such folder, 5 for one of another job or of other rows, 2 where its transcript does not verify or the
    ///   table is not what the session wrote.
    package init(reading path: String, of study: StudyFolder, site: SiteFolder?, verifies: Bool) throws {
        self.path = path
        let file = "\(path)/\(DescriptionFiles.json)"
        guard FileManager.default.fileExists(atPath: file) else {
            throw Failure(
                .noInput, "descriptionMissing", "\(path) has no \(DescriptionFiles.json)",
                hint: "give the folder that `moiety describe` wrote")
        }
        do {
            table = try JSONDecoder().decode(
                DescriptionTable.self, from: Data(PrivateFile.readBytes(file, limit: 1 << 26)))
        } catch is DecodingError {
            throw Failure(.badData, "invalidDescription", "\(file) is not what `moiety describe` writes")
        }
        let job = try JobFile(reading: "\(path)/job.yaml")
        guard job.hash == study.file.hash else {
            throw Failure(
                .peersDisagree, "otherJob", "\(path) describes the rows of another job than \(study.path)",
                hint: "run `moiety describe` under this job")
        }
        guard table.rows == study.results.alignment.aligned else {
            throw Failure(
                .peersDisagree, "otherRows",
                "\(path) describes \(table.rows) rows, and \(study.results.alignment.aligned) were common in \(study.path)",
                hint: "describe the rows of this fit: run `moiety describe` again")
        }
        isVerified = verifies
        if verifies { try Self.verify(path, file, study.file, site) }
    }

    private static func verify(_ path: String, _ file: String, _ job: JobFile, _ site: SiteFolder?) throws {
        guard let transcript = StudyFolder.transcripts(in: path, peers: [job.job.passive.name]).values.first else {
            throw Failure(
                .noInput, "noTranscript", "there is no transcript in \(path)",
                hint: "put it back, or say --no-verify: the report then says that nothing was verified")
        }
        var options = try Verifier.Options(job: job, site: site)
        options.purpose = DescriptionProtocol().purpose
        let report = Verifier(folder: transcript, options: options).verify()
        guard report.verdict == .valid, ResultChecks.isAsWritten(file) == true else {
            throw Failure(
                .verificationFailed, "descriptionNotVerified",
                "the description in \(path) does not verify, or is not what its session wrote",
                hint: "moiety verify \(path)")
        }
    }
}
