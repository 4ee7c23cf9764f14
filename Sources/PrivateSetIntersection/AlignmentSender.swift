internal import Bignum
internal import KeyAgreement
internal import Paillier
internal import Wire

/// The side that owns the PRF key: `protocols/alignment.md` 5, steps of the sender.
struct AlignmentSender: Sendable {
    private let conversation: Conversation
    private let powersOfG: FixedBaseTable
    private var session: Session { conversation.session }
    private var identifiers: [[UInt8]] { conversation.identifiers }
    private var group: AlignmentGroup { conversation.group }
    private var hashes: AlignmentHashes { conversation.hashes }

    /// Answers that may wait to be sent: as many as the receiver asks for before it reads one.
    private static let window = 3

    /// Own identifiers whose tags are computed together.
    private static let ownChunk = 8192

    init(_ conversation: Conversation) {
        self.conversation = conversation
        powersOfG = FixedBaseTable(
            base: conversation.group.generator, exponentBits: BlindingSizes.order, modulus: conversation.group.modulus)
    }

    func run() async throws -> Intersection {
        let own = try MatchedRows(try await evaluate(hashes.keys))
        try await session.checkpoint()
        try await conversation.exchange.sendTags(own.tagged.tags)
        try await session.checkpoint()
        let matches = try await conversation.exchange.receiveMatches(among: own)
        try await conversation.exchange.compareOrders(matches.tags)
        return Intersection(
            rowIndices: matches.rows, ownCount: identifiers.count, peerCount: conversation.peerCount, role: .sender)
    }

    /// Steps 3 to 7: answers the receiver, and what the function gives at every own identifier.
    ///
    /// - Parameter outputs: from the function's values, fixed-width elements of the group, and their width.
    func evaluate<Output: Sendable>(
        _ outputs: @escaping @Sendable ([UInt8], Int) -> [Output]
    ) async throws -> [(output: Output, row: UInt32)] {
        conversation.report(.keys, 0, of: 0)
        let key = try await sendKey()
        let salt = try await session.receive(HashSalt.self).salt.bytes
        return try await evaluate(with: key, salt: salt, outputs)
    }

    // MARK: Step 3

    private struct SenderSecrets: Sendable {
        let paillier: PrivateKey
        /// k
        let prfKey: BigInt
        /// K as it was sent.
        let encryptedKey: [UInt8]
    }

    private func sendKey() async throws -> SenderSecrets {
        let (parameters, head) = try await session.receiveWithHead(VerifierParameters.self)
        var randomness = session.randomness("alignment key", after: head)
        let prover: KeyProver<AlignmentKeys>
        do {
            prover = try KeyProver(parameters, terms: conversation.keyTerms, session: session)
        } catch { throw AlignmentError.verifierParametersRejected }
        let paillier =
            try conversation.parameters.key
            ?? PrivateKey.generate(bits: conversation.keyBits, using: &randomness)
        try await session.send(prover.prove(paillier, using: &randomness))

        // k uniform in [1, q); K = (1 + k n) rho^n mod n^2
        let k = BigInt.random(below: group.order.value - 1, using: &randomness) + 1
        let publicKey = paillier.publicKey
        let nonce = BigInt.random(below: publicKey.n, using: &randomness)
        let encryptedKey = try publicKey.encrypt(
            LimbVector([k], bits: BlindingSizes.order), nonces: LimbVector([nonce], bits: publicKey.modulusBits)
        ).serialized
        let proof = try RangeProof.prove(
            k: k, nonce: nonce, encryptedKey: encryptedKey, publicKey: publicKey, hashes: hashes,
            prover: session.localName, using: &randomness)
        try await session.send(EncryptedPRFKey(ciphertext: encryptedKey, rangeProof: proof))
        return SenderSecrets(paillier: paillier, prfKey: k, encryptedKey: encryptedKey)
    }

    // MARK: Steps 6 and 7

    /// Answers the receiver chunk by chunk and computes the own outputs; receiving, sending and the own set overlap.
    private func evaluate<Output: Sendable>(
        with key: SenderSecrets, salt: [UInt8], _ outputs: @escaping @Sendable ([UInt8], Int) -> [Output]
    ) async throws -> [(output: Output, row: UInt32)] {
        let slots = BlindingSizes.slots(modulusBits: key.paillier.publicKey.modulusBits)
        let chunks = Chunking.identifiers(conversation.peerCount, slots: slots)
        let (answers, answer) = AsyncStream.makeStream(of: (message: Evaluations, chunk: Chunk).self)
        let (sent, allSent) = AsyncStream.makeStream(of: Void.self)
        // A receiver that asks and does not read is not answered further: memory stays bounded.
        let (permits, permit) = AsyncStream.makeStream(of: Void.self)
        for _ in 0..<Self.window { permit.yield() }
        return try await withThrowingTaskGroup(of: [(output: Output, row: UInt32)].self) { tasks in
            tasks.addTask {
                defer { answer.finish() }
                var sent = sent.makeAsyncIterator()
                var permits = permits.makeAsyncIterator()
                for index in 0..<chunks.count {
                    let chunk = Chunk(index, of: chunks.count)
                    let message = try await session.receive(BlindedIdentifiers.self, chunk: chunk)
                    guard await permits.next() != nil else { throw CancellationError() }
                    answer.yield(
                        (
                            try respond(to: message, chunk: chunk, count: chunks[index].count, key: key, salt: salt),
                            chunk
                        ))
                    conversation.report(.evaluation, chunks[index].upperBound, of: conversation.peerCount)
                    if conversation.isCheckpointDue(after: chunk) {
                        // Once the last answer has gone, nothing is under way.
                        guard await sent.next() != nil else { throw CancellationError() }
                        try await session.checkpoint()
                    }
                }
                return []
            }
            tasks.addTask {
                for await (message, chunk) in answers {
                    try await session.send(message, chunk: chunk)
                    permit.yield()
                    if conversation.isCheckpointDue(after: chunk) { allSent.yield() }
                }
                return []
            }
            tasks.addTask { try await ownOutputs(with: key, salt: salt, outputs) }
            var all: [(output: Output, row: UInt32)] = []
            for try await part in tasks { all += part }
            return all
        }
    }

    /// `g^(1/v)` for each slot v of a chunk whose proof holds.
    private func respond(
        to message: BlindedIdentifiers, chunk: Chunk, count: Int, key: SenderSecrets, salt: [UInt8]
    ) throws -> Evaluations {
        let publicKey = key.paillier.publicKey
        let width = CiphertextVector.serializedWidth(of: publicKey)
        let slots = BlindingSizes.slots(modulusBits: publicKey.modulusBits)
        let plaintexts = (count + slots - 1) / slots
        guard message.identifiers == count, message.ciphertexts.count == plaintexts * width else {
            throw AlignmentError.wrongCount(
                message: BlindedIdentifiers.name, expected: count, found: Int(message.identifiers))
        }
        guard let proof = BlindingProof(serialized: message.proof, slots: slots, ciphertextWidth: width) else {
            throw AlignmentError.blindingProofRejected(chunk: Int(chunk.index))
        }
        let ciphertexts: CiphertextVector
        do {
            ciphertexts = try CiphertextVector(
                serialized: message.ciphertexts + proof.masks, count: plaintexts + BlindingSizes.challengeRows,
                key: publicKey)
        } catch {
            throw AlignmentError.ciphertextRejected(chunk: Int(chunk.index))
        }
        let decrypted = key.paillier.decrypt(ciphertexts)
        let statement = BlindingStatement(
            sessionID: hashes.sessionID, chunk: chunk.index, identifiers: message.identifiers,
            encryptedKey: key.encryptedKey, salt: salt, ciphertexts: message.ciphertexts)
        guard
            proof.isValid(
                plaintexts: decrypted[0..<plaintexts], maskPlaintexts: decrypted[plaintexts..<decrypted.count],
                statement: statement, prfKey: key.prfKey, n: publicKey.n, slots: slots)
        else { throw AlignmentError.blindingProofRejected(chunk: Int(chunk.index)) }
        let values = try slotValues(decrypted[0..<plaintexts], count: count, slots: slots, n: publicKey.n)
        return Evaluations(
            identifiers: message.identifiers, elements: try elements(inverting: values).bigEndianBytes())
    }

    /// Each slot modulo q. A shift by a multiple of q makes slots positive first, so that none borrows from the next.
    private func slotValues(_ plaintexts: LimbVector, count: Int, slots: Int, n: BigInt) throws -> [BigInt] {
        let q = group.order.value
        let shift = BlindingSizes.positiveShift(order: q)
        let shifts = (0..<slots).reduce(BigInt(0)) { $0 + shift << ($1 * BlindingSizes.slot) }
        var values: [BigInt] = []
        values.reserveCapacity(count)
        for index in 0..<plaintexts.count {
            var rest = (plaintexts[index] + shifts).mod(n)
            for _ in 0..<min(slots, count - index * slots) {
                let above = rest >> BlindingSizes.slot
                values.append((rest - above << BlindingSizes.slot).mod(q))
                rest = above
            }
        }
        return values
    }

    /// `g^(1/v)`, inverses together.
    private func elements(inverting values: [BigInt]) throws -> ResidueVector {
        do {
            let inverses = try ResidueVector(values, modulus: group.order).inverses()
            return powersOfG.pow(secret: inverses.values())
        } catch BignumError.notInvertible {
            throw AlignmentError.degenerateValue
        }
    }

    /// Outputs of `g^(1 / (k + H1(y)))` of every own identifier.
    private func ownOutputs<Output>(
        with key: SenderSecrets, salt: [UInt8], _ outputs: ([UInt8], Int) -> [Output]
    ) async throws -> [(output: Output, row: UInt32)] {
        let q = group.order.value
        let chunks = Chunking(total: identifiers.count, size: Self.ownChunk)
        var found: [(output: Output, row: UInt32)] = []
        found.reserveCapacity(identifiers.count)
        for index in 0..<chunks.count {
            try Task.checkCancellation()
            let values = chunks[index].map {
                (key.prfKey + hashes.exponent(of: identifiers[$0], salt: salt, order: q)).mod(q)
            }
            let bytes = try elements(inverting: values).bigEndianBytes()
            for (output, row) in zip(outputs(bytes, group.modulus.byteWidth), chunks[index]) {
                found.append((output, UInt32(row)))
            }
            conversation.report(.tags, found.count, of: identifiers.count)
            await Task.yield()
        }
        return found
    }
}
