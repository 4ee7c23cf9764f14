package import PrivateSetIntersection
package import Site
import Wire

extension Failure {
    /// Why an alignment of several parties ended (`protocols/multiparty-alignment.md` 9).
    package init(describing error: MultipartyError) {
        let name = error.name
        switch error {
        case .badSettings(let reason), .badSessions(let reason):
            self.init(.internalError, name, "the alignment cannot begin: \(reason)", hint: "please report it")
        case .meshMismatch(let party, let other):
            self.init(
                .peersDisagree, name,
                "\(party) and \(other) do not say the same about who takes part, and in which sessions",
                hint: "all parties need the same job, and start it at the same time")
        case .pairKeyRefused(let party):
            self.init(.protocolViolation, name, "\(party) sent a key that anybody knows the secret of")
        case .alignment(let party, let error):
            let failure = Failure(describing: error)
            self.init(
                failure.status, failure.code, "with \(party): \(failure.message)", hint: failure.hint)
        case .ended(let party, let reason):
            let failure = Failure(describing: reason)
            self.init(
                failure.status, failure.code, "\(party) ended the alignment: \(failure.message)", hint: failure.hint)
        case .storeOverfitted(let party):
            self.init(.protocolViolation, name, "\(party) has more people in common than it said it has at all")
        case .storeFailed:
            self.init(.internalError, name, "no store could be made of the identifiers", hint: "start again")
        case .announcementRefused:
            self.init(
                .peersDisagree, name,
                "what the active party announced was not the same and right for all, or something failed before the others had seen that "
                    + "it was",
                hint:
                    "nobody is told who or what it was: that would tell of identifiers. Start again, or ask the active party to "
                    + "replay its side before witnesses")
        case .nonceRefused(let party):
            self.init(.protocolViolation, name, "\(party) revealed another number than it had committed to")
        case .ordersDiffer(let party):
            self.init(.protocolViolation, name, "\(party) arrives at another common order")
        case .emptyIntersection:
            self.init(
                .refusedByPolicy, name, "no identifier is common to all parties",
                hint: "compare the normalisers in the job with what the identifiers look like: moiety data describe")
        case .cohortTooSmall(let minimum):
            self.init(
                .refusedByPolicy, name, "fewer than \(minimum) people are common to all parties",
                hint: "see limits.minimumCohort in the job and minimumCohort in policy.yaml")
        }
    }
}
