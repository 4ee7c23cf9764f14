import Jobs
import PrivateSetIntersection
import SplitRegression
import Transcript
import Wire

/// What an auditor finds alike in every kind of session that can be opened: A01 and A04.
struct AuditFindings: Sendable {
    typealias Finding = VerificationReport.Finding

    /// The party that opened its secrets.
    let party: String

    /// A01: R01, R02 and R03 of the opened party.
    func followed(_ replayed: [Finding]) -> Finding {
        if let failure = replayed.first(where: { $0.status == .failed }) {
            return Finding(
                check: .a01, status: .failed, error: failure.error, record: failure.record,
                sentence: "\(party) [\(failure.check.rawValue)]: \(failure.sentence)")
        }
        let unsigned = replayed.contains { $0.check == .r03 && $0.status == .notEvaluated }
        return Finding(
            check: .a01, status: .passed,
            sentence: Check.a01.sentence + (unsigned ? " Its result is not in this copy." : ""))
    }

    /// Where messages were kept by hash: whether the opened inputs are those committed to, and the keys; no more.
    func findings(
        of committed: Finding, keys: [SessionReplay.Key], without hindrance: String
    ) -> [Finding] {
        let first =
            committed.status == .failed ? [followed([committed])] : Finding.notEvaluated([.a01], hindrance)
        return first + [self.keys(keys)] + Finding.notEvaluated([.a05, .a06, .a07], hindrance)
    }

    func keys(_ keys: [SessionReplay.Key]) -> Finding {
        guard !keys.isEmpty else {
            return Finding(check: .a04, status: .notEvaluated, sentence: "Not evaluated: \(party) sent no key.")
        }
        if let bad = keys.first(where: { !$0.holds }) {
            return Finding(
                check: .a04, status: .failed, error: "keyMalformed",
                sentence: "\(party)'s \(bad.purpose) key does not follow from its seed or is not well formed.")
        }
        let names = keys.map(\.purpose).joined(separator: " and ")
        return Finding(check: .a04, status: .passed, sentence: "\(Check.a04.sentence) (\(names))")
    }
}

extension SessionReplay {
    /// A key of this party that follows from its seed, with whether the one that it sent is that key and well formed.
    typealias Key = (purpose: String, holds: Bool)

    func keys() throws -> [Key] {
        var keys: [Key] = []
        let bits = inputs.job.keys.bits
        if let message = try log.payload(ofSent: AlignmentAudit.keyMessage),
            let head = log.head(afterReceiving: AlignmentAudit.keyFollows)
        {
            let holds = AlignmentAudit.isKeyWellFormed(message, after: head, over: log.session, keyBits: bits)
            keys.append(("alignment", holds))
        }
        for audit in [KeyAudit.training, .description] {
            guard let message = try log.payload(ofSent: audit.keyMessage),
                let head = log.head(afterReceiving: audit.keyFollows)
            else { continue }
            let holds = audit.isKeyWellFormed(message, after: head, over: log.session, keyBits: bits)
            keys.append((audit.purpose, holds))
        }
        return keys
    }
}
