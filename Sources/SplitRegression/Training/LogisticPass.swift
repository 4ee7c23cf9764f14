internal import Bignum
internal import Paillier
internal import Records
internal import Wire

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// One logistic pass: both parties' blocks of the gradient at the present coefficients (training.md 3).
struct LogisticPass {
    let context: TrainingContext
    let block: ColumnBlock
    /// Labels at the active party, empty at the passive one.
    let label: [Double]
    let index: Int
    /// `tau_p`
    let tolerance: Double
    /// Whether an uncovered predictor is answered by a smaller step instead of ending the job.
    let mayShrink: Bool

    /// The range announced in this pass, for the separation check.
    struct Outcome {
        var gradient: [Double]
        var radius: Double
    }

    func run(predictor: [Double]) async throws -> Outcome? {
        let round = context.nextRound()
        let bound = Self.errorBound(tolerance: tolerance, blockScale: context.blockScale, rows: context.rows)
        guard
            let layout = try await SeparatedSum.exchangeLayout(
                context, kind: .mean, predictor: predictor, bound: bound, round: round, mayShrink: mayShrink)
        else { return nil }
        let shared = SharedRows(
            keys: context.keys, session: context.session, layout: layout, rows: context.rows, round: round,
            exchangingShares: true)

        let sums = GradientSums(
            block: block, context: context, pass: index, offset: shared.shareOffset)
        switch context.role {
        case .active: try await shared.runActive(predictor: predictor, label: label, into: sums)
        case .passive: try await shared.runPassive(predictor: predictor, into: sums)
        }

        let exchange = MaskedSumExchange(keys: context.keys, session: context.session, round: round, label: "gradient")
        let slots = try Self.slots(rows: context.rows, modulusBits: context.modulusBits)
        let pending = try await exchange.request(
            sums.encrypted.finish(), addends: sums.local.map(\.value), slots: slots)
        try await exchange.answer(count: context.peerColumns, slots: slots, ditherBits: ditherBits)
        let opened = try await exchange.finish(pending)
        let unit = scalbn(1.0, -Self.sumFractionBits)
        return Outcome(gradient: opened.map { $0.asDouble * unit }, radius: layout.radius)
    }

    /// Bits of the dither that this party adds for the other.
    private var ditherBits: Int {
        max(0, Self.sumFractionBits + Dither.exponent(tolerance: tolerance))
    }

    /// Scale of the encrypted sums.
    private static let sumFractionBits = SeparationLayout.shareFractionBits + DesignMatrix.defaultFractionBits

    /// `|sum_i x_ij d_i| <= n (1 + 2^-10)` by Cauchy, then sign, dither and the offset.
    static func slots(rows: Int, modulusBits: Int) throws(TrainingError) -> SumSlots {
        try SumSlots(slotBits: sumFractionBits + 4 + SeparationLayout.ceilLog2(rows), modulusBits: modulusBits)
    }

    /// `epsilon`: in whitened units a row's error counts for up to 1 / sqrt(blockScale).
    static func errorBound(tolerance: Double, blockScale: Double, rows: Int) -> Double {
        tolerance * blockScale.squareRoot() / (4 * Double(rows).squareRoot())
    }
}

/// `sum_i x_ij d_i` of one pass: this party's shares in clear, the peer's under its key.
private final class GradientSums: ShareSink {
    private let block: ColumnBlock
    private let context: TrainingContext
    private let pass: Int
    private let offset: Int128
    private(set) var encrypted: EncryptedColumnSums
    private(set) var local: [ShareSum]

    init(block: ColumnBlock, context: TrainingContext, pass: Int, offset: Int128) {
        self.block = block
        self.context = context
        self.pass = pass
        self.offset = offset
        encrypted = EncryptedColumnSums(
            key: context.keys.peer, columnBits: block.magnitudeBits, expectedRows: context.rows)
        local = Array(repeating: ShareSum(), count: block.count)
    }

    func take(_ shares: [Int128], rows: Range<Int>) {
        block.accumulate(shares.map { $0 - offset }, rows: rows, into: &local)
    }

    func take(peer: CiphertextVector, rows: Range<Int>) throws {
        try encrypted.add(peer, scalars: block.scalars(rows))
        context.report(.rows(pass: pass, done: rows.upperBound, of: context.rows))
    }
}
