// Sums over rows that were kept aside (multiparty-training.md 4), and scores: a further party splits its part of each predictor.
extension OtherMachine {
    private var parts: [Double] { linearPredictor(columns: heldOut.columns, coefficients: results.coefficients) }

    func isHeldOutBeyond(period: Double) -> Bool {
        let limit =
            (facts.family == .linear ? TrainingFacts.linearHeldOutLimit : facts.sumPart(period: period))
            * facts.partShare(isActive: false)
        let limits =
            facts.family == .linear
            ? (low: -limit, high: limit) : TrainingFacts.limits(limit, family: facts.family, isActive: false)
        // What is no number is beyond, too.
        return parts.contains { !($0 >= limits.low && $0 <= limits.high) }
    }

    func splitHeldOut(_ kind: Kernel.Kind, period: Double) async throws {
        let parts = parts
        try await split(
            parts.map { ShareWord(low: FourierSeries.turns($0, period), middle: 0, high: 0) },
            bits: TrainingFacts.angleBits)
        guard kind == .loss else { return }
        let places = try TrainingFacts.places(parts)
        let facts = facts.ofHeldOutRows
        let fraction = try facts.layout(kind, period: period).kernel.shareFractionBits
        let layout = try facts.heldOutSlopeLayout(fraction: fraction)
        try await answerAlone { exchange in
            try await exchange.evaluateColumnSums(layout, rows: places.count) { [Array(places[$0])] }
        }
    }

    /// Linear: integers less uniform ones that are far larger.
    func splitHeldOutParts() async throws {
        let unit = Double(sign: .plus, exponent: TrainingFacts.linearRowFractionBits, significand: 1)
        try await split(
            try parts.map { part in
                // Both holders looked at the range before.
                guard abs(part) < TrainingFacts.linearHeldOutLimit else { throw TrainingError.coefficientOutOfRange }
                return ShareWord(Int64((part * unit).rounded()))
            }, bits: TrainingFacts.splitPartBits, maskBits: TrainingFacts.partMaskBits)
    }

    /// Partial scores, modulo `2^64`.
    func splitScores(_ partial: [Int64]) async throws {
        try await split(partial.map { ShareWord($0) }, bits: TrainingFacts.scoreBits)
    }
}

extension TrainingFacts {
    /// Parts of predictors as integers of a sum that is linear in them.
    static func places(_ parts: [Double]) throws(TrainingError) -> [Int64] {
        let unit = Double(sign: .plus, exponent: partFractionBits, significand: 1)
        var result: [Int64] = []
        for part in parts {
            // The longest period lets nothing greater through.
            guard abs(part) < 0x1p10 else { throw .coefficientOutOfRange }
            result.append(Int64((part * unit).rounded()))
        }
        return result
    }
}
