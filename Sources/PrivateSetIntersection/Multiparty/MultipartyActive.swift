internal import Wire

/// The active party: receiver towards all others, and the only one that sees which identifiers are common before all do
/// (`protocols/multiparty-alignment.md` 4).
struct MultipartyActive: Sendable {
    let mesh: MultipartyMesh
    let identifiers: [[UInt8]]
    let parameters: AlignmentParameters
    let progress: @Sendable (String, AlignmentProgress) -> Void
    let admit: @Sendable ([GuessBound]) throws -> Void

    private var settings: MultipartySettings { mesh.settings }

    /// What came of the session with one passive party.
    struct Answers: Sendable {
        /// By own row.
        let tags: [AlignmentTag]
        /// By own row: the party's share of zero where it has the identifier, noise elsewhere.
        let shares: [ShareValue]
    }

    /// - Returns: the common rows, in no order yet, and the sizes of the others' sets.
    func run() async throws -> (rows: [Int], peerCounts: [String: Int]) {
        let alignment = settings.alignment(of: mesh.own)
        let count = identifiers.count
        let exchanges = try await MultipartyFlight.each(mesh.sessions, of: settings) { _, session in
            try await Alignment.open(
                count: count, over: session, settings: alignment, keyBits: alignment.keyBits
            ).exchange
        }
        // Whether an identifier is in all stores is one equation in the cells of all: passive parties that deviate together can make as many
        // guesses hit as their stores have cells together.
        let cells = exchanges.values.reduce(0) { $0 + StoreShape(count: $1.peerCount).cells }
        try admit(settings.passive.map { GuessBound(party: settings.parties[$0], identifiers: cells) })
        let answers = try await MultipartyFlight.each(mesh.sessions, of: settings) { party, session in
            guard let exchange = exchanges[party] else { throw MultipartyError.badSessions("a party without a set") }
            return try await ask(session, exchange, party: settings.parties[party])
        }
        let rows = common(Array(answers.values))
        for (party, exchange) in exchanges.sorted(by: { $0.key < $1.key }) where rows.count > exchange.peerCount {
            throw MultipartyError.storeOverfitted(party: settings.parties[party])
        }
        try await announce(rows, answers, minimum: exchanges.values.map(\.minimumCohort).max() ?? 1)
        let counts = exchanges.map { (settings.parties[$0.key], $0.value.peerCount) }
        return (rows, Dictionary(uniqueKeysWithValues: counts))
    }

    /// Steps 2 to 4 with one passive party.
    func ask(_ session: Session, _ exchange: MatchExchange, party: String) async throws -> Answers {
        let conversation = Conversation(
            session: session, identifiers: identifiers, peerCount: exchange.peerCount,
            keyBits: settings.alignment.keyBits, minimumCohort: exchange.minimumCohort, parameters: parameters,
            progress: { [progress] in progress(party, $0) })
        let outputs = try await AlignmentReceiver(conversation).evaluate(conversation.hashes.outputs)
        // Two rows with one tag would be announced as one.
        _ = try TaggedRows(outputs.map { (tag: $0.output.tag, row: $0.row) })
        try await session.checkpoint()
        let store = try await receiveStore(of: exchange.peerCount, over: session)
        try await session.checkpoint()
        var tags = [AlignmentTag](repeating: AlignmentTag(high: 0, low: 0), count: identifiers.count)
        var shares = [ShareValue](repeating: .zero, count: identifiers.count)
        for (output, row) in outputs {
            tags[Int(row)] = output.tag
            shares[Int(row)] = store.value(at: identifiers[Int(row)]) ^ output.mask
        }
        return Answers(tags: tags, shares: shares)
    }

    private func receiveStore(of count: Int, over session: Session) async throws -> KeyValueStore {
        let shape = StoreShape(count: count)
        let head = try await session.receive(StoreSeed.self, within: settings.patience)
        guard head.cells == shape.cells else {
            throw AlignmentError.wrongCount(
                message: StoreSeed.name, expected: shape.cells, found: Int(head.cells))
        }
        var cells: [ShareValue] = []
        cells.reserveCapacity(shape.cells)
        let chunks = Chunking.tags(shape.cells)
        for index in 0..<chunks.count {
            let part = try await session.receive(StoreCells.self, chunk: Chunk(index, of: chunks.count)).cells
            guard part.count == chunks[index].count else {
                throw AlignmentError.wrongCount(
                    message: StoreCells.name, expected: chunks[index].count, found: part.count)
            }
            cells += part
        }
        return KeyValueStore(shape: shape, seed: head.seed, cells: cells)
    }

    /// Rows at which the shares of all passive parties add up to zero.
    func common(_ answers: [Answers]) -> [Int] {
        identifiers.indices.filter { row in
            answers.reduce(into: ShareValue.zero) { $0 ^= $1.shares[row] }.isZero
        }
    }

    /// Step 5. Of a cohort that is too small the others are told neither count nor members.
    func announce(_ rows: [Int], _ answers: [Int: Answers], minimum: Int) async throws {
        let kind: MatchOutcome.Kind = rows.isEmpty ? .empty : rows.count < minimum ? .tooSmall : .matched
        let outcome = MatchOutcome(kind: kind, count: kind == .matched ? UInt64(rows.count) : 0)
        _ = try await MultipartyFlight.each(mesh.sessions, of: settings) { party, session in
            try await session.send(outcome)
            guard kind == .matched, let tags = answers[party]?.tags else { return }
            try await session.send(rows.map { tags[$0] }.sorted(), as: MatchingTags.self)
        }
        switch kind {
        case .empty: throw MultipartyError.emptyIntersection
        case .tooSmall: throw MultipartyError.cohortTooSmall(minimum: minimum)
        case .matched: break
        }
    }
}
