public import Wire

/// Why an alignment of several parties ended without a result. Carries names of parties, never an identifier.
public enum MultipartyError: Error, Sendable, Equatable {
    case badSettings(String)
    /// The sessions are not those of the settings: our own mistake.
    case badSessions(String)
    /// Two parties say different things about the sessions between them, or about who takes part.
    case meshMismatch(party: String, other: String)
    /// A party's half of a pair's secret is one with which everybody knows the secret.
    case pairKeyRefused(party: String)
    /// The two-party protocol with this party failed.
    case alignment(with: String, AlignmentError)
    /// A party's session ended, and why.
    case ended(by: String, reason: WireError)
    /// More rows are common than this party said it has: its store holds more than it declared.
    case storeOverfitted(party: String)
    /// No seed gave a store: probability below 2^-700.
    case storeFailed
    /// The active party's announcement was not the same and right at all passive parties, or something else went wrong
    /// before they had found out: one name, so that it says nothing about one party's set.
    case announcementRefused
    /// A party revealed another nonce than it had committed to.
    case nonceRefused(party: String)
    /// A party arrives at another common order.
    case ordersDiffer(party: String)

    // A lawful end without a cohort.
    case emptyIntersection
    case cohortTooSmall(minimum: Int)
}

extension MultipartyError: PeerVisibleError {
    /// Written out: names are told to peers and stand in `protocols/multiparty-alignment.md` 9.
    public var name: String {
        switch self {
        case .badSettings: "badSettings"
        case .badSessions: "badSessions"
        case .meshMismatch: "meshMismatch"
        case .pairKeyRefused: "pairKeyRefused"
        case .alignment(_, let error): error.abortReason.name
        case .ended: "endedByParty"
        case .storeFailed: "storeFailed"
        case .storeOverfitted: "storeOverfitted"
        case .announcementRefused: "announcementRefused"
        case .nonceRefused: "nonceRefused"
        case .ordersDiffer: "ordersDiffer"
        case .emptyIntersection: "emptyIntersection"
        case .cohortTooSmall: "cohortTooSmall"
        }
    }

    /// Who is gone must not stay with the one who saw it: a party that is left would be taken for the lost one.
    public var abortReason: AbortReason {
        if case .ended(_, let reason) = self, !reason.lostParties.isEmpty { return .lost(reason.lostParties) }
        let kind: FailureKind =
            switch self {
            case .meshMismatch, .announcementRefused: .disagreement
            case .pairKeyRefused, .storeOverfitted, .nonceRefused, .ordersDiffer: .violation
            // What waiting cannot mend is no matter of the connection.
            case .ended(_, let reason):
                [.refusal, .violation, .disagreement].contains(reason.kind) ? .refusal : .transport
            case .alignment(_, let error): error.abortReason.kind
            case .badSettings, .badSessions, .storeFailed: .failure
            case .emptyIntersection, .cohortTooSmall: .refusal
            }
        return AbortReason(kind, name)
    }

    /// What one of the parties is told: what failed with one party is that party's matter.
    func reason(toward party: String) -> AbortReason {
        switch self {
        case .alignment(let other, _) where other != party, .storeOverfitted(let other) where other != party:
            // Waiting cannot mend it.
            AbortReason(.refusal, "endedByParty")
        default: abortReason
        }
    }
}
