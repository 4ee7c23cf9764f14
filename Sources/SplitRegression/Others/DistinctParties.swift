internal import Wire

/// What a program can see of whether all parties of a training are different ones (multiparty-training.md 1): no party may hold two
/// places, and above all nobody be active party and helper at once.
enum DistinctParties {
    /// Of this party's sessions of one training.
    ///
    /// - Throws: ``TrainingError/invalidPlan(_:)`` naming the parties.
    static func check(_ sessions: [Session]) throws(TrainingError) {
        guard let first = sessions.first?.description else { return }
        for session in sessions.map(\.description) {
            guard session.jobHash == first.jobHash else {
                throw .invalidPlan("the session with \(session.peer.name) is of another job")
            }
            guard session.local.name == first.local.name, session.local.identity == first.local.identity else {
                throw .invalidPlan("this side has another name or key towards \(session.peer.name)")
            }
            try check(session.local, session.peer)
        }
        for (index, one) in sessions.enumerated() {
            for other in sessions[(index + 1)...] { try check(one.description.peer, other.description.peer) }
        }
    }

    private static func check(_ one: PartyDescription, _ other: PartyDescription) throws(TrainingError) {
        let shared: [(Bool, String)] = [
            (one.name == other.name, "name"), (one.identity == other.identity, "identity"),
            (one.logKey == other.logKey || one.witnessKey == other.witnessKey, "key of its logs"),
            (hasOne(one) && one.certificateFingerprint == other.certificateFingerprint, "certificate"),
        ]
        for (isShared, what) in shared where isShared {
            throw .invalidPlan(
                "\(one.name) and \(other.name) have the same \(what): who holds columns twice would see what is shared")
        }
    }

    /// Sessions within a process have no certificates.
    private static func hasOne(_ party: PartyDescription) -> Bool { party.certificateFingerprint != .zero }
}
