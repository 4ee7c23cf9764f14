import Foundation
import Jobs
import Wire

/// A person's word that this site may run a job: printed name, time, meaning, bound to the job's hash by the site's
/// signature.
struct Approval: Codable, Sendable, Equatable {
    let job: String
    let site: String
    let person: String
    let time: String
    let meaning: String

    static let header = "moiety/approval/v1"
    static let standardMeaning = "approved to run at this site"

    /// The text that is signed, one field a line.
    var noteText: String {
        """
        \(Self.header)
        job \(job)
        site \(site)
        person \(person)
        time \(time)
        meaning \(meaning)

        """
    }

    init(job: String, site: String, person: String, time: String, meaning: String) throws {
        for text in [person, meaning] {
            guard !text.isEmpty, text.utf8.count <= 200, !text.unicodeScalars.contains(where: { $0.value < 0x20 })
            else {
                throw Failure(.usage, "invalidApproval", "name and meaning are one line of 1 to 200 bytes each")
            }
        }
        self.job = job
        self.site = site
        self.person = person
        self.time = time
        self.meaning = meaning
    }

    /// - Returns: nil unless the text is exactly what `noteText` writes.
    init?(noteText: String) {
        var fields: [String] = []
        let labels = ["job", "site", "person", "time", "meaning"]
        let lines = noteText.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.count == labels.count + 2, lines[0] == Self.header, lines.last == "" else { return nil }
        for (label, line) in zip(labels, lines.dropFirst()) {
            guard line.hasPrefix(label + " ") else { return nil }
            fields.append(String(line.dropFirst(label.count + 1)))
        }
        job = fields[0]
        site = fields[1]
        person = fields[2]
        time = fields[3]
        meaning = fields[4]
    }
}

/// `approvals/`: for each job the signed note, and the job as it was approved.
struct ApprovalBook: Sendable {
    let folder: String

    func approve(
        _ file: JobFile, person: String, meaning: String, by identity: SiteIdentity
    ) throws -> Approval {
        let approval = try Approval(
            job: file.hash, site: identity.name, person: person, time: Timestamp.now(), meaning: meaning)
        let note = try SignedNote(signing: approval.noteText, by: identity)
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try PrivateFile.replace(jobFile(file.hash), with: file.yaml)
        try PrivateFile.replace(noteFile(file.hash), with: note.noteText)
        return approval
    }

    /// The approval of a job with its note.
    ///
    /// - Throws: `Failure` 4 when there is none; 77 when there is one that this site did not sign.
    func approval(of hash: String, by identity: SiteIdentity) throws -> (approval: Approval, note: String) {
        guard FileManager.default.fileExists(atPath: noteFile(hash)) else {
            throw Failure(
                .refusedByPolicy, "notApproved", "this site has not approved job \(hash.prefix(16))",
                hint: "read `moiety job explain`, then: moiety job approve JOB --site DIR --person 'NAME'")
        }
        let text = try PrivateFile.readText(noteFile(hash))
        let note = try SignedNote(parsing: text)
        guard note.isSigned(by: identity.name, key: identity.key.publicKey),
            let approval = Approval(noteText: note.text),
            approval.job == hash, approval.site == identity.name
        else {
            throw Failure(
                .permission, "invalidApproval", "\(noteFile(hash)) is not an approval of that job signed by this site")
        }
        return (approval, text)
    }

    /// Jobs with an approval, oldest first.
    func approvedJobs() throws -> [JobFile] {
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".yaml") }.sorted().map { try JobFile(reading: "\(folder)/\($0)") }
    }

    func noteFile(_ hash: String) -> String { "\(folder)/\(hash).txt" }
    func jobFile(_ hash: String) -> String { "\(folder)/\(hash).yaml" }
}
