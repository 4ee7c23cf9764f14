public import Paillier
public import Wire

/// What a session of two of the parties needs to know: for a running session and for a verifier.
extension MultipartyAlignment {
    /// What both hellos list, in every session.
    public static let versions: [ProtocolVersion] = [.alignment, .multipartyAlignment]

    /// The part of a plan that is the alignment, between two of the parties.
    ///
    /// - Parameter pair: numbers of the two, in any order.
    public static func part(
        of settings: MultipartySettings, between pair: (Int, Int)
    ) -> ProtocolPlan.Part {
        let (first, second) = (settings.parties[min(pair.0, pair.1)], settings.parties[max(pair.0, pair.1)])
        let active = settings.parties[settings.active]
        guard first == active || second == active else {
            return ProtocolPlan.Part(.multipartyComparison, parties: ["first": first, "second": second])
        }
        let passive = first == active ? second : first
        return ProtocolPlan.Part(.multipartyQuestions, parties: ["active": active, "passive": passive])
    }

    /// What looks at the alignment's payloads in a session between two of the parties.
    ///
    /// - Parameters:
    ///   - job, session: of the session's terms, and its identity.
    ///   - moduli, duplicates: shared with the session's other inspectors.
    ///   - local: the party that runs the session now; nil for a verifier.
    public static func inspectors(
        of settings: MultipartySettings, between pair: (Int, Int), job: Bytes32, session: Bytes32,
        moduli: ModulusRegister = ModulusRegister(), duplicates: DuplicateFilter = DuplicateFilter(),
        local: String? = nil
    ) throws(AlignmentError) -> [any PayloadInspector] {
        try inspectors(
            of: settings, between: pair, job: job, session: session,
            group: AlignmentGroup(keyBits: settings.alignment.keyBits), moduli: moduli, duplicates: duplicates,
            local: local)
    }

    /// Over any group, for tests.
    package static func inspectors(
        of settings: MultipartySettings, between pair: (Int, Int), job: Bytes32, session: Bytes32,
        group: AlignmentGroup, moduli: ModulusRegister = ModulusRegister(),
        duplicates: DuplicateFilter = DuplicateFilter(), local: String? = nil
    ) throws(AlignmentError) -> [any PayloadInspector] {
        let own = MultipartyInspector(settings: settings, job: job, session: session)
        guard pair.0 == settings.active || pair.1 == settings.active else { return [own] }
        let largest = max(settings.alignment.maximumOwnCount, settings.alignment.maximumPeerCount)
        return [
            AlignmentInspector(
                keyBits: settings.alignment.keyBits, maximumSetSize: largest, session: session, group: group,
                moduli: moduli, duplicates: duplicates, local: local, isOfSeveralParties: true),
            own,
        ]
    }
}
