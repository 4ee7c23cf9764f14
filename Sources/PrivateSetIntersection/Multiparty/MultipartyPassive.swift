internal import Wire

/// A passive party: sender towards the active one, peer of the other passive ones
/// (`protocols/multiparty-alignment.md` 4).
struct MultipartyPassive: Sendable {
    let mesh: MultipartyMesh
    let identifiers: [[UInt8]]
    let parameters: AlignmentParameters
    let progress: @Sendable (String, AlignmentProgress) -> Void
    let admit: @Sendable ([GuessBound]) throws -> Void

    private var settings: MultipartySettings { mesh.settings }
    private var activeName: String { settings.parties[settings.active] }
    /// Sessions with the other passive parties.
    private var peers: [Int: Session] { mesh.sessions.filter { $0.key != settings.active } }

    /// - Returns: the common rows, in no order yet, and the size of the active party's set.
    func run() async throws -> (rows: [Int], peerCounts: [String: Int]) {
        let found = try await MultipartyFlight.each(
            mesh.sessions.filter { $0.key == settings.active }, of: settings
        ) { _, session in try await answer(session) }
        guard let (exchange, own) = found[settings.active] else {
            throw MultipartyError.badSessions("there is no session with the active party")
        }
        let announced = try await announcement(to: exchange, among: own)
        return (announced, [activeName: exchange.peerCount])
    }

    /// Steps 2 and 3: the questions of the active party are answered, and the store is sent.
    func answer(_ session: Session) async throws -> (MatchExchange, TaggedRows) {
        let alignment = settings.alignment(of: mesh.own)
        let start = try await Alignment.open(
            count: identifiers.count, over: session, settings: alignment, keyBits: alignment.keyBits)
        // Whatever the others do, an identifier is tested only if the active party asks about it.
        try admit(
            settings.parties.indices.filter { $0 != mesh.own }.map {
                GuessBound(party: settings.parties[$0], identifiers: start.exchange.peerCount)
            })
        let conversation = Conversation(
            session: session, identifiers: identifiers, peerCount: start.exchange.peerCount,
            keyBits: alignment.keyBits, minimumCohort: start.exchange.minimumCohort, parameters: parameters,
            progress: { [progress, activeName] in progress(activeName, $0) })
        return (start.exchange, try await answer(conversation))
    }

    func answer(_ conversation: Conversation) async throws -> TaggedRows {
        let session = conversation.session
        let outputs = try await AlignmentSender(conversation).evaluate(conversation.hashes.outputs)
        let own = try TaggedRows(outputs.map { (tag: $0.output.tag, row: $0.row) })
        try await session.checkpoint()
        try await send(try store(outputs, over: session), over: session)
        try await session.checkpoint()
        return own
    }

    /// At each own identifier its share of zero under its mask.
    func store(
        _ outputs: [(output: PRFOutput, row: UInt32)], over session: Session
    ) throws -> KeyValueStore {
        let shares = ZeroShares(Array(mesh.pairs.values))
        var values = [ShareValue](repeating: .zero, count: identifiers.count)
        for (output, row) in outputs {
            values[Int(row)] = shares.share(at: identifiers[Int(row)]) ^ output.mask
        }
        var generator = session.randomness("alignment store")
        return try KeyValueStore(identifiers, values: values, using: &generator)
    }

    func send(_ store: KeyValueStore, over session: Session) async throws {
        try await session.send(StoreSeed(seed: store.seed, cells: store.cells.count))
        let chunks = Chunking.tags(store.cells.count)
        for index in 0..<chunks.count {
            try await session.send(
                StoreCells(cells: Array(store.cells[chunks[index]])), chunk: Chunk(index, of: chunks.count))
        }
    }

    // MARK: Steps 5 and 6

    /// The announced rows, once it is known that the announcement was the same and right at all passive parties.
    func announcement(to exchange: MatchExchange, among own: TaggedRows) async throws -> [Int] {
        let outcome: MatchOutcome
        do {
            outcome = try await exchange.session.receive(MatchOutcome.self, within: settings.patience)
        } catch let error as WireError where error != .cancelled {
            let others = settings.parties.filter { $0 != exchange.session.localName }
            throw MultipartyError.ended(by: activeName, reason: error.naming(only: others))
        }
        switch outcome.kind {
        case .empty: throw MultipartyError.emptyIntersection
        case .tooSmall: throw MultipartyError.cohortTooSmall(minimum: exchange.minimumCohort)
        case .matched: break
        }
        do { return try await compare(outcome, exchange, among: own) } catch {
            // Whatever it was. What the active party sees must not depend on what this one has.
            throw MultipartyError.announcementRefused
        }
    }

    private func compare(
        _ outcome: MatchOutcome, _ exchange: MatchExchange, among own: TaggedRows
    ) async throws -> [Int] {
        let limit = min(exchange.ownCount, exchange.peerCount)
        guard let count = Int(exactly: outcome.count), count >= exchange.minimumCohort, count <= limit else {
            throw MultipartyError.announcementRefused
        }
        let matches = try await exchange.session.receive(MatchingTags.self, count: count, matching: own)
        let isOwn = matches.tags.count == count
        // As many identifiers are sorted and hashed whatever was found, and in the order of tags, which is random: the time to the refusal
        // says nothing of how many there were.
        let rows = isOwn ? matches.rows : own.rows(first: count)
        let announced = MultipartyHash.announced(rows.map { identifiers[$0] }, mesh: mesh.id)
        guard let word = Bytes32(ZeroShares(Array(mesh.pairs.values)).word(of: announced)) else {
            throw MultipartyError.announcementRefused
        }
        try await compare(word: isOwn ? word : mesh.secrets.refusal)
        guard isOwn else { throw MultipartyError.announcementRefused }
        return matches.rows
    }

    func compare(word: Bytes32) async throws {
        let opening = ComparisonOpening(word: word, blind: mesh.secrets.blind)
        let commitment = ComparisonCommitment(
            commitment: MultipartyHash.commitment(to: opening, of: mesh.own, mesh: mesh.id))
        var comparison = AnnouncementComparison(mesh: mesh.id, parties: settings.passive)
        comparison.take(commitment, from: mesh.own)
        try comparison.take(opening, from: mesh.own)
        let commitments = try await MultipartyFlight.exchange(commitment, over: peers, of: settings)
        for (party, message) in commitments { comparison.take(message, from: party) }
        try await MultipartyFlight.checkpoint(peers, of: settings)
        let openings = try await MultipartyFlight.exchange(opening, over: peers, of: settings)
        for (party, message) in openings { try comparison.take(message, from: party) }
        try comparison.check()
    }
}
