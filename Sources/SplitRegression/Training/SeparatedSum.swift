internal import Wire

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Opens `sum_i f_i(a_i + b_i)` and nothing else: each party adds up its own shares (training.md 2, kinds `loss`, `brier`).
enum SeparatedSum {
    static func open(
        _ kind: SeparatedKind, _ context: TrainingContext, predictor: [Double], label: [Double], bound: Double = 1e-7
    ) async throws -> Double {
        let round = context.nextRound()
        let radius = try await exchangeRange(context, predictor: predictor, round: round)
        let layout = try SeparationLayout(kind: kind, radius: radius, bound: bound, modulusBits: context.modulusBits)
        let shared = SharedRows(
            keys: context.keys, session: context.session, layout: layout, rows: context.rows, round: round,
            exchangingShares: false)
        var sum: UInt128 = 0
        switch context.role {
        case .active:
            try await shared.runActive(predictor: predictor, label: label) { _, shares, _ in
                for share in shares { sum &+= UInt128(truncatingIfNeeded: share) }
            }
        case .passive:
            try await shared.runPassive(predictor: predictor) { _, shares in
                for share in shares { sum &+= UInt128(truncatingIfNeeded: share) }
            } consumePeer: { _, _ in
            }
        }
        let total = try await context.openSum(sum, round: round)
        return scalbn(Double(total), -SeparationLayout.shareFractionBits)
    }

    /// Step 1: the passive party announces `R`.
    static func exchangeRange(_ context: TrainingContext, predictor: [Double], round: UInt32) async throws -> Double {
        switch context.role {
        case .passive:
            let radius = try context.coveringRange(predictor)
            try await context.session.send(Numbers<PredictorRangeKind>([radius]), round: round)
            return radius
        case .active:
            let values = try await context.session.receive(Numbers<PredictorRangeKind>.self, round: round).values
            guard values.count == 1, PredictorRange.isValid(values[0]) else {
                throw TrainingError.protocolViolation("a predictor range that is not on the list")
            }
            return values[0]
        }
    }
}
