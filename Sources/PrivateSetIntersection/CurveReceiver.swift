internal import Wire

/// The side that asks: `protocols/alignment-ecdh.md` 3, steps of the receiver.
struct CurveReceiver: Sendable {
    private let conversation: CurveConversation
    private var session: Session { conversation.session }
    private var identifiers: [[UInt8]] { conversation.identifiers }
    private var exchange: MatchExchange { conversation.exchange }

    init(_ conversation: CurveConversation) { self.conversation = conversation }

    func run() async throws -> Intersection {
        let own = try MatchedRows(try await evaluate())
        let matches = try await exchange.receiveTags(matching: own)
        try await session.checkpoint()
        try await exchange.announce(matches, of: own)
        try await exchange.compareOrders(matches.tags)
        return Intersection(
            rowIndices: matches.rows, ownCount: exchange.ownCount, peerCount: exchange.peerCount, role: .receiver)
    }

    /// Tags of all own identifiers, in no order.
    private func evaluate() async throws -> [(output: MatchKey, row: UInt32)] {
        let mask = try conversation.mask()
        var permutation = session.randomness("alignment permutation", after: conversation.head)
        let rows = Permutation.random(identifiers.count, using: &permutation)
        // Own questions and the answers to them: no answer is a question.
        var seen = ElementSet(expecting: 2 * rows.count)
        try await ask(rows, under: mask, remembering: &seen)
        try await session.checkpoint()
        return try await takeAnswers(rows, under: mask, remembering: &seen)
    }

    private func ask(_ rows: [UInt32], under mask: CurveMask, remembering seen: inout ElementSet) async throws {
        let chunks = conversation.chunks(of: rows.count)
        for index in 0..<chunks.count {
            let asked = rows[chunks[index]].map { identifiers[Int($0)] }
            let elements = try await conversation.elements.masked(asked, by: mask, as: .alignment)
            try seen.insert(elements, count: asked.count, message: MaskedIdentifiers.name, chunk: index)
            try await session.send(MaskedIdentifiers(elements: elements), chunk: Chunk(index, of: chunks.count))
        }
    }

    /// Takes the own mask off each answer: `T(x, X(b P(x)))`.
    private func takeAnswers(
        _ rows: [UInt32], under mask: CurveMask, remembering seen: inout ElementSet
    ) async throws -> [(output: MatchKey, row: UInt32)] {
        let inverse = try mask.inverse()
        let chunks = conversation.chunks(of: rows.count)
        var tags: [(output: MatchKey, row: UInt32)] = []
        tags.reserveCapacity(rows.count)
        for index in 0..<chunks.count {
            let message = try await session.receive(MaskedTwice.self, chunk: Chunk(index, of: chunks.count))
            let asked = rows[chunks[index]]
            try seen.insert(message.elements, count: asked.count, message: MaskedTwice.name, chunk: index)
            let elements = try await conversation.elements.masked(message.elements, by: inverse, chunk: index)
            for (place, row) in asked.enumerated() {
                let element = Curve.element(place, of: elements)
                tags.append((conversation.hashes.key(of: identifiers[Int(row)], at: element), row))
            }
            conversation.report(.evaluation, tags.count, of: rows.count)
        }
        return tags
    }
}
