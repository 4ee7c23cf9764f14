internal import Paillier
internal import Wire

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Opens `sum_i f_i(a_i + b_i)` and nothing else: each party adds up its own shares (training.md 2, kinds `loss`, `brier`).
enum SeparatedSum {
    static func open(
        _ kind: SeparatedKind, _ context: TrainingContext, predictor: [Double], label: [Double]
    ) async throws -> Double {
        let round = context.nextRound()
        guard
            let layout = try await exchangeLayout(
                context, kind: kind, predictor: predictor, bound: errorBound(rows: context.rows), round: round)
        else { throw TrainingError.predictorOutOfRange(radius: PredictorRange.largest) }
        let shared = SharedRows(
            keys: context.keys, session: context.session, layout: layout, rows: context.rows, round: round,
            exchangingShares: false)
        let sum = SumOfShares()
        switch context.role {
        case .active: try await shared.runActive(predictor: predictor, label: label, into: sum)
        case .passive: try await shared.runPassive(predictor: predictor, into: sum)
        }
        return try await context.openSum(sum.value, round: round)
    }

    static func errorBound(rows: Int) -> Double { min(1e-7, 1e-3 / Double(rows)) }

    /// The sum that two shares make.
    static func value(_ one: UInt128, _ other: UInt128) -> Double {
        scalbn(Double(Int128(truncatingIfNeeded: one &+ other)), -SeparationLayout.shareFractionBits)
    }

    /// A peer's number of terms, if it is what the range asks for: libraries may differ in the last digits.
    static func allowed(terms: Double, expected: Int) -> Int? {
        guard let terms = Int(exactly: terms), terms.isMultiple(of: 2), terms >= 2, abs(terms - expected) <= 2
        else { return nil }
        return terms
    }

    /// Steps 1 and 2: the passive party announces `R` and `r`, the active one checks them. With `mayShrink`, two zeros say that
    /// the predictor is out of range and the step must be smaller: nil at both parties.
    static func exchangeLayout(
        _ context: TrainingContext, kind: SeparatedKind, predictor: [Double], bound: Double, round: UInt32,
        mayShrink: Bool = false
    ) async throws -> SeparationLayout? {
        switch context.role {
        case .passive:
            if mayShrink, (try? PredictorRange.covering(predictor)) == nil {
                try await context.session.send(Numbers<PredictorRangeKind>([0, 0]), round: round)
                return nil
            }
            let radius = try context.coveringRange(predictor)
            let layout = try SeparationLayout(
                kind: kind, radius: radius, bound: bound, modulusBits: context.modulusBits)
            try await context.session.send(
                Numbers<PredictorRangeKind>([radius, Double(layout.terms)]), round: round)
            return layout
        case .active:
            let values = try await context.session.receive(Numbers<PredictorRangeKind>.self, round: round).values
            if mayShrink, values == [0, 0] { return nil }
            guard values.count == 2, PredictorRange.isValid(values[0]) else {
                throw TrainingError.protocolViolation("a predictor range that is not on the list")
            }
            let expected = try ChebyshevExpansion.requiredTerms(kind: kind, radius: values[0], bound: bound)
            guard let terms = allowed(terms: values[1], expected: expected) else {
                throw TrainingError.protocolViolation("a number of terms that the range does not ask for")
            }
            return try SeparationLayout(
                kind: kind, radius: values[0], terms: terms, modulusBits: context.modulusBits)
        }
    }
}

/// This party's shares added up modulo 2^128.
private final class SumOfShares: ShareSink {
    private(set) var value: UInt128 = 0

    func take(_ shares: [Int128], rows: Range<Int>) {
        for share in shares { value &+= UInt128(truncatingIfNeeded: share) }
    }

    func take(peer: CiphertextVector, rows: Range<Int>) {}
}
