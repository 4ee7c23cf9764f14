import Foundation
public import Wire

/// A person's word that a site may run a job: a signed note whose text has a header and five fields, a line each.
/// `protocols/transcript.md` section 5.
public struct Approval: Sendable, Hashable {
    static let header = "moiety/approval/v1"
    private static let labels = ["job", "site", "person", "time", "meaning"]

    public let jobHash: Bytes32
    public let site: String
    public let person: String
    /// UTC, ISO 8601 with seconds: `2026-11-21T08:00:00Z`.
    public let time: String
    public let meaning: String

    public init(jobHash: Bytes32, site: String, person: String, time: String, meaning: String) {
        self.jobHash = jobHash
        self.site = site
        self.person = person
        self.time = time
        self.meaning = meaning
    }

    public var noteText: String {
        let values = [jobHash.hex, site, person, time, meaning]
        return Self.header + "\n" + zip(Self.labels, values).map { "\($0) \($1)\n" }.joined()
    }

    /// Strict: exactly what `noteText` writes.
    public init(noteText: String) throws(TranscriptError) {
        let lines = noteText.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var values: [String] = []
        guard lines.count == Self.labels.count + 2, lines.first == Self.header, lines.last == "" else {
            throw .invalidApproval(party: "")
        }
        for (label, line) in zip(Self.labels, lines.dropFirst()) {
            guard line.hasPrefix(label + " ") else { throw .invalidApproval(party: "") }
            values.append(String(line.dropFirst(label.count + 1)))
        }
        guard let hash = Bytes32(hex: values[0]), Self.parser.date(from: values[3]) != nil else {
            throw .invalidApproval(party: values[1])
        }
        self.init(jobHash: hash, site: values[1], person: values[2], time: values[3], meaning: values[4])
    }

    /// The approval in a note that the site's identity signed.
    public init(note encoded: String, signedBy key: VerifyingKey) throws(TranscriptError) {
        guard let note = try? SignedNote(encoded: encoded) else { throw .invalidApproval(party: "") }
        try self.init(noteText: note.text)
        guard note.isSigned(as: site, by: key) else { throw .invalidApproval(party: site) }
    }

    public func signed(by key: SigningKey) throws(WireError) -> String {
        var note = try SignedNote(text: noteText)
        try note.sign(as: site, with: key)
        return note.encoded
    }

    /// Milliseconds of Unix time.
    var milliseconds: UInt64 {
        UInt64(max(0, (Self.parser.date(from: time)?.timeIntervalSince1970 ?? 0) * 1000))
    }

    private static var parser: ISO8601DateFormatter { ISO8601DateFormatter() }
}
