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

    /// - Throws: `Failure` 66 or 65 for what is no such folder, 5 for one of another job or of other rows, 2 where its transcripts do not verify or the
    ///   table is not what the sessions wrote.
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
        guard verifies else { return }
        let isValid =
            study.job.kind == .several
            ? try Self.verifySeveral(path, study, site) : try Self.verifyPair(path, file, study, site)
        guard isValid else {
            throw Failure(
                .verificationFailed, "descriptionNotVerified",
                "the description in \(path) does not verify, or is not what its sessions wrote",
                hint: "moiety verify \(path)")
        }
    }

    private static func verifyPair(
        _ path: String, _ file: String, _ study: StudyFolder, _ site: SiteFolder?
    ) throws -> Bool {
        let transcripts = StudyFolder.transcripts(in: path, peers: study.results.peers)
        guard let transcript = transcripts.values.first else { throw noTranscript(path) }
        var options = try Verifier.Options(job: study.file, site: site)
        options.purpose = DescriptionProtocol().purpose
        let report = Verifier(folder: transcript, options: options).verify()
        return report.verdict == .valid && ResultChecks.isAsWritten(file) == true
    }

    /// With M05: the table is the one that the messages come to.
    private static func verifySeveral(_ path: String, _ study: StudyFolder, _ site: SiteFolder?) throws -> Bool {
        guard StudyFolder.transcripts(in: path, peers: study.results.peers).count == study.results.peers.count else {
            throw noTranscript(path)
        }
        var options = try Verifier.Options(job: study.file, site: site)
        options.purpose = JointDescriptionProtocol().purpose
        let report = try MeshVerification([path], options: options).run()
        return report.verdict == .valid && report.findings.contains { $0.check == .m05 && $0.status == .passed }
    }

    private static func noTranscript(_ path: String) -> Failure {
        Failure(
            .noInput, "noTranscript", "there is no transcript in \(path), or not all are there",
            hint: "put it back, or say --no-verify: the report then says that nothing was verified")
    }
}
