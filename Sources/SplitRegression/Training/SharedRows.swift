internal import Bignum
internal import Paillier
internal import Wire

/// What a step makes of the shares of its rows, chunk by chunk. An object rather than closures: it owns the running sums.
protocol ShareSink: AnyObject {
    /// This party's shares.
    func take(_ shares: [Int128], rows: Range<Int>) throws
    /// The peer's, encrypted under its key; never called where shares are not exchanged.
    func take(peer: CiphertextVector, rows: Range<Int>) throws
}

/// A separated evaluation over all rows, chunk by chunk with a lookahead of two (training.md 2 and 3).
///
/// The sink sees each chunk's shares as they come; with `exchangingShares` both parties also send their shares encrypted
/// under their own keys, for column sums at the other side.
struct SharedRows {
    let keys: TrainingKeys
    let session: Session
    let layout: SeparationLayout
    let chunks: RowChunks
    let round: UInt32
    let exchangingShares: Bool

    static let lookahead = 2

    init(
        keys: TrainingKeys, session: Session, layout: SeparationLayout, rows: Int, round: UInt32, exchangingShares: Bool
    ) {
        self.keys = keys
        self.session = session
        self.layout = layout
        self.round = round
        self.exchangingShares = exchangingShares
        chunks = Self.chunks(
            layout, rows: rows, ciphertextWidth: CiphertextVector.serializedWidth(of: keys.own.publicKey))
    }

    static func chunks(_ layout: SeparationLayout, rows: Int, ciphertextWidth: Int) -> RowChunks {
        RowChunks(
            rows: rows, multiple: layout.rowsPerGroup, bytesPerRow: layout.ciphertextsPerRow * ciphertextWidth)
    }

    /// Added to a share before it is encrypted, so that the plaintext is positive whatever the share's sign.
    var shareOffset: Int128 { (Int128(1) << Int128(layout.slotBits)) + (Int128(1) << 62) }

    private func encryptedShares(_ shares: [Int128], chunk: Int) throws -> CiphertextVector {
        var plaintexts = LimbVector(count: shares.count, bits: layout.slotBits + 2)
        for (row, share) in shares.enumerated() {
            plaintexts.place(UInt128(truncatingIfNeeded: share &+ shareOffset), element: row, at: 0)
        }
        var generator = session.randomness("shares/encrypt", round: round, chunk: UInt32(chunk))
        return keys.own.encrypt(plaintexts, using: &generator)
    }

    private func receiveShares(_ chunk: Int) async throws -> CiphertextVector {
        let bytes = try await session.receive(
            Payload<ShareCiphertextsKind>.self, round: round, chunk: Chunk(chunk, of: chunks.count)
        ).bytes
        return try CiphertextVector(serialized: bytes, count: chunks.range(chunk).count, key: keys.peer)
    }

    /// Active party: gives `d_A` for each chunk of rows, and the peer's encrypted `d_B` when shares are exchanged.
    func runActive(predictor: [Double], label: [Double], into sink: any ShareSink) async throws {
        let owner = SeparatedOwner(layout: layout, key: keys.own)
        var corrections: [Int: [Int128]] = [:]
        for step in 0..<chunks.count + Self.lookahead {
            try Task.checkCancellation()
            if step < chunks.count {
                let rows = chunks.range(step)
                let prepared = try owner.prepare(predictor: Array(predictor[rows]), label: Array(label[rows]))
                corrections[step] = prepared.corrections
                var generator = session.randomness("coefficients/encrypt", round: round, chunk: UInt32(step))
                let encrypted = keys.own.encrypt(prepared.plaintexts, using: &generator)
                try await session.send(
                    Payload<CoefficientChunkKind>(encrypted.serialized), round: round,
                    chunk: Chunk(step, of: chunks.count))
            }
            let chunk = step - Self.lookahead
            guard chunk >= 0, let correction = corrections.removeValue(forKey: chunk) else { continue }
            let bytes = try await session.receive(
                Payload<SharedResultsKind>.self, round: round, chunk: Chunk(chunk, of: chunks.count)
            ).bytes
            let groups = try CiphertextVector(
                serialized: bytes, count: layout.groups(rows: correction.count), key: keys.own.publicKey)
            let shares = owner.shares(ofOpened: keys.own.decrypt(groups), corrections: correction)
            guard exchangingShares else {
                try sink.take(shares, rows: chunks.range(chunk))
                continue
            }
            let peer = try await receiveShares(chunk)
            let residuals = residualShares(shares, label: label, rows: chunks.range(chunk))
            try await session.send(
                Payload<ShareCiphertextsKind>(try encryptedShares(residuals, chunk: chunk).serialized), round: round,
                chunk: Chunk(chunk, of: chunks.count))
            try sink.take(residuals, rows: chunks.range(chunk))
            try sink.take(peer: peer, rows: chunks.range(chunk))
        }
    }

    /// For the kind `mean` the active party turns its share of the mean into a share of the residual.
    private func residualShares(_ shares: [Int128], label: [Double], rows: Range<Int>) -> [Int128] {
        guard layout.kind == .mean else { return shares }
        let one = Int128(1) << Int128(SeparationLayout.shareFractionBits)
        return zip(shares, rows).map { share, row in share - (label[row] > 0.5 ? one : 0) }
    }

    /// Passive party: gives `d_B` for each chunk of rows as soon as it is drawn, and later the peer's encrypted `d_A` when
    /// shares are exchanged.
    func runPassive(predictor: [Double], into sink: any ShareSink) async throws {
        let evaluator = SeparatedEvaluator(layout: layout, evaluator: keys.evaluator)
        for step in 0..<chunks.count + Self.lookahead {
            try Task.checkCancellation()
            if step < chunks.count {
                let rows = chunks.range(step)
                let bytes = try await session.receive(
                    Payload<CoefficientChunkKind>.self, round: round, chunk: Chunk(step, of: chunks.count)
                ).bytes
                let coefficients = try CiphertextVector(
                    serialized: bytes, count: rows.count * layout.ciphertextsPerRow, key: keys.peer)
                let prepared = evaluator.prepare(predictor: Array(predictor[rows]))
                let sums = evaluator.groupSums(coefficients, prepared: prepared)
                var generator = session.randomness("results/mask", round: round, chunk: UInt32(step))
                let (results, masks) = keys.evaluator.mask(sums, using: &generator)
                let shares = evaluator.shares(ofMasks: masks, prepared: prepared)
                try await session.send(
                    Payload<SharedResultsKind>(results.serialized), round: round, chunk: Chunk(step, of: chunks.count))
                if exchangingShares {
                    try await session.send(
                        Payload<ShareCiphertextsKind>(try encryptedShares(shares, chunk: step).serialized),
                        round: round,
                        chunk: Chunk(step, of: chunks.count))
                }
                try sink.take(shares, rows: rows)
            }
            let chunk = step - Self.lookahead
            guard exchangingShares, chunk >= 0 else { continue }
            let peer = try await receiveShares(chunk)
            try sink.take(peer: peer, rows: chunks.range(chunk))
        }
    }
}
