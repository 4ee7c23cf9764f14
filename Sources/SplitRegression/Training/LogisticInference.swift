internal import Bignum
internal import Paillier
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

    static let largestBlock = 64
    /// Products of two columns keep this many fraction bits.
    private static let productBits = 14
    /// Weights keep this many after the local cut.
    private static let weightBits = 20
    private static let basisBits = 16

    private struct Shared {
        /// This party's weight shares at scale 2^-20.
        var weights: [Int128]
        /// This party's own block `X^T W X`.
        var information: SymmetricMatrix
    }

    func active(coefficients: [Double], centring: [Double]) async throws -> Covariance.Active {
        let shared = try await shareWeights(coefficients)
        let factor = try WhitenedBasis.factor(shared.information)
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
        let factor = try WhitenedBasis.schurFactor(schur, diagonal: diagonal * 1e-3)
        return try await Covariance(context: context).passive(
            schur: factor, cross: cross, centring: centring, variance: 1)
    }

    // MARK: - Weights and own blocks (step 1)

    private func shareWeights(_ coefficients: [Double]) async throws -> Shared {
        for count in [block.count, context.peerColumns] where count > Self.largestBlock + 1 {
            throw TrainingError.tooManyColumnsForInference(count: count, limit: Self.largestBlock)
        }
        context.report(.inference(step: "weights"))
        let predictor = linearPredictor(columns: block.columns, coefficients: coefficients)
        let round = context.nextRound()
        let radius = try await SeparatedSum.exchangeRange(context, predictor: predictor, round: round)
        let layout = try SeparationLayout(kind: .weight, radius: radius, bound: 1e-6, modulusBits: context.modulusBits)
        let shared = SharedRows(
            keys: context.keys, session: context.session, layout: layout, rows: context.rows, round: round,
            exchangingShares: true)
        let products = columnProducts()
        let bits = products.map { column in
            max(1, 64 - column.reduce(UInt64(0)) { max($0, $1.magnitude) }.leadingZeroBitCount)
        }
        var encrypted = EncryptedColumnSums(key: context.keys.peer, columnBits: bits, expectedRows: context.rows)
        var local = Array(repeating: ShareSum(), count: products.count)
        var weights: [Int128] = []
        weights.reserveCapacity(context.rows)
        let offset = shared.shareOffset
        func take(_ rows: Range<Int>, _ shares: [Int128]) {
            let cut = Int128(SeparationLayout.shareFractionBits - Self.weightBits)
            weights += shares.map { $0 >> cut }
            for j in products.indices {
                for (i, row) in rows.enumerated() {
                    local[j].add(scalar: Int(products[j][row]), share: shares[i] - offset)
                }
            }
        }
        func takePeer(_ rows: Range<Int>, _ peer: CiphertextVector) throws {
            try encrypted.add(peer, scalars: products.map { Array($0[rows]) })
        }
        switch context.role {
        case .active:
            try await shared.runActive(predictor: predictor, label: label) { rows, shares, peer in
                take(rows, shares)
                if let peer { try takePeer(rows, peer) }
            }
        case .passive:
            try await shared.runPassive(predictor: predictor) { rows, shares in
                take(rows, shares)
            } consumePeer: { rows, peer in
                try takePeer(rows, peer)
            }
        }
        let slots = try SumSlots(
            slotBits: SeparationLayout.shareFractionBits + Self.productBits + SeparationLayout.ceilLog2(context.rows)
                + 4,
            modulusBits: context.modulusBits)
        let exchange = MaskedSumExchange(
            keys: context.keys, session: context.session, round: context.round, label: "information")
        let pending = try await exchange.request(encrypted.finish(), addends: local.map(\.value), slots: slots)
        let peerProducts = context.peerColumns * (context.peerColumns + 1) / 2
        try await exchange.answer(count: peerProducts, slots: slots, ditherBits: nil)
        let sums = try await exchange.finish(pending)
        let unit = scalbn(1.0, -(SeparationLayout.shareFractionBits + Self.productBits))
        var information = SymmetricMatrix(order: block.count)
        var position = 0
        for j in 0..<block.count {
            for k in 0...j {
                information[j, k] = sums[position].asDouble * unit
                information[k, j] = information[j, k]
                position += 1
            }
        }
        return Shared(weights: weights, information: information)
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

    /// By Cauchy `|sum_i W_i q_ik x_ij| <= n / 2`.
    private func slots() throws(TrainingError) -> SumSlots {
        let vectors = context.role == .active ? block.count : context.peerColumns
        let bits = Self.weightBits + Self.basisBits + 16 + SeparationLayout.ceilLog2(context.rows) + 4
        let fitting = try SumSlots(slotBits: bits, modulusBits: context.modulusBits)
        guard fitting.slotsPerCiphertext >= vectors else {
            throw .tooManyColumnsForInference(count: vectors, limit: fitting.slotsPerCiphertext)
        }
        return try SumSlots(packing: vectors, slotBits: bits)
    }

    private var chunks: RowChunks {
        RowChunks(
            rows: context.rows, multiple: 1,
            bytesPerRow: 2 * CiphertextVector.serializedWidth(of: context.keys.own.publicKey))
    }

    private func serveBasis(_ basis: [[Double]], weights: [Int128]) async throws {
        let round = context.nextRound()
        let slots = try slots()
        let n = context.keys.own.publicKey.n
        let scale = Double(1 << Self.basisBits)
        for chunk in 0..<chunks.count {
            try Task.checkCancellation()
            let rows = chunks.range(chunk)
            var plain: [BigInt] = []
            var weighted: [BigInt] = []
            for row in rows {
                var packed: BigInt = 0
                for k in basis.indices.reversed() {
                    guard let entry = Int(exactly: (basis[k][row] * scale).rounded()) else {
                        throw TrainingError.coefficientOutOfRange
                    }
                    packed = (packed << slots.slotBits) + BigInt(entry)
                }
                plain.append(packed.mod(n))
                weighted.append((packed * BigInt(weights[row])).mod(n))
            }
            var generator = context.session.randomness("information/encrypt", round: round, chunk: UInt32(chunk))
            let encrypted = context.keys.own.encrypt(
                try LimbVector(plain + weighted, bits: n.bitWidth), using: &generator)
            try await context.session.send(
                Payload<BasisRowsKind>(encrypted.serialized), round: round, chunk: Chunk(chunk, of: chunks.count))
        }
        let exchange = MaskedSumExchange(
            keys: context.keys, session: context.session, round: context.round, label: "information-cross")
        try await exchange.answer(count: context.peerColumns * block.count, slots: slots, ditherBits: ditherBits)
    }

    private var ditherBits: Int {
        max(0, Self.weightBits + Self.basisBits + 16 + Dither.exponent(tolerance: context.plan.tolerance))
    }

    private func receiveBasis(weights: [Int128]) async throws -> [[Double]] {
        let round = context.nextRound()
        let slots = try slots()
        let vectors = context.peerColumns
        var sums = EncryptedColumnSums(
            key: context.keys.peer, columnBits: block.magnitudeBits, expectedRows: context.rows)
        // x_ij W_B,i is wider than a machine word: three digits of one sign, summed apart.
        let digits = 3
        let digitBits = 40
        var wide = EncryptedColumnSums(
            key: context.keys.peer, columnBits: Array(repeating: digitBits, count: digits * block.count),
            expectedRows: context.rows)
        for chunk in 0..<chunks.count {
            try Task.checkCancellation()
            let rows = chunks.range(chunk)
            let bytes = try await context.session.receive(
                Payload<BasisRowsKind>.self, round: round, chunk: Chunk(chunk, of: chunks.count)
            ).bytes
            let ciphertexts = try CiphertextVector(
                serialized: bytes, count: 2 * rows.count, key: context.keys.peer)
            try sums.add(ciphertexts[rows.count..<2 * rows.count], scalars: block.scalars(rows))
            var scalars = Array(repeating: [Int64](), count: digits * block.count)
            for j in 0..<block.count {
                for row in rows {
                    let product = Int128(block.integers[j][row]) * weights[row]
                    guard product.magnitude >> UInt128(digits * digitBits) == 0 else {
                        throw TrainingError.coefficientOutOfRange
                    }
                    let sign: Int64 = product < 0 ? -1 : 1
                    for digit in 0..<digits {
                        let part = product.magnitude >> UInt128(digit * digitBits) & ((1 << UInt128(digitBits)) - 1)
                        scalars[digit * block.count + j].append(sign * Int64(part))
                    }
                }
            }
            try wide.add(ciphertexts[0..<rows.count], scalars: scalars)
        }
        var total = sums.finish()
        let parts = wide.finish()
        for digit in 0..<digits {
            let part = parts[digit * block.count..<(digit + 1) * block.count]
            total = total.adding(part.shifted(bits: digit * digitBits))
        }
        let exchange = MaskedSumExchange(
            keys: context.keys, session: context.session, round: context.round, label: "information-cross")
        let pending = try await exchange.requestPacked(total, count: block.count * vectors, slots: slots)
        let unit = scalbn(1.0, -(Self.weightBits + Self.basisBits + 16))
        let values = try await exchange.finish(pending).map { $0.asDouble * unit }
        return (0..<vectors).map { k in (0..<block.count).map { values[$0 * vectors + k] } }
    }
}
