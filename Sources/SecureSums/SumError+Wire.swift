public import Wire

/// This site's books do not let it take part in a sum. Peers hear that alone, unless the cause has a reason that they may hear.
struct SumRefusal: PeerVisibleError {
    let cause: any Error

    var abortReason: AbortReason {
        let reason = AbortReason(describing: cause)
        return [.refusal, .violation, .disagreement].contains(reason.kind)
            ? reason : AbortReason(.refusal, "sumRefused")
    }
}

extension SumError: PeerVisibleError {
    /// Written out: names are told to peers and stand in `protocols/row-split.md` 9.
    public var name: String {
        switch self {
        case .badSettings: "badSettings"
        case .badSessions: "badSessions"
        case .meshMismatch, .otherMesh: "meshMismatch"
        case .lostInSetup: "lostInSetup"
        case .suspended: "suspended"
        case .ended: "endedBySite"
        case .tooFewSites: "tooFewSites"
        case .leftOut: "leftOut"
        case .equivocation: "vectorEquivocation"
        case .violation(_, let name): name
        case .sharesWithheld: "sharesWithheld"
        case .noAccord: "noAccord"
        case .reopenedDiffers: "reopenedDiffers"
        case .inputChanged: "inputChanged"
        case .badState: "badState"
        case .outOfRange: "outOfRange"
        }
    }

    public var abortReason: AbortReason {
        let kind: FailureKind =
            switch self {
            case .meshMismatch, .otherMesh, .badState: .disagreement
            case .lostInSetup, .suspended, .tooFewSites, .leftOut, .sharesWithheld, .noAccord: .transport
            case .equivocation, .violation, .reopenedDiffers: .violation
            case .inputChanged, .outOfRange, .ended: .refusal
            case .badSettings, .badSessions: .failure
            }
        return AbortReason(kind, name)
    }
}
