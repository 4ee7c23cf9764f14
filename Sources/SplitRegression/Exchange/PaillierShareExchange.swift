internal import Bignum
internal import Crypto
internal import Paillier
internal import Wire

/// The exchanges under both parties' Paillier keys, over a session (training.md 3).
final class PaillierShareExchange: ShareExchange {
    let keys: TrainingKeys
    let session: Session
    /// Number of the present exchange: what belongs to it carries it.
    private(set) var round: UInt32
    /// For people who wait.
    var pass = 1
    var common: SeededGenerator
    /// Between a holder and a further party.
    var handoverSeal: HandoverSeal?
    let modulus: [UInt64]
    let report: @Sendable (TrainingProgress) -> Void

    init(
        keys: TrainingKeys, session: Session, round: UInt32, report: @escaping @Sendable (TrainingProgress) -> Void
    ) {
        self.keys = keys
        self.session = session
        self.round = round
        self.report = report
        common = SeededGenerator(
            seed: Array(SHA256.hash(data: Array("moiety/truncation/v1".utf8) + session.id.bytes)))
        let n = keys.own.publicKey.n
        modulus = (0..<(keys.own.publicKey.modulusBits + 63) / 64).map { n.limb($0) }
    }

    var width: Int { CiphertextVector.serializedWidth(of: keys.peer) }
    var modulusBits: Int { keys.own.publicKey.modulusBits }

    func nextRound() -> UInt32 {
        round += 1
        return round
    }

    func commonWords(count: Int) -> [ShareWord] {
        (0..<count).map { _ in
            ShareWord(low: common.next(), middle: common.next(), high: common.next())
        }
    }

    func checkpoint() async throws { try await session.checkpoint() }

    // MARK: Messages

    /// Owner: encrypts and sends a chunk.
    func send<Kind: PayloadKind>(
        _: Kind.Type, _ plaintexts: LimbVector, round: UInt32, chunk: Int, of count: Int
    ) async throws {
        try Task.checkCancellation()
        var generator = session.randomness(Kind.name, round: round, chunk: UInt32(chunk))
        let encrypted = keys.own.encrypt(plaintexts, using: &generator)
        try await session.send(
            Payload<Kind>(encrypted.serialized), round: round, chunk: Chunk(chunk, of: count))
    }

    /// Evaluator: a chunk of ciphertexts under the peer's key.
    func receive<Kind: PayloadKind>(
        _: Kind.Type, count ciphertexts: Int, round: UInt32, chunk: Int, of count: Int
    ) async throws -> CiphertextVector {
        try Task.checkCancellation()
        let bytes = try await session.receive(
            Payload<Kind>.self, round: round, chunk: Chunk(chunk, of: count)
        ).bytes
        return try CiphertextVector(serialized: bytes, count: ciphertexts, key: keys.peer)
    }

    /// Evaluator: all chunks of an owner's message that are wanted at once.
    func receiveAll<Kind: PayloadKind>(
        _ kind: Kind.Type, _ shape: ExchangeShape, round: UInt32
    ) async throws -> [CiphertextVector] {
        let sizes = shape.request(width: width)
        var result: [CiphertextVector] = []
        for chunk in 0..<sizes.count {
            result.append(
                try await receive(kind, count: sizes[chunk], round: round, chunk: chunk, of: sizes.count))
        }
        return result
    }

    /// Evaluator: masks, rerandomises and sends results; keeps the masks.
    func answer<Kind: PayloadKind>(
        _: Kind.Type, _ sums: EncryptedSums, round: UInt32, chunk: Int, of count: Int
    ) async throws -> LimbVector {
        try Task.checkCancellation()
        var generator = session.randomness(Kind.name, round: round, chunk: UInt32(chunk))
        let (ciphertexts, masks) = keys.evaluator.mask(sums, using: &generator)
        try await session.send(
            Payload<Kind>(ciphertexts.serialized), round: round, chunk: Chunk(chunk, of: count))
        return masks
    }

    /// Owner: decrypts a chunk of results and keeps them.
    func open<Kind: PayloadKind>(
        _: Kind.Type, count ciphertexts: Int, round: UInt32, chunk: Int, of count: Int
    ) async throws -> LimbVector {
        try Task.checkCancellation()
        let bytes = try await session.receive(
            Payload<Kind>.self, round: round, chunk: Chunk(chunk, of: count)
        ).bytes
        let results = try CiphertextVector(serialized: bytes, count: ciphertexts, key: keys.own.publicKey)
        return keys.own.decrypt(results)
    }

    /// All results of an exchange in their chunks, each turned into words as soon as it is there.
    func openAll<Kind: PayloadKind>(
        _ kind: Kind.Type, _ shape: ExchangeShape, round: UInt32, _ body: (LimbVector, Range<Int>) -> Void
    ) async throws {
        let chunks = shape.replyResults(width: width)
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            body(
                try await open(kind, count: range.count, round: round, chunk: chunk, of: chunks.count), range)
        }
    }

    func answerAll<Kind: PayloadKind>(
        _ kind: Kind.Type, _ results: EncryptedSums, _ shape: ExchangeShape, round: UInt32,
        _ body: (LimbVector, Range<Int>) -> Void
    ) async throws {
        let chunks = shape.replyResults(width: width)
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            body(
                try await answer(kind, results[range], round: round, chunk: chunk, of: chunks.count), range)
        }
    }

    func plaintexts(_ count: Int, _ fill: (Int, inout SlotPacking) throws -> Void) rethrows -> LimbVector {
        var result = LimbVector(count: count, bits: modulusBits)
        var packing = SlotPacking(bits: modulusBits)
        for index in 0..<count {
            packing.reset()
            try fill(index, &packing)
            packing.write(to: &result, element: index, modulus: modulus)
        }
        return result
    }

    // MARK: Openings (3.6, 3.7)

    func exchangeWindow(_ own: UInt64, bits: Int) async throws -> UInt64 {
        let round = nextRound()
        try await session.send(WindowShare(bits: bits, value: own), round: round)
        let peer = try await session.receive(WindowShare.self, round: round)
        guard peer.bits == bits else { throw TrainingError.protocolViolation("a window of a wrong width") }
        return peer.value
    }

    func exchangeResults(_ own: [ShareWord], bits: [Int], expecting: [Int]) async throws -> [ShareWord] {
        let round = nextRound()
        try await session.send(ResultShares(own, bits: bits), round: round)
        let peer = try await session.receive(ResultShares.self, round: round)
        guard let words = peer.words(bits: expecting) else {
            throw TrainingError.protocolViolation("shares of results that are too many, too few or too wide")
        }
        return words
    }
}
