import Foundation
public import Jobs
public import Wire

/// The approval of a job as a signed note: the site's identity signs the text form. `protocols/transcript.md` section 5.
extension Approval {
    /// The approval in a note that the site's identity signed.
    ///
    /// - Throws: `invalidApproval` when the text is not canonical or the signature is missing or somebody else's.
    public init(note encoded: String, signedBy key: VerifyingKey) throws(TranscriptError) {
        guard let note = try? SignedNote(encoded: encoded), let approval = try? Approval(text: note.text) else {
            throw .invalidApproval(party: "")
        }
        guard note.isSigned(as: approval.site, by: key) else { throw .invalidApproval(party: approval.site) }
        self = approval
    }

    public func signed(by key: SigningKey) throws(WireError) -> String {
        var note = try SignedNote(text: text)
        try note.sign(as: site, with: key)
        return note.encoded
    }

    /// Milliseconds of Unix time; `nil` for a day that no calendar has.
    var milliseconds: UInt64? {
        guard let date = ISO8601DateFormatter().date(from: time) else { return nil }
        return UInt64(max(0, date.timeIntervalSince1970 * 1000))
    }
}
