public import Wire

/// Signs a statement with this site's identity key (Ed25519, 64 bytes).
public typealias StatementSigner = @Sendable ([UInt8]) throws -> [UInt8]

/// The sites of a job, each with a session to each other one: sums of their vectors, and nothing else, are opened to all
/// (`protocols/row-split.md`). One mesh serves one attempt; after a loss under `wait` a new one is made of new sessions.
public actor SumMesh {
    /// H("moiety/mesh/v1" || job || sites || session ids of all pairs).
    public nonisolated let id: Bytes32
    public nonisolated let settings: SumSettings
    /// This site's place among the parties.
    public nonisolated let own: Int

    let job: Bytes32
    let sessions: [Int: Session]
    let secrets: [Int: PairSecret]
    let keys: [Int: VerifyingKey]
    let statements: SumStatements
    let signer: StatementSigner

    /// Sites that this one still has, itself among them.
    var live: Set<Int>
    var losses: [Int: SumError.Loss] = [:]
    /// The number of the round that was begun last.
    var round: UInt32 = 0

    private init(
        _ agreed: Agreed, settings: SumSettings, own: Int, sessions: [Int: Session], job: Bytes32,
        signer: @escaping StatementSigner
    ) {
        id = agreed.mesh
        self.settings = settings
        self.own = own
        self.job = job
        self.sessions = sessions
        secrets = agreed.secrets
        keys = agreed.keys
        statements = SumStatements(mesh: agreed.mesh)
        self.signer = signer
        live = Set(settings.parties.indices)
    }

    struct Agreed: Sendable {
        let mesh: Bytes32
        let secrets: [Int: PairSecret]
        let keys: [Int: VerifyingKey]
    }

    /// Exchanges the set-up messages in all sessions at once. Call it after approvals and commitments, when nothing else is in flight.
    ///
    /// - Parameters:
    ///   - sessions: by the peer's index; one to every site but this one, all of one job.
    ///   - own: this site's index.
    /// - Throws: ``SumError``: `badSessions`, `lostInSetup`, `meshMismatch`, `otherMesh`, `violation`. All sessions are ended then.
    public static func open(
        _ sessions: [Int: Session], settings: SumSettings, own: Int, signer: @escaping StatementSigner
    ) async throws -> SumMesh {
        do {
            let job = try check(sessions, settings: settings, own: own)
            let agreed = try await agree(sessions, settings: settings, own: own, job: job)
            return SumMesh(agreed, settings: settings, own: own, sessions: sessions, job: job, signer: signer)
        } catch {
            await end(sessions.values, because: error)
            throw error
        }
    }

    private static func check(
        _ sessions: [Int: Session], settings: SumSettings, own: Int
    ) throws(SumError) -> Bytes32 {
        guard settings.parties.indices.contains(own), let job = sessions.values.first?.terms.jobHash else {
            throw .badSessions("no sessions, or a site that the job does not have")
        }
        for (site, name) in settings.parties.enumerated() where site != own {
            guard let session = sessions[site], session.peerName == name, session.localName == settings.parties[own],
                session.terms.jobHash == job
            else { throw .badSessions("the session with \(name) is missing or another one's") }
        }
        return job
    }

    private static func agree(
        _ sessions: [Int: Session], settings: SumSettings, own: Int, job: Bytes32
    ) async throws -> Agreed {
        let count = settings.parties.count
        var keys: [Int: PairKey] = [:]
        var outgoing: [Int: SetupMessage] = [:]
        for (site, session) in sessions {
            var generator = session.randomness("row pair")
            let key = try PairKey(using: &generator)
            keys[site] = key
            outgoing[site] = SetupMessage(
                sites: UInt16(count), own: UInt16(own), coalition: UInt16(settings.coalition),
                waits: settings.onLoss == .wait, sessions: (0..<count).map { sessions[$0]?.id ?? .zero },
                key: key.publicKey)
        }
        let (received, failures) = await Flight.exchange(outgoing, over: sessions, round: 0, within: settings.patience)
        guard failures.isEmpty else {
            throw SumError.lostInSetup(
                failures.keys.sorted().compactMap { site in
                    failures[site].map { SumError.Loss(site: settings.parties[site], reason: $0) }
                })
        }
        var all = received
        all[own] = outgoing.values.first
        let mesh = try id(of: all, settings: settings, job: job, to: own)
        var secrets: [Int: PairSecret] = [:]
        var identities: [Int: VerifyingKey] = [:]
        for (site, session) in sessions {
            guard let key = received[site]?.key,
                let secret = keys[site]?.secret(with: key, session: session.id, mesh: mesh, isFirst: own < site)
            else { throw SumError.violation(site: settings.parties[site], name: "pairKeyRefused") }
            secrets[site] = secret
            identities[site] = session.description.peer.identity
            identities[own] = session.description.local.identity
        }
        return Agreed(mesh: mesh, secrets: secrets, keys: identities)
    }

    /// What the set-up messages of all sites say.
    ///
    /// - Throws: `meshMismatch`, `otherMesh`, with both sites.
    static func id(
        of all: [Int: SetupMessage], settings: SumSettings, job: Bytes32, to own: Int
    ) throws(SumError) -> Bytes32 {
        let count = settings.parties.count
        for (site, message) in all.sorted(by: { $0.key < $1.key }) {
            guard Int(message.sites) == count, Int(message.own) == site, message.sessions.count == count,
                Int(message.coalition) == settings.coalition, message.waits == (settings.onLoss == .wait),
                message.sessions[site] == .zero
            else { throw .otherMesh(site: settings.parties[site], other: settings.parties[own]) }
        }
        let rows = (0..<count).map { all[$0]?.sessions ?? [] }
        if let (first, second) = MeshIdentity.mismatch(in: rows) {
            throw .meshMismatch(site: settings.parties[first], other: settings.parties[second])
        }
        return MeshIdentity.hash(job: job, sessions: rows)
    }

    /// Tells all peers why.
    static func end(_ sessions: some Sequence<Session>, because error: any Error) async {
        let reason = AbortReason(describing: error)
        await withTaskGroup(of: Void.self) { group in
            for session in sessions { group.addTask { await session.abort(reason) } }
        }
    }

    /// A site is gone for this one.
    func lose(_ site: Int, _ reason: WireError) {
        guard live.remove(site) != nil else { return }
        losses[site] = SumError.Loss(site: settings.parties[site], reason: reason)
    }

    /// Sites that are gone. Those that only stopped because of another one are named only if nobody else is.
    var allLosses: [SumError.Loss] {
        let all = losses.keys.sorted().compactMap { losses[$0] }
        let echoes = ["suspended", "endedBySite"]
        let first = all.filter { loss in
            guard case .peerAborted(_, let reason) = loss.reason else { return true }
            return !echoes.contains(reason.name)
        }
        return first.isEmpty ? all : first
    }
}
