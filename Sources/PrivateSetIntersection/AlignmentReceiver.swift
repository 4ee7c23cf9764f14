internal import Bignum
internal import KeyAgreement
internal import Paillier
internal import Wire

/// The side that asks: `protocols/alignment.md` 5, steps of the receiver.
struct AlignmentReceiver: Sendable {
    private let conversation: Conversation
    private var session: Session { conversation.session }
    private var identifiers: [[UInt8]] { conversation.identifiers }
    private var group: AlignmentGroup { conversation.group }
    private var hashes: AlignmentHashes { conversation.hashes }

    /// Chunks that may be under way without an answer: the sender always has one waiting, memory stays bounded.
    private static let window = 3

    init(_ conversation: Conversation) { self.conversation = conversation }

    func run() async throws -> Intersection {
        let own = try MatchedRows(try await evaluate(hashes.keys))
        try await session.checkpoint()
        let matches = try await conversation.exchange.receiveTags(matching: own)
        try await session.checkpoint()
        try await conversation.exchange.announce(matches, of: own)
        try await conversation.exchange.compareOrders(matches.tags)
        return Intersection(
            rowIndices: matches.rows, ownCount: identifiers.count, peerCount: conversation.peerCount, role: .receiver)
    }

    /// Steps 2 to 8: what the function gives at every own identifier, in no order.
    ///
    /// - Parameter outputs: from the function's values, fixed-width elements of the group, and their width.
    func evaluate<Output: Sendable>(
        _ outputs: @escaping @Sendable ([UInt8], Int) -> [Output]
    ) async throws -> [(output: Output, row: UInt32)] {
        conversation.report(.keys, 0, of: 0)
        let key = try await receiveKey()
        var salts = session.randomness("alignment salt", after: key.head)
        let salt = Bytes32(words: &salts)
        try await session.send(HashSalt(salt: salt))
        return try await evaluate(under: key, salt: salt.bytes, outputs)
    }

    // MARK: Steps 2 and 4

    /// The sender's key, once everything about it is proven.
    private struct SenderMaterial: Sendable {
        let publicKey: PublicKey
        let blindingKey: BlindingKey
        /// K as it was sent.
        let encryptedKey: [UInt8]
        /// What the peer had said by then: all later randomness hangs on it.
        let head: TreeHead
    }

    private func receiveKey() async throws -> SenderMaterial {
        var randomness = session.randomness("alignment verifier")
        let verifier = try KeyVerifier(
            AlignmentKeys.self, terms: conversation.keyTerms, session: session, using: &randomness)
        try await session.send(verifier.message)

        let senderKey = try await session.receive(SenderKey.self)
        let (message, head) = try await session.receiveWithHead(EncryptedPRFKey.self)
        let publicKey: PublicKey
        do { publicKey = try verifier.verify(senderKey) } catch { throw AlignmentError.keyProofRejected }
        let encryptedKey: CiphertextVector
        do {
            encryptedKey = try CiphertextVector(serialized: message.ciphertext, count: 1, key: publicKey)
        } catch {
            throw AlignmentError.encryptedKeyRejected
        }
        let isProven = session.inspected { ($0 as? AlignmentInspector)?.isRangeProven(of: message.ciphertext) }
        if isProven != true {
            var coins = session.randomness("alignment range check", after: head)
            guard
                RangeProof.isValid(
                    message.rangeProof, encryptedKey: message.ciphertext, publicKey: publicKey, hashes: hashes,
                    prover: session.peerName, using: &coins)
            else { throw AlignmentError.rangeProofRejected }
        }

        var bases = session.randomness("alignment bases", after: head)
        return SenderMaterial(
            publicKey: publicKey, blindingKey: try BlindingKey(encryptedKey, using: &bases),
            encryptedKey: message.ciphertext, head: head)
    }

    // MARK: Steps 5 and 8

    /// What is kept of a chunk until its answer comes.
    private struct Asked: Sendable {
        let chunk: Chunk
        let rows: ArraySlice<UInt32>
        /// a, one a row.
        let coefficients: LimbVector
    }

    /// Outputs of all own identifiers, in no order. Blinding and unblinding run at the same time.
    private func evaluate<Output: Sendable>(
        under key: SenderMaterial, salt: [UInt8], _ outputs: @escaping @Sendable ([UInt8], Int) -> [Output]
    ) async throws -> [(output: Output, row: UInt32)] {
        var permutation = session.randomness("alignment permutation", after: key.head)
        let rows = Permutation.random(identifiers.count, using: &permutation)
        let chunks = Chunking.identifiers(rows.count, slots: key.blindingKey.slots)
        let (permits, permit) = AsyncStream.makeStream(of: Void.self)
        let (unanswered, ask) = AsyncStream.makeStream(of: Asked.self)
        for _ in 0..<Self.window { permit.yield() }

        return try await withThrowingTaskGroup(of: [(output: Output, row: UInt32)].self) { group in
            group.addTask {
                defer { ask.finish() }
                var randomness = session.randomness("alignment blinding", after: key.head)
                var permits = permits.makeAsyncIterator()
                for index in 0..<chunks.count {
                    guard await permits.next() != nil else { throw CancellationError() }
                    let (message, asked) = try blind(
                        rows[chunks[index]], chunk: Chunk(index, of: chunks.count), key: key, salt: salt,
                        using: &randomness)
                    ask.yield(asked)
                    try await session.send(message, chunk: asked.chunk)
                    if conversation.isCheckpointDue(after: asked.chunk) {
                        // All permits back: every chunk is answered, and the other task receives nothing.
                        for _ in 0..<Self.window {
                            guard await permits.next() != nil else { throw CancellationError() }
                        }
                        try await session.checkpoint()
                        for _ in 0..<Self.window { permit.yield() }
                    }
                }
                return []
            }
            group.addTask {
                var found: [(output: Output, row: UInt32)] = []
                found.reserveCapacity(rows.count)
                for await asked in unanswered {
                    let answer = try await session.receive(Evaluations.self, chunk: asked.chunk)
                    found += try finalize(answer, asked, outputs)
                    permit.yield()
                    conversation.report(.evaluation, found.count, of: rows.count)
                }
                return found
            }
            var all: [(output: Output, row: UInt32)] = []
            for try await part in group { all += part }
            return all
        }
    }

    /// Encrypts `a (k + H1(x)) + (t + 2^259) q` for each row, packed, with the proof of blinding.
    private func blind(
        _ rows: ArraySlice<UInt32>, chunk: Chunk, key: SenderMaterial, salt: [UInt8],
        using randomness: inout some RandomNumberGenerator
    ) throws -> (BlindedIdentifiers, Asked) {
        let q = group.order.value
        let slots = key.blindingKey.slots
        let plaintexts = (rows.count + slots - 1) / slots
        // a = 2 c with c in [1, q); t in [0, 2^324)
        let c = LimbVector.random(count: rows.count, below: q - 1, using: &randomness)
        let t = LimbVector.random(count: rows.count, bits: BlindingSizes.quotientMask, using: &randomness)
        let shift = BlindingSizes.quotientShift(order: q)
        var coefficients: [BigInt] = []
        var offsets: [BigInt] = []
        for (index, row) in rows.enumerated() {
            let a = (c[index] + 1) << 1
            let h = hashes.exponent(of: identifiers[Int(row)], salt: salt, order: q)
            coefficients.append(a)
            offsets.append(a * h + t[index] * q + shift)
        }
        let kept = try LimbVector(coefficients, bits: BlindingSizes.coefficient)
        // Slots without an identifier hold zero.
        let padding = [BigInt](repeating: 0, count: plaintexts * slots - rows.count)
        let a = try LimbVector(coefficients + padding, bits: BlindingSizes.coefficient)
        let b = try LimbVector(offsets + padding, bits: BlindingSizes.offset)
        let ciphertexts = try key.blindingKey.encrypt(a: a, b: b, using: &randomness).serialized
        let statement = BlindingStatement(
            sessionID: hashes.sessionID, chunk: chunk.index, identifiers: UInt32(rows.count),
            encryptedKey: key.encryptedKey, salt: salt, ciphertexts: ciphertexts)
        let proof = try BlindingProof.prove(
            a: a, b: b, statement: statement, key: key.blindingKey, using: &randomness)
        return (
            BlindedIdentifiers(
                identifiers: UInt32(rows.count), ciphertexts: ciphertexts, proof: try proof.serialized()),
            Asked(chunk: chunk, rows: rows, coefficients: kept)
        )
    }

    /// Raises each element to its a: `(g^(1 / (a (k + H1(x)))))^a`.
    ///
    /// Elements are not checked to be of order q: a is even and P - 1 = 2 q m, so different a give different powers of
    /// any element but 0, 1 and -1.
    private func finalize<Output>(
        _ answer: Evaluations, _ asked: Asked, _ outputs: ([UInt8], Int) -> [Output]
    ) throws -> [(output: Output, row: UInt32)] {
        guard answer.identifiers == asked.rows.count else {
            throw AlignmentError.wrongCount(
                message: Evaluations.name, expected: asked.rows.count, found: Int(answer.identifiers))
        }
        let elements = try group.elements(
            answer.elements, count: asked.rows.count, message: Evaluations.name, chunk: Int(asked.chunk.index))
        let values = elements.pow(secret: asked.coefficients).bigEndianBytes()
        return Array(zip(outputs(values, group.modulus.byteWidth), asked.rows)).map { (output: $0, row: $1) }
    }
}

extension Bytes32 {
    /// 32 bytes of a generator.
    init(words generator: inout some RandomNumberGenerator) {
        let bytes = (0..<4).flatMap { _ in AlignmentHashes.bigEndian(generator.next() as UInt64) }
        // Four words of eight bytes are 32.
        self = Bytes32(bytes) ?? .zero
    }
}
