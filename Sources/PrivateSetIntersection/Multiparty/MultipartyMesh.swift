internal import Wire

/// One party's place in a mesh once all set-up messages are there (`protocols/multiparty-alignment.md` 1 and 4, step 1).
struct MultipartyMesh: Sendable {
    let id: Bytes32
    let settings: MultipartySettings
    let own: Int
    let job: Bytes32
    /// By the peer's number: one with every other party.
    let sessions: [Int: Session]
    /// Of passive parties with each other.
    let pairs: [Int: PairSecret]
    let secrets: MultipartySecrets
    /// By party: what its order nonce must match.
    let nonceCommitments: [Int: Bytes32]

    static let pairLabel = "moiety/parties/pair/v1"

    /// Exchanges the set-up messages in all sessions at once.
    ///
    /// - Throws: ``MultipartyError``: `badSessions`, `meshMismatch`, `pairKeyRefused`, `ended`.
    static func open(
        _ sessions: [Int: Session], settings: MultipartySettings, own: Int
    ) async throws -> MultipartyMesh {
        let job = try check(sessions, settings: settings, own: own)
        let secrets = try MultipartySecrets(sessions)
        let commitment = MultipartyHash.commitment(toNonce: secrets.orderNonce, of: own, job: job)
        var (keys, outgoing): ([Int: PairKey], [Int: MultipartySetup]) = ([:], [:])
        for (party, session) in sessions {
            if own != settings.active, party != settings.active {
                var generator = session.randomness("party pair")
                keys[party] = try PairKey(using: &generator)
            }
            outgoing[party] = MultipartySetup(
                parties: settings.parties.count, own: own, active: settings.active,
                sessions: settings.parties.indices.map { sessions[$0]?.id ?? .zero },
                key: keys[party]?.publicKey ?? .zero, nonceCommitment: commitment)
        }
        let messages = outgoing
        var all = try await MultipartyFlight.each(sessions, of: settings) { party, session in
            guard let message = messages[party] else { throw MultipartyError.badSessions("a party without a message") }
            try await session.send(message)
            return try await session.receive(MultipartySetup.self, within: settings.patience)
        }
        let commitments = all.mapValues(\.nonceCommitment).merging([own: commitment]) { $1 }
        all[own] = messages.values.first
        let id = try id(of: all, settings: settings, job: job, to: own)
        var pairs: [Int: PairSecret] = [:]
        for (party, key) in keys.sorted(by: { $0.key < $1.key }) {
            guard let session = sessions[party], let peer = all[party]?.key,
                let secret = key.secret(
                    with: peer, session: session.id, mesh: id, isFirst: own < party, label: pairLabel)
            else { throw MultipartyError.pairKeyRefused(party: settings.parties[party]) }
            pairs[party] = secret
        }
        return MultipartyMesh(
            id: id, settings: settings, own: own, job: job, sessions: sessions, pairs: pairs, secrets: secrets,
            nonceCommitments: commitments)
    }

    private static func check(
        _ sessions: [Int: Session], settings: MultipartySettings, own: Int
    ) throws(MultipartyError) -> Bytes32 {
        guard settings.parties.indices.contains(own), sessions.count == settings.parties.count - 1,
            let job = sessions.values.first?.terms.jobHash
        else { throw .badSessions("there is not one session with each other party") }
        for (party, name) in settings.parties.enumerated() where party != own {
            guard let session = sessions[party], session.peerName == name, session.localName == settings.parties[own],
                session.terms.jobHash == job
            else { throw .badSessions("the session with \(name) is missing or another one's") }
        }
        return job
    }

    /// What the set-up messages of all parties say: also for a verifier.
    ///
    /// - Throws: `meshMismatch`, with both parties.
    static func id(
        of all: [Int: MultipartySetup], settings: MultipartySettings, job: Bytes32, to own: Int
    ) throws(MultipartyError) -> Bytes32 {
        let count = settings.parties.count
        for (party, message) in all.sorted(by: { $0.key < $1.key }) {
            guard Int(message.parties) == count, Int(message.own) == party, message.sessions.count == count,
                Int(message.active) == settings.active, message.sessions[party] == .zero
            else { throw .meshMismatch(party: settings.parties[party], other: settings.parties[own]) }
        }
        let rows = settings.parties.indices.map { all[$0]?.sessions ?? [] }
        if let (first, second) = MeshIdentity.mismatch(in: rows) {
            throw .meshMismatch(party: settings.parties[first], other: settings.parties[second])
        }
        return MeshIdentity.hash(job: job, sessions: rows)
    }
}

/// What a party draws once for all of its sessions.
struct MultipartySecrets: Sendable {
    /// Not to be said before all have committed to theirs.
    let orderNonce: Bytes32
    /// r
    let blind: Bytes32
    /// The w of a party that does not have all that was announced.
    let refusal: Bytes32

    /// - Parameter sessions: by the peer's number.
    init(_ sessions: [Int: Session]) throws(MultipartyError) {
        var entropy = MultipartyHash.label("entropy")
        for (_, session) in sessions.sorted(by: { $0.key < $1.key }) {
            var generator = session.randomness("party secrets")
            entropy += generator.bytes32()
        }
        // E = H("moiety/parties/entropy/v1", 32 bytes of each session, by peer)
        let seed = MultipartyHash.key(hashing: entropy)
        func derived(_ purpose: String) throws(MultipartyError) -> Bytes32 {
            guard let bytes = Bytes32(KeyDerivation.bytes(seed, info: MultipartyHash.label(purpose))) else {
                throw .badSessions("no secrets follow from the sessions' generators")
            }
            return bytes
        }
        orderNonce = try derived("nonce")
        blind = try derived("blind")
        refusal = try derived("refusal")
    }
}

/// It does not print itself.
extension MultipartySecrets: CustomStringConvertible, CustomReflectable {
    var description: String { "MultipartySecrets" }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
