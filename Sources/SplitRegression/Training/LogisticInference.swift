internal import Bignum
internal import Paillier
internal import Records
internal import Wire

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The information matrix of an unpenalised logistic fit, each party ending with what its own standard errors need
/// (training.md 6).
struct LogisticInference {
    let context: TrainingContext
    let block: ColumnBlock
    let label: [Double]

    /// Products of two columns keep this many fraction bits.
    private static let productBits = 14
    /// Weights keep this many after the local cut.
    fileprivate static let weightBits = 24
    private static let basisBits = 16

    private struct Shared {
        /// This party's weight shares at scale 2^-24.
        var weights: [Int128]
        /// This party's own block `X^T W X`.
        var information: SymmetricMatrix
    }

    func active(coefficients: [Double], centring: [Double]) async throws -> Covariance.Active {
        let shared = try await shareWeights(coefficients)
        let factor = try WhitenedBasis.factor(shared.information, names: block.names)
        var generator = context.session.randomness("basis/rotation")
        let rotation = RandomRotation.sample(order: block.count, using: &generator)
        let basis = WhitenedBasis.vectors(block.columns, factor: factor, rotation: rotation)
        context.report(.inference(step: "cross block"))
        try await serveBasis(basis, weights: shared.weights)
        return try await Covariance(context: context).active(
            factor: factor, rotation: rotation, centring: centring, variance: 1)
    }

    func passive(coefficients: [Double], centring: [Double]) async throws -> [Double] {
        let shared = try await shareWeights(coefficients)
        context.report(.inference(step: "cross block"))
        let cross = try await receiveBasis(weights: shared.weights)
        let n = Double(context.rows)
        let schur = shared.information.minus(WhitenedBasis.crossGram(cross).scaled(by: 1 / n))
        let diagonal = (0..<schur.order).map { shared.information[$0, $0] }.max() ?? 0
        let factor = try WhitenedBasis.schurFactor(schur, diagonal: diagonal * 1e-3, names: block.names)
        return try await Covariance(context: context).passive(
            schur: factor, cross: cross, centring: centring, variance: 1)
    }

    // MARK: - Layouts, from public numbers

    /// Of the sums for one party's own block.
    static func ownSlots(rows: Int, modulusBits: Int) throws(TrainingError) -> SumSlots {
        try SumSlots(
            slotBits: SeparationLayout.shareFractionBits + productBits + SeparationLayout.ceilLog2(rows) + 4,
            modulusBits: modulusBits)
    }

    /// Of the sums for the cross block.
    static func crossSlots(rows: Int, modulusBits: Int) throws(TrainingError) -> SumSlots {
        try SumSlots(
            slotBits: sumFractionBits + SeparationLayout.ceilLog2(rows) + 4, modulusBits: modulusBits)
    }

    static func weightBound(blockScale: Double) -> Double { 1e-4 * blockScale }

    // MARK: - Weights and own blocks (step 1)

    private func shareWeights(_ coefficients: [Double]) async throws -> Shared {
        context.report(.inference(step: "weights"))
        let predictor = linearPredictor(columns: block.columns, coefficients: coefficients)
        let round = context.nextRound()
        guard
            let layout = try await SeparatedSum.exchangeLayout(
                context, kind: .weight, predictor: predictor, bound: Self.weightBound(blockScale: context.blockScale),
                round: round)
        else { throw TrainingError.predictorOutOfRange(radius: PredictorRange.largest) }
        let shared = SharedRows(
            keys: context.keys, session: context.session, layout: layout, rows: context.rows, round: round,
            exchangingShares: true)
        let sums = InformationSums(products: columnProducts(), context: context, offset: shared.shareOffset)
        switch context.role {
        case .active: try await shared.runActive(predictor: predictor, label: label, into: sums)
        case .passive: try await shared.runPassive(predictor: predictor, into: sums)
        }
        let slots = try Self.ownSlots(rows: context.rows, modulusBits: context.modulusBits)
        let exchange = MaskedSumExchange(
            keys: context.keys, session: context.session, round: context.round, label: "information")
        let pending = try await exchange.request(
            sums.encrypted.finish(), addends: sums.local.map(\.value), slots: slots)
        let peerProducts = context.peerColumns * (context.peerColumns + 1) / 2
        // 2^-24 of the largest entry: nothing against a standard error's third digit.
        let dither =
            SeparationLayout.shareFractionBits + Self.productBits + SeparationLayout.ceilLog2(context.rows) - 24
        try await exchange.answer(count: peerProducts, slots: slots, ditherBits: dither)
        let opened = try await exchange.finish(pending)
        let unit = scalbn(1.0, -(SeparationLayout.shareFractionBits + Self.productBits))
        var information = SymmetricMatrix(order: block.count)
        var position = 0
        for j in 0..<block.count {
            for k in 0...j {
                information[j, k] = opened[position].asDouble * unit
                information[k, j] = information[j, k]
                position += 1
            }
        }
        return Shared(weights: sums.weights, information: information)
    }

    /// `x_j x_k` for `k <= j`, rounded to 2^-14.
    private func columnProducts() -> [[Int64]] {
        let shift = Int64(32 - Self.productBits)
        let half = Int64(1) << (shift - 1)
        var result: [[Int64]] = []
        for j in 0..<block.count {
            for k in 0...j {
                result.append(zip(block.integers[j], block.integers[k]).map { (Int64($0) * Int64($1) + half) >> shift })
            }
        }
        return result
    }

    // MARK: - Cross block (step 2)

    /// Scale of the cross sums: weight, basis entry, column entry.
    private static let sumFractionBits = weightBits + basisBits + DesignMatrix.defaultFractionBits

    /// How the active party's vectors are spread over ciphertexts. By Cauchy `|sum_i W_i q_ik x_ij| <= n / 2`.
    private struct Parts {
        let slots: SumSlots
        let vectors: Int

        var count: Int { slots.ciphertexts(for: vectors) }
        func width(_ part: Int) -> Int { min(slots.slotsPerCiphertext, vectors - part * slots.slotsPerCiphertext) }
        func range(_ part: Int) -> Range<Int> {
            part * slots.slotsPerCiphertext..<part * slots.slotsPerCiphertext + width(part)
        }
    }

    private func parts() throws(TrainingError) -> Parts {
        Parts(
            slots: try Self.crossSlots(rows: context.rows, modulusBits: context.modulusBits),
            vectors: context.role == .active ? block.count : context.peerColumns)
    }

    private func chunks(_ parts: Parts) -> RowChunks {
        RowChunks(
            rows: context.rows, multiple: 1,
            bytesPerRow: 2 * parts.count * CiphertextVector.serializedWidth(of: context.keys.own.publicKey))
    }

    /// Sends, chunk by chunk and part by part, the packed rows `[[q]]`, then in the same order `[[W_A q]]`.
    private func serveBasis(_ basis: [[Double]], weights: [Int128]) async throws {
        let round = context.nextRound()
        let parts = try parts()
        let chunks = chunks(parts)
        let n = context.keys.own.publicKey.n
        let scale = Double(1 << Self.basisBits)
        for chunk in 0..<chunks.count {
            try Task.checkCancellation()
            var plain: [BigInt] = []
            var weighted: [BigInt] = []
            for part in 0..<parts.count {
                for row in chunks.range(chunk) {
                    var packed: BigInt = 0
                    for k in parts.range(part).reversed() {
                        guard let entry = Int(exactly: (basis[k][row] * scale).rounded()) else {
                            throw TrainingError.coefficientOutOfRange
                        }
                        packed = (packed << parts.slots.slotBits) + BigInt(entry)
                    }
                    plain.append(packed.mod(n))
                    weighted.append((packed * BigInt(weights[row])).mod(n))
                }
            }
            var generator = context.session.randomness("information/encrypt", round: round, chunk: UInt32(chunk))
            let encrypted = context.keys.own.encrypt(
                try LimbVector(plain + weighted, bits: n.bitWidth), using: &generator)
            try await context.session.send(
                Payload<BasisRowsKind>(encrypted.serialized), round: round, chunk: Chunk(chunk, of: chunks.count))
        }
        let dither = max(0, Self.sumFractionBits + Dither.exponent(tolerance: context.plan.tolerance))
        for part in 0..<parts.count {
            let exchange = MaskedSumExchange(
                keys: context.keys, session: context.session, round: part == 0 ? round : context.nextRound(),
                label: "information-cross")
            let width = parts.width(part)
            try await exchange.answer(
                count: context.peerColumns * width, slots: SumSlots(parts.slots, atMost: width), ditherBits: dither,
                isSigned: true)
        }
    }

    /// `C`, one row a basis vector.
    private func receiveBasis(weights: [Int128]) async throws -> [[Double]] {
        let round = context.nextRound()
        let parts = try parts()
        let chunks = chunks(parts)
        var sums = (0..<parts.count).map { _ in
            EncryptedColumnSums(key: context.keys.peer, columnBits: block.magnitudeBits, expectedRows: context.rows)
        }
        // x_ij W_B,i is wider than a machine word: digits of one sign, summed apart.
        let digits = WideScalars.digits
        var wide = (0..<parts.count).map { _ in
            EncryptedColumnSums(
                key: context.keys.peer,
                columnBits: Array(repeating: WideScalars.digitBits, count: digits * block.count),
                expectedRows: context.rows)
        }
        for chunk in 0..<chunks.count {
            try Task.checkCancellation()
            let rows = chunks.range(chunk)
            let bytes = try await context.session.receive(
                Payload<BasisRowsKind>.self, round: round, chunk: Chunk(chunk, of: chunks.count)
            ).bytes
            let ciphertexts = try CiphertextVector(
                serialized: bytes, count: 2 * parts.count * rows.count, key: context.keys.peer)
            let scalars = block.scalars(rows)
            let products = try WideScalars.products(block.integers, weights, rows: rows)
            for part in 0..<parts.count {
                let plain = part * rows.count
                let weighted = (parts.count + part) * rows.count
                try wide[part].add(ciphertexts[plain..<plain + rows.count], scalars: products)
                try sums[part].add(ciphertexts[weighted..<weighted + rows.count], scalars: scalars)
            }
        }
        let unit = scalbn(1.0, -Self.sumFractionBits)
        var result: [[Double]] = []
        for part in 0..<parts.count {
            var total = sums[part].finish()
            let pieces = wide[part].finish()
            for digit in 0..<digits {
                let piece = pieces[digit * block.count..<(digit + 1) * block.count]
                total = total.adding(piece.shifted(bits: digit * WideScalars.digitBits))
            }
            let exchange = MaskedSumExchange(
                keys: context.keys, session: context.session, round: part == 0 ? round : context.nextRound(),
                label: "information-cross")
            let width = parts.width(part)
            let pending = try await exchange.requestPacked(
                total, count: block.count * width, slots: SumSlots(parts.slots, atMost: width))
            try await context.session.checkpoint()
            let values = try await exchange.finish(pending).map { $0.asDouble * unit }
            for k in 0..<width { result.append((0..<block.count).map { values[$0 * width + k] }) }
        }
        return result
    }
}

/// `sum_i W_i x_ij x_ik`: this party's shares of the weights in clear, the peer's under its key.
private final class InformationSums: ShareSink {
    private let products: [[Int64]]
    private let offset: Int128
    private(set) var encrypted: EncryptedColumnSums
    private(set) var local: [ShareSum]
    /// This party's weight shares at scale 2^-24.
    private(set) var weights: [Int128] = []

    init(products: [[Int64]], context: TrainingContext, offset: Int128) {
        self.products = products
        self.offset = offset
        let bits = products.map { column in
            max(1, 64 - column.reduce(UInt64(0)) { max($0, $1.magnitude) }.leadingZeroBitCount)
        }
        encrypted = EncryptedColumnSums(key: context.keys.peer, columnBits: bits, expectedRows: context.rows)
        local = Array(repeating: ShareSum(), count: products.count)
        weights.reserveCapacity(context.rows)
    }

    func take(_ shares: [Int128], rows: Range<Int>) {
        // Half a unit at each party takes the bias of two floors away.
        let cut = Int128(SeparationLayout.shareFractionBits - LogisticInference.weightBits)
        weights += shares.map { ($0 + (1 << (cut - 1))) >> cut }
        for j in products.indices {
            for (i, row) in rows.enumerated() {
                local[j].add(scalar: Int(products[j][row]), share: shares[i] - offset)
            }
        }
    }

    func take(peer: CiphertextVector, rows: Range<Int>) throws {
        try encrypted.add(peer, scalars: products.map { Array($0[rows]) })
    }
}

/// Scalars `x_ij W_i` of up to 129 bits as signed digits that a column sum takes.
enum WideScalars {
    static let digits = 3
    static let digitBits = 43

    /// One column a digit and column of `x`, digits outermost.
    static func products(
        _ columns: [[Int32]], _ weights: [Int128], rows: Range<Int>
    ) throws(TrainingError) -> [[Int64]] {
        var result = Array(repeating: [Int64](), count: digits * columns.count)
        for j in columns.indices {
            for row in rows {
                let (product, overflow) = Int128(columns[j][row]).multipliedReportingOverflow(by: weights[row])
                if overflow { throw .coefficientOutOfRange }
                let sign: Int64 = product < 0 ? -1 : 1
                for digit in 0..<digits {
                    let part = product.magnitude >> UInt128(digit * digitBits) & ((1 << UInt128(digitBits)) - 1)
                    result[digit * columns.count + j].append(sign * Int64(part))
                }
            }
        }
        return result
    }
}
