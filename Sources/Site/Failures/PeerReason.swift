package import Wire

/// The name with which a peer ended a session, in words: names are what the other side's program sends, and nothing else of
/// why it ended may leave that side.
package enum PeerReason {
    /// For "lab ended the job: <this>".
    package static func words(_ reason: AbortReason) -> String {
        if let known = exact[reason.name] { return known }
        for (prefix, words) in prefixes where reason.name.hasPrefix(prefix) {
            return "\(words) (\(reason.name))"
        }
        return "\(general(reason.kind)) (\(reason.name))"
    }

    /// What this side can do about it.
    package static func hint(_ reason: AbortReason, peer: String) -> String {
        switch reason.name {
        case "notApproved": "ask \(peer) to read and approve exactly this job: moiety job approve"
        case "outputExists", "alreadyRan":
            "if the job is to run again, \(peer) must move its earlier results away"
        case "cancelled", "interrupted": "ask \(peer) whether to start again"
        case "timeout":
            "is this machine slow or stopped, or the network? network.messageTimeout of the job says how long each side waits"
        default: "ask \(peer) for the message that its own program shows"
        }
    }

    private static let exact: [String: String] = [
        "notApproved": "its site has not approved this job",
        "outputExists": "its site has results of this job already",
        "cancelled": "it was stopped there",
        "interrupted": "it was stopped there",
        "timeout": "it waited too long for a message of this site",
        "jobMismatch": "it runs another job, or another command",
        "cohortDifference": "these people differ from those of an earlier job by fewer than its minimum cell",
        "inputDifference":
            "one of its columns differs from an earlier job's for fewer people than its minimum cell",
        "cohortTooSmall": "fewer rows are in common than its policy allows",
        "emptyIntersection": "the two sites have no identifier in common",
        "tooFewRows": "the rows in common are too few for so many coefficients",
        "tooManyRows": "more rows are in common than this takes",
        "rowCountMismatch": "its site has a different number of rows to fit",
        "unfitDesign":
            "its columns are not fit for the model on the common rows: constant, aliased, a cell too small, a row with too much "
            + "leverage, or more or fewer events than the job asks for",
        "modelMismatch": "the two parts of the model are not of one fit, or one of them was changed",
        "separation": "the label is predicted perfectly, so that no estimate exists",
        "notConverged": "the fit did not converge within the job's passes",
        "scoresRefused": "scores would show its columns",
        "recorderFailed": "its transcript cannot be written: a full disk, perhaps",
        "cannotWrite": "its results cannot be written: a full disk, perhaps",
        "connectionLost": "the connection was lost there",
        "ownSetTooLarge": "it has more identifiers than the job allows",
        "peerSetTooLarge": "this site has more identifiers than the job allows",
        "peerSetEmpty": "this site has no usable identifier",
        "noIdentifiers": "its table has no usable identifier",
        "duplicateIdentifiers": "rows with the same identifier differ in its table",
        "aliasedAcrossParties": "a column follows from the other party's columns",
        "fileNotFound": "a file of its site is missing",
        "missingColumn": "its table lacks a column that the job names",
        "siteRefuses": "its own rules, budgets or data do not allow it",
        "sumRefused": "its own rules or budgets do not allow another sum",
        "siteLost": "another site was lost",
        "endedByParty": "its session with another party ended",
        "announcementRefused":
            "what was announced was not the same and right for all parties, or something failed before that was known",
    ]

    private static let prefixes: [(String, String)] = [
        ("partyLost.", "it lost another party"),
        ("policy.", "its policy does not allow the job"), ("guard-", "one of its guards refuses the job"),
        ("limit-", "the job's own limit is not kept"),
    ]

    private static func general(_ kind: FailureKind) -> String {
        switch kind {
        case .failure: "something failed there"
        case .violation: "it received something that the protocol does not allow"
        case .disagreement: "the two sites hold different jobs, versions or roles"
        case .refusal: "its site refuses the job"
        case .transport: "the connection was lost there"
        case .timeout: "it waited too long"
        case .cancelled: "it was stopped there"
        }
    }

    /// Names of the protocols that hellos list by number: `protocols/wire.md`.
    static func protocolName(_ id: UInt16) -> String {
        switch id {
        case 0x01: "alignment"
        case 0x02: "training"
        case 0x03: "inputs"
        case 0x04: "model"
        case 0x05: "description"
        case 0x06: "sums"
        case 0x07: "mesh"
        case 0x08: "alignment of several parties"
        default: "number \(id)"
        }
    }
}
