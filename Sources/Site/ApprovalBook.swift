import Foundation
package import Jobs
import Records
import Transcript
package import Wire

/// `approvals/`: for each job the signed note of a person's approval, and the job as it was approved.
package struct ApprovalBook: Sendable {
    package let folder: String

    /// - Throws: `Failure` 64 for a name or a meaning that is not one line of text.
    package static func approval(
        of file: JobFile, site: String, person: String, meaning: String
    ) throws -> Approval {
        do throws(DocumentError) {
            return try Approval(
                job: file.hash, site: site, person: person, time: Timestamp.now(),
                meaning: ([meaning] + [file.job.trust].compactMap(\.self)).joined(separator: "; "))
        } catch {
            throw Failure(.usage, "invalidApproval", "\(error)")
        }
    }

    package func approve(
        _ file: JobFile, person: String, meaning: String = Approval.standardMeaning, by identity: SiteIdentity
    ) throws -> Approval {
        let approval = try Self.approval(of: file, site: identity.name, person: person, meaning: meaning)
        let note = try approval.signed(by: identity.key)
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try AtomicFile.write(Array(file.yaml.utf8), to: jobFile(file.hash), replacing: true)
        try AtomicFile.write(Array(note.utf8), to: noteFile(file.hash), replacing: true)
        return approval
    }

    /// The signed note of this site's approval of a job.
    ///
    /// - Throws: `Failure` 4 when there is none; 77 when there is one that this site did not sign.
    package func note(of file: JobFile, by identity: SiteIdentity) throws -> String {
        guard FileManager.default.fileExists(atPath: noteFile(file.hash)) else { throw Self.notApproved(file.hash) }
        let text = try PrivateFile.readText(noteFile(file.hash))
        let approval = try? Approval(note: text, signedBy: identity.key.publicKey)
        guard let approval, approval.job == file.hash, approval.site == identity.name else {
            throw Failure(
                .permission, "invalidApproval",
                "\(noteFile(file.hash)) is not an approval of that job signed by this site")
        }
        return text
    }

    /// Whether a job of that hash was ever approved here.
    package func hasJob(_ hash: String) -> Bool { FileManager.default.fileExists(atPath: jobFile(hash)) }

    /// The job of that hash as it was approved.
    ///
    /// - Throws: `Failure` 4 when there is none.
    package func job(_ hash: String) throws -> JobFile {
        guard FileManager.default.fileExists(atPath: jobFile(hash)) else { throw Self.notApproved(hash) }
        return try JobFile(reading: jobFile(hash))
    }

    /// Which of the jobs approved here a greeting is about, and which of these purposes it has under it; `nil` when none.
    package func session(
        named hash: String, among purposes: [SessionPurpose]
    ) throws -> (job: Bytes32, purpose: SessionPurpose)? {
        guard let hash = Hex.decode(hash).flatMap({ Bytes32($0) }), FileManager.default.fileExists(atPath: folder)
        else { return nil }
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasSuffix(".yaml") {
            guard let job = Hex.decode(String(file.dropLast(5))).flatMap({ Bytes32($0) }) else { continue }
            if let purpose = purposes.first(named: hash, under: job) { return (job, purpose) }
        }
        return nil
    }

    private func noteFile(_ hash: String) -> String { "\(folder)/\(hash).txt" }
    private func jobFile(_ hash: String) -> String { "\(folder)/\(hash).yaml" }

    private static func notApproved(_ hash: String) -> Failure {
        Failure(
            .refusedByPolicy, "notApproved", "this site has not approved job \(hash.prefix(16))",
            hint: "read `moiety job explain`, then: moiety job approve JOB --site DIR --person 'NAME'")
    }
}
