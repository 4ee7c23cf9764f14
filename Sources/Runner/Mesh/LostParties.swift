import Jobs
import PrivateSetIntersection
import Site
import Wire

/// Why a job of several parties ended: some of them are gone. The others are told who, and nothing else.
struct LostParties: PeerVisibleError {
    let names: [String]
    /// Who says so, where this site did not see it itself.
    let witness: String?
    private let cause: Failure

    /// nil where nobody is gone by this error, or nobody that the job names beside this site: whoever ends it in order is there.
    init?(_ error: any Error, in job: Job, at own: String) {
        let reason: WireError
        switch error {
        case MultipartyError.ended(_, let found): reason = found
        case let found as WireError: reason = found
        default: return nil
        }
        guard job.kind == .several else { return nil }
        names = reason.lostParties.filter { $0 != own && job.party(named: $0) != nil }
        guard !names.isEmpty else { return nil }
        if case .peerAborted(let peer, _) = reason, !names.contains(peer) { witness = peer } else { witness = nil }
        cause = Failure(describing: reason)
    }

    var abortReason: AbortReason { .lost(names) }

    /// What people are told.
    func failure(in job: Job) -> Failure {
        let verb = names.count == 1 ? "is" : "are"
        return Failure(
            cause.status == .timeout ? .timeout : .peerUnreachable, "partyLost",
            "\(names.joined(separator: " and ")) \(verb) lost: "
                + (witness.map { "\($0) says so, or was told so, and ended its sessions" } ?? cause.message),
            hint:
                "nothing was written; start again, at every party, when \(names.count == 1 ? "it is" : "they are") back"
                + (job.hintWithout(names).map { (witness == nil ? "; " : "; ask them first: ") + $0 } ?? ""))
    }
}

/// The deadline is over before all parties were there: the others are told whom this site waited for.
struct PartiesMissing: PeerVisibleError {
    let names: [String]
    let failure: Failure

    var abortReason: AbortReason { .lost(names) }
}

extension Job {
    /// How those who are left go on without these parties; nil where the job does not allow it.
    func hintWithout(_ lost: [String]) -> String? {
        var left = self
        for name in lost {
            guard let next = try? left.without(name) else { return nil }
            left = next
        }
        let them = lost.count == 1 ? "it" : "them"
        return "this job allows a fit without \(them): "
            + lost.map { "moiety job without \($0) JOB.yaml -o NEW.yaml" }.joined(separator: ", then ")
            + (lost.count == 1 ? "" : " of NEW.yaml")
    }
}
