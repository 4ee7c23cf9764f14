package import Foundation
package import Jobs

/// What a ledger says of the approval of a job.
package enum ApprovalState: Sendable, Hashable {
    case none
    /// Digest of the signed note; nil in entries of the old form.
    case approved(note: String?)
    case revoked(time: String)
}

extension LedgerView {
    /// The latest word counts.
    package func approval(of job: String) -> ApprovalState {
        guard let last = entries.last(where: { $0.job == job && ($0.is(.jobApproved) || $0.is(.jobRevoked)) }) else {
            return .none
        }
        return last.is(.jobRevoked) ? .revoked(time: last.time) : .approved(note: last.details["note"])
    }

    /// Whether an approval whose note is on the disk still holds; `protocols/disclosure.md` 5.
    ///
    /// - Parameters:
    ///   - note: SHA-256 of the signed note, hexadecimal.
    ///   - days: until an approval expires.
    /// - Throws: `PolicyRefusal` under one of four names.
    package func checkApproval(
        _ approval: Approval, note: String, days: Int, at now: Date
    ) throws(PolicyRefusal) {
        let job = approval.job.prefix(16)
        func refusal(_ rule: String, _ message: String) -> PolicyRefusal {
            PolicyRefusal(
                rule: rule, message: message,
                remedy: "read `moiety job explain`, then: moiety job approve JOB --site DIR --person 'NAME'")
        }
        switch self.approval(of: approval.job) {
        case .revoked(let time): throw refusal("approvalRevoked", "the approval of job \(job) was revoked at \(time)")
        case .approved(nil): break
        case .approved(let known?) where known == note: break
        case .approved, .none:
            throw refusal(
                "approvalNotInLedger", "the approval of job \(job) is not the one that this site's ledger has")
        }
        guard let time = try? Date(approval.time, strategy: .iso8601) else {
            throw refusal("approvalExpired", "the approval of job \(job) has no time")
        }
        // Clocks that are set back by a little are no reason.
        guard time <= now.addingTimeInterval(300) else {
            throw refusal(
                "approvalFromFuture",
                "the approval of job \(job) is of \(approval.time), and it is \(now.formatted(.iso8601))")
        }
        guard now < time.addingTimeInterval(Double(days) * 86_400) else {
            throw refusal("approvalExpired", "the approval of job \(job) of \(approval.time) holds for \(days) days")
        }
    }
}
