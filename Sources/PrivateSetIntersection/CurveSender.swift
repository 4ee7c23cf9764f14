internal import Wire

/// The side that answers: `protocols/alignment-ecdh.md` 3, steps of the sender.
struct CurveSender: Sendable {
    private let conversation: CurveConversation
    private var session: Session { conversation.session }
    private var identifiers: [[UInt8]] { conversation.identifiers }
    private var exchange: MatchExchange { conversation.exchange }

    init(_ conversation: CurveConversation) { self.conversation = conversation }

    func run() async throws -> Intersection {
        let own = try await evaluate()
        try await exchange.sendTags(own.tagged.tags)
        try await session.checkpoint()
        let matches = try await exchange.receiveMatches(among: own)
        try await exchange.compareOrders(matches.tags)
        return Intersection(
            rowIndices: matches.rows, ownCount: exchange.ownCount, peerCount: exchange.peerCount, role: .sender)
    }

    /// Answers the receiver and computes the own tags at the same time.
    private func evaluate() async throws -> MatchedRows {
        let mask = try conversation.mask()
        return try await withThrowingTaskGroup(of: [(output: MatchKey, row: UInt32)].self) { tasks in
            tasks.addTask {
                try await answer(with: mask)
                return []
            }
            tasks.addTask { try await ownTags(with: mask) }
            var all: [(output: MatchKey, row: UInt32)] = []
            for try await part in tasks { all += part }
            return try MatchedRows(all)
        }
    }

    /// Computes answers while questions come, and sends none before all have come and are signed.
    private func answer(with mask: CurveMask) async throws {
        let chunks = conversation.chunks(of: exchange.peerCount)
        var seen = ElementSet(expecting: exchange.peerCount)
        var answers: [[UInt8]] = []
        for index in 0..<chunks.count {
            let message = try await session.receive(MaskedIdentifiers.self, chunk: Chunk(index, of: chunks.count))
            try seen.insert(
                message.elements, count: chunks[index].count, message: MaskedIdentifiers.name, chunk: index)
            answers.append(try await conversation.elements.masked(message.elements, by: mask, chunk: index))
            conversation.report(.evaluation, chunks[index].upperBound, of: exchange.peerCount)
        }
        try await session.checkpoint()
        for index in 0..<chunks.count {
            try await session.send(MaskedTwice(elements: answers[index]), chunk: Chunk(index, of: chunks.count))
        }
    }

    /// `T(y, X(b P(y)))` of every own identifier.
    private func ownTags(with mask: CurveMask) async throws -> [(output: MatchKey, row: UInt32)] {
        let chunks = conversation.chunks(of: identifiers.count)
        var tags: [(output: MatchKey, row: UInt32)] = []
        tags.reserveCapacity(identifiers.count)
        for index in 0..<chunks.count {
            let rows = chunks[index]
            let elements = try await conversation.elements.masked(Array(identifiers[rows]), by: mask, as: .alignment)
            for (place, row) in rows.enumerated() {
                let element = Curve.element(place, of: elements)
                tags.append((conversation.hashes.key(of: identifiers[row], at: element), UInt32(row)))
            }
            conversation.report(.tags, tags.count, of: identifiers.count)
        }
        return tags
    }
}
