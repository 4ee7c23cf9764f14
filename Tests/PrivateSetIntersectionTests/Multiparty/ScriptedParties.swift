import Wire

@testable import PrivateSetIntersection

/// An active party under a test's control: honest up to the announcement.
struct ScriptedActive: Sendable {
    let identifiers: [[UInt8]]
    let settings: MultipartySettings
    /// Own rows to announce to each passive party, given what came of its session with each.
    let announce: @Sendable ([Int: MultipartyActive.Answers]) throws -> [Int: [Int]]

    func run(_ peers: [Int: Session]) async throws -> MultipartyIntersection {
        do {
            let mesh = try await MultipartyMesh.open(peers, settings: settings, own: settings.active)
            let active = MultipartyActive(
                mesh: mesh, identifiers: identifiers, parameters: try Small.parameters(), progress: { _, _ in },
                admit: { _ in })
            let alignment = settings.alignment(of: settings.active)
            let answers = try await MultipartyFlight.each(peers, of: settings) { party, session in
                let exchange = try await Alignment.open(
                    count: identifiers.count, over: session, settings: alignment, keyBits: alignment.keyBits
                ).exchange
                return try await active.ask(session, exchange, party: settings.parties[party])
            }
            let rows = try announce(answers)
            _ = try await MultipartyFlight.each(peers, of: settings) { party, session in
                let tags = (rows[party] ?? []).map { answers[party]?.tags[$0] ?? AlignmentTag(high: 0, low: 0) }
                try await session.send(MatchOutcome(kind: .matched, count: UInt64(tags.count)))
                try await session.send(tags.sorted(), as: MatchingTags.self)
            }
            let common = try await MultipartyAlignment.order(rows.values.first ?? [], of: identifiers, mesh)
            return MultipartyIntersection(
                rowIndices: common, ownCount: identifiers.count, peerCounts: [:], mesh: mesh.id)
        } catch {
            await MultipartyFlight.end(peers, because: error)
            throw error
        }
    }
}

/// A passive party under a test's control: honest but for what a test replaces.
struct ScriptedPassive: Sendable {
    /// What it encodes; it declares as many unless said.
    let identifiers: [[UInt8]]
    let settings: MultipartySettings
    let own: Int
    var declared: Int?
    var changeStore: @Sendable (KeyValueStore) -> KeyValueStore = { $0 }
    /// By receiver.
    var changeCommitment: @Sendable (Int, ComparisonCommitment) -> ComparisonCommitment = { $1 }
    var changeOpening: @Sendable (Int, ComparisonOpening) -> ComparisonOpening = { $1 }
    var changeNonce: @Sendable (Int, OrderNonce) -> OrderNonce = { $1 }
    var changeOrder: @Sendable (Int, CommonOrder) -> CommonOrder = { $1 }

    func run(_ peers: [Int: Session]) async throws -> MultipartyIntersection {
        do {
            let mesh = try await MultipartyMesh.open(peers, settings: settings, own: own)
            let rows = try await announced(peers, mesh)
            let others = peers.filter { $0.key != settings.active }
            let word = ZeroShares(Array(mesh.pairs.values)).word(
                of: MultipartyHash.announced(rows.map { identifiers[$0] }, mesh: mesh.id))
            let opening = ComparisonOpening(word: Bytes32(word) ?? .zero, blind: mesh.secrets.blind)
            let commitment = ComparisonCommitment(
                commitment: MultipartyHash.commitment(to: opening, of: own, mesh: mesh.id))
            _ = try await exchange(others) { changeCommitment($0, commitment) }
            try await MultipartyFlight.checkpoint(others, of: settings)
            _ = try await exchange(others) { changeOpening($0, opening) }
            let nonce = OrderNonce(nonce: mesh.secrets.orderNonce)
            var nonces = try await exchange(peers) { changeNonce($0, nonce) }.mapValues(\.nonce)
            nonces[own] = nonce.nonce
            let order = try JointOrder(
                nonces: nonces, commitments: mesh.nonceCommitments, mesh: mesh.id, job: mesh.job, settings: settings
            ).sort(rows, of: identifiers)
            _ = try await exchange(peers) { changeOrder($0, order.message) }
            return MultipartyIntersection(
                rowIndices: order.rows, ownCount: identifiers.count, peerCounts: [:], mesh: mesh.id)
        } catch {
            await MultipartyFlight.end(peers, because: error)
            throw error
        }
    }

    /// The announced rows, to whomever else they were announced.
    private func announced(_ peers: [Int: Session], _ mesh: MultipartyMesh) async throws -> [Int] {
        guard let session = peers[settings.active] else { return [] }
        let passive = MultipartyPassive(
            mesh: mesh, identifiers: identifiers, parameters: try Small.parameters(), progress: { _, _ in },
            admit: { _ in })
        let alignment = settings.alignment(of: own)
        let exchange = try await Alignment.open(
            count: declared ?? identifiers.count, over: session, settings: alignment, keyBits: alignment.keyBits
        ).exchange
        let conversation = Conversation(
            session: session, identifiers: identifiers, peerCount: exchange.peerCount, keyBits: alignment.keyBits,
            minimumCohort: 1, parameters: try Small.parameters(), progress: { _ in })
        let outputs = try await AlignmentSender(conversation).evaluate(conversation.hashes.outputs)
        try await session.checkpoint()
        try await passive.send(changeStore(try store(outputs, mesh)), over: session)
        try await session.checkpoint()
        let outcome = try await session.receive(MatchOutcome.self)
        let tagged = try TaggedRows(outputs.map { (tag: $0.output.tag, row: $0.row) })
        return try await session.receive(MatchingTags.self, count: Int(outcome.count), matching: tagged).rows
    }

    /// As many cells as the declared size has, whatever goes in.
    private func store(
        _ outputs: [(output: PRFOutput, row: UInt32)], _ mesh: MultipartyMesh
    ) throws -> KeyValueStore {
        let shares = ZeroShares(Array(mesh.pairs.values))
        var values = [ShareValue](repeating: .zero, count: identifiers.count)
        for (output, row) in outputs {
            values[Int(row)] = shares.share(at: identifiers[Int(row)]) ^ output.mask
        }
        let shape = StoreShape(count: declared ?? identifiers.count)
        var generator = SystemRandomNumberGenerator()
        while true {
            let seed = (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let rows = identifiers.map { shape.row(of: $0, seed: seed) }
            guard let order = StoreOrder(rows, shape) else { continue }
            var cells = (0..<shape.cells).map { _ in ShareValue(using: &generator) }
            order.solve(rows, values: values, cells: &cells)
            return KeyValueStore(shape: shape, seed: seed, cells: cells)
        }
    }

    private func exchange<M: Message>(
        _ peers: [Int: Session], _ message: @escaping @Sendable (Int) -> M
    ) async throws -> [Int: M] {
        try await MultipartyFlight.each(peers, of: settings) { party, session in
            try await session.send(message(party))
            return try await session.receive(M.self)
        }
    }
}
