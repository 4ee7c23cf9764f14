internal import Bignum
internal import Paillier
internal import Wire

// Handovers, announcements and results (multiparty-training.md 3).
extension PaillierShareExchange: HolderExchange, OtherExchange {
    // MARK: Holder

    func takeHandover(count: Int, bits: Int) async throws -> [ShareWord] {
        let round = nextRound()
        let chunks = Handover.chunks(count, bits: bits)
        var result: [ShareWord] = []
        for chunk in 0..<chunks.count {
            try Task.checkCancellation()
            let message = try await session.receive(
                Handover.self, round: round, chunk: Chunk(chunk, of: chunks.count))
            guard
                let words = try seal().opened(
                    message.bytes, count: chunks.range(chunk).count, bits: bits, round: round, chunk: chunk)
            else {
                throw TrainingError.protocolViolation(
                    "shares handed over that are not sealed, too many, too few or too wide")
            }
            result += words
        }
        return result
    }

    func announce(_ digit: UInt64, bits: Int) async throws {
        try await session.send(
            WindowShare(bits: bits, value: digit & ((1 << UInt64(bits)) - 1)), round: nextRound())
    }

    func announce(_ numbers: [ShareWord], bits: [Int]) async throws {
        try await session.send(ResultShares(numbers, bits: bits), round: nextRound())
    }

    func takeBit() async throws -> Bool { try await window(bits: 1) == 1 }

    func giveResults(_ shares: [ShareWord], bits: Int) async throws {
        let round = nextRound()
        let layout = try ResultPacking(bits: bits, modulusBits: modulusBits)
        var generator = session.randomness(SealedResultsKind.name, round: round)
        var numbers = LimbVector(count: layout.ciphertexts(shares.count), bits: modulusBits)
        var packing = SlotPacking(bits: modulusBits)
        for index in 0..<numbers.count {
            packing.reset()
            layout.fill(&packing, index, shares, using: &generator)
            // No number is negative, so nothing is reduced: the modulus is the party's.
            packing.write(to: &numbers, element: index, modulus: [])
        }
        let encrypted = keys.evaluator.encrypt(numbers, using: &generator)
        try await session.send(Payload<SealedResultsKind>(encrypted.serialized), round: round)
    }

    /// What the party will seal handovers under.
    func takeHandoverKey(round: UInt32 = 0) async throws {
        let bytes = try await session.receive(Payload<HandoverKeyKind>.self, round: round).bytes
        let secret = keys.own.decrypt(try CiphertextVector(serialized: bytes, count: 1, key: keys.own.publicKey))
        handoverSeal = HandoverSeal(secret: secret, bits: modulusBits, session: session.id)
    }

    private func seal() throws(TrainingError) -> HandoverSeal {
        guard let handoverSeal else { throw .protocolViolation("shares handed over without a key") }
        return handoverSeal
    }

    // MARK: The further party

    /// Draws what handovers are sealed under.
    func giveHandoverKey(round: UInt32 = 0) async throws {
        var generator = session.randomness(HandoverKeyKind.name)
        let secret = LimbVector.random(count: 1, below: keys.peer.n, using: &generator)
        let encrypted = keys.evaluator.encrypt(secret, using: &generator)
        handoverSeal = HandoverSeal(secret: secret, bits: keys.peer.modulusBits, session: session.id)
        try await session.send(Payload<HandoverKeyKind>(encrypted.serialized), round: round)
    }

    func splittingWords(count: Int) -> [ShareWord] {
        var generator = session.randomness("split", round: round + 1)
        return (0..<count).map { _ in
            ShareWord(low: generator.next(), middle: generator.next(), high: generator.next()).masked()
        }
    }

    func handOver(_ words: [ShareWord], bits: Int) async throws {
        let round = nextRound()
        let chunks = Handover.chunks(words.count, bits: bits)
        for chunk in 0..<chunks.count {
            try Task.checkCancellation()
            let sealed = try seal().sealed(
                words[chunks.range(chunk)].lazy.map { $0.masked(bits) }, bits: bits, round: round, chunk: chunk)
            try await session.send(Handover(sealed: sealed), round: round, chunk: Chunk(chunk, of: chunks.count))
        }
    }

    func takeAnnounced(bits: Int) async throws -> UInt64 { try await window(bits: bits) }

    func takeAnnounced(bits: [Int]) async throws -> [ShareWord] {
        let message = try await session.receive(ResultShares.self, round: nextRound())
        guard let words = message.words(bits: bits) else {
            throw TrainingError.protocolViolation("announced numbers that are too many, too few or too wide")
        }
        return words
    }

    func giveBit(_ isSet: Bool) async throws {
        try await session.send(WindowShare(bits: 1, value: isSet ? 1 : 0), round: nextRound())
    }

    func takeResults(count: Int, bits: Int) async throws -> [ShareWord] {
        let layout = try ResultPacking(bits: bits, modulusBits: modulusBits)
        let bytes = try await session.receive(Payload<SealedResultsKind>.self, round: nextRound()).bytes
        let results = try CiphertextVector(
            serialized: bytes, count: layout.ciphertexts(count), key: keys.own.publicKey)
        return layout.words(keys.own.decrypt(results), count: count)
    }

    private func window(bits: Int) async throws -> UInt64 {
        let message = try await session.receive(WindowShare.self, round: nextRound())
        guard message.bits == bits else { throw TrainingError.protocolViolation("a window of a wrong width") }
        return message.value
    }
}
