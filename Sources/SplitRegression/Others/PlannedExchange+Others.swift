internal import Wire

/// What goes over the wire between a holder and a further party for a step, in order, but for announcements
/// (multiparty-training.md 4).
enum PlannedOtherExchange: Sendable, Hashable {
    /// The holder's ciphertexts, and the party's results.
    case shape(ExchangeShape, request: MessageType, reply: MessageType)
    case handover(count: Int, bits: Int)
    /// To the helper.
    case bit
    /// To the party, encrypted: high bits of the holder's shares of so many numbers.
    case results(count: Int, bits: Int)
    /// To the party: numbers that both holders opened at once, each of so many bits.
    case announcement([Int])
    case checkpoint
}

extension TrainingFacts {
    /// Between the holders: sums of their shares of further parties' weighted columns with their own columns.
    func crossesWithOthers(fraction: Int? = nil, rows: Int) throws(TrainingError) -> [PlannedExchange] {
        let fraction = fraction ?? featureFractionBits
        var result: [PlannedExchange] = []
        for columns in otherColumns {
            for (owner, count) in [(TrainingRole.passive, activeColumns), (.active, passiveColumns)] {
                let layout = try weightedCrossLayout(values: columns, columns: count, fraction: fraction)
                result.append(packed(layout, owner, rows: rows))
            }
        }
        return result
    }

    /// - Throws: ``TrainingError/keyTooSmall(bits:)`` and the like, where the parties could not go on either.
    func exchanges(
        of step: TrainingStep, with holder: TrainingRole, ofOther index: Int
    ) throws(TrainingError) -> [PlannedOtherExchange] {
        let columns = otherColumns[index]
        let place = OtherPlace(holder: holder, index: index)
        switch step {
        case .startGradient:
            let fraction = try residualShape(period: firstPeriod).fraction
            return [.handover(count: matrixNumbers(of: columns), bits: ShareWord.modulusBits)]
                + known(try knownRowLayout(columns: columns, fraction: fraction), holder, rows: rows)
        case .startInformation: return try startWeighted(place, rows: rows)
        case .predictor(let period): return try predictor(period: period, columns: columns, rows: rows)
        case .gradient(let period): return shared(try gradientLayout(columns: columns, period: period), rows: rows)
        case .information(let period):
            let bits = try weightShareBits(period: period)
            return try weighted(place, valueBits: bits, fraction: featureFractionBits, rows: rows)
                + (family == .cox ? scaledRows(try scaledRateLayout(columns: columns, period: period), rows: rows) : [])
        case .meat(let period, _) where family == .cox:
            return scaledRows(try scaledResidualLayout(columns: columns, period: period), rows: rows)
        case .meat(let period, let scale):
            let bits = try scoreShape(period: period, scale: scale).squareBits
            return try weighted(place, valueBits: bits, fraction: Self.meatEntryFractionBits, rows: rows)
        case .sum(let kind, let period): return try slopes(kind, period: period, place, rows: rows)
        case .foldInformation(let period):
            return try byFolds { rows throws(TrainingError) in
                guard !hasConstantWeights else { return try startWeighted(place, rows: rows) }
                return try weighted(
                    place, valueBits: try weightShareBits(period: period), fraction: featureFractionBits, rows: rows)
            }
        case .foldPoints(let period):
            let layout = try gradientLayout(columns: columns, period: period)
            return try byFolds { rows throws(TrainingError) in shared(layout, rows: rows) }
        case .foldPredictor(let period):
            return try byFolds { rows throws(TrainingError) in
                try predictor(period: period, columns: columns, rows: rows)
            }
        case .foldSum(let kind, let period):
            return try byFolds { rows throws(TrainingError) in try slopes(kind, period: period, place, rows: rows) }
        case .heldOutSum(let kind, let period):
            let parts = PlannedOtherExchange.handover(count: heldOutRows, bits: Self.angleBits)
            guard kind == .loss else { return [parts] }
            let fraction = try ofHeldOutRows.layout(kind, period: period).kernel.shareFractionBits
            return [parts]
                + known(try ofHeldOutRows.heldOutSlopeLayout(fraction: fraction), holder, rows: heldOutRows)
        case .heldOutSquares: return [.handover(count: heldOutRows, bits: Self.splitPartBits)]
        case .coefficients(let bits): return results(coefficientResultBits(fractionBits: bits), columns)
        case .variances: return results(varianceResultBits(isRobust: false), columns)
        case .robustVariances: return results(varianceResultBits(isRobust: true), columns)
        case .correlations: return [.announcement(correlationBits.map(\.all))]
        case .propose: return [.handover(count: columns, bits: ShareWord.modulusBits)]
        case .jointGradient: return [.announcement(jointGradientBits.map(\.all))]
        case .aliases, .passiveAliases: return results(Self.aliasBits.all, columns)
        case .leaves(let party): return holder == .passive && party == .further(index) ? [.bit] : []
        case .movements: return results(Self.movementBits.all, columns)
        case .range, .sumRange, .foldRange, .heldOutRange: return holder == .passive ? [.bit] : []
        case .levelTest: return try levels(place) { _ in LevelFacts.testValues }
        case .levelCurves: return try levels(place, \.curveValues)
        case .checkpoint: return [.checkpoint]
        default: return []
        }
    }

    /// With the party that has the column whose levels are compared.
    private func levels(
        _ place: OtherPlace, _ values: (LevelFacts) -> Int
    ) throws(TrainingError) -> [PlannedOtherExchange] {
        guard let comparison, comparison.owner == .further(place.index) else { return [] }
        let found = try levelExchanges(comparison, values: values(comparison))
        let sums: [PlannedOtherExchange] = [
            .shape(found.sums, request: .rowVectors, reply: .crossSums),
            .handover(count: found.numbers, bits: ShareWord.modulusBits),
        ]
        return Self.part(of: sums, place.holder) + [.handover(count: found.split, bits: ShareWord.modulusBits)]
    }

    private func results(_ bits: Int, _ columns: Int) -> [PlannedOtherExchange] {
        [.results(count: columns, bits: bits)]
    }

    private func predictor(
        period: Double, columns: Int, rows: Int
    ) throws(TrainingError) -> [PlannedOtherExchange] {
        let turn = turnBits(period: period)
        let shape = try ExchangeShape.rowProducts(
            entries: columns, rows: rows, turnBits: turn, scalarBits: featureBits + 1, modulusBits: modulusBits)
        return [.shape(shape, request: .predictorShares, reply: .predictorSums), .handover(count: rows, bits: turn)]
    }

    private func shared(_ layout: ColumnSumLayout, rows: Int) -> [PlannedOtherExchange] {
        [
            .shape(.columnSums(layout, rows: rows), request: .rowShares, reply: .columnSums),
            .handover(count: layout.columns, bits: ShareWord.modulusBits),
        ]
    }

    /// The active party alone is the owner, and the helper alone gets what the party has then.
    private func known(_ layout: ColumnSumLayout, _ holder: TrainingRole, rows: Int) -> [PlannedOtherExchange] {
        Self.part(of: shared(layout, rows: rows), holder)
    }

    private static func part(of all: [PlannedOtherExchange], _ holder: TrainingRole) -> [PlannedOtherExchange] {
        all.filter { if case .handover = $0 { holder == .passive } else { holder == .active } }
    }

    private func slopes(
        _ kind: Kernel.Kind, period: Double, _ place: OtherPlace, rows: Int
    ) throws(TrainingError) -> [PlannedOtherExchange] {
        guard kind == .loss || kind == .dispersion else { return [] }
        let fraction = try layout(kind, period: period).kernel.shareFractionBits
        let layout = try knownRowLayout(columns: otherColumns[place.index], fraction: fraction)
        return known(layout, place.holder, rows: rows)
    }

    /// The active party alone has weights, or all of them are 1.
    private func startWeighted(_ place: OtherPlace, rows: Int) throws(TrainingError) -> [PlannedOtherExchange] {
        let fraction = featureFractionBits
        guard hasUnitWeights else {
            return try weighted(place, valueBits: startWeightBits, fraction: fraction, rows: rows, isKnown: true)
        }
        let columns = otherColumns[place.index]
        return [Self.pairs(columns), columns * rows].map { .handover(count: $0, bits: ShareWord.modulusBits) }
            + (try crosses(ofOther: place.index, fraction: fraction, rows: rows))
    }

    /// - Parameter isKnown: whether the active party alone has weights.
    private func weighted(
        _ place: OtherPlace, valueBits: Int, fraction: Int, rows: Int, isKnown: Bool = false
    ) throws(TrainingError) -> [PlannedOtherExchange] {
        let columns = otherColumns[place.index]
        let scaled = try scaledLayout(columns: columns, valueBits: valueBits, fraction: fraction)
        let own =
            shared(try blockLayout(columns: columns, valueBits: valueBits), rows: rows)
            + scaledRows(scaled, rows: rows)
        return (isKnown ? Self.part(of: own, place.holder) : own)
            + (try crosses(ofOther: place.index, fraction: fraction, rows: rows))
    }

    private func scaledRows(_ layout: ScaledRowLayout, rows: Int) -> [PlannedOtherExchange] {
        [
            .shape(.scaledRows(layout, rows: rows), request: .scaledShares, reply: .scaledRows),
            .handover(count: layout.columns * rows, bits: ShareWord.modulusBits),
        ]
    }

    /// With columns of the parties before it.
    private func crosses(
        ofOther index: Int, fraction: Int, rows: Int
    ) throws(TrainingError) -> [PlannedOtherExchange] {
        let columns = otherColumns[index]
        var result: [PlannedOtherExchange] = []
        for values in otherColumns[..<index] {
            let layout = try weightedCrossLayout(values: values, columns: columns, fraction: fraction)
            result += [
                .shape(.packedSums(layout, rows: rows), request: .rowVectors, reply: .crossSums),
                .handover(count: columns * values, bits: ShareWord.modulusBits),
            ]
        }
        return result
    }

    private func byFolds(
        _ exchanges: (Int) throws(TrainingError) -> [PlannedOtherExchange]
    ) throws(TrainingError) -> [PlannedOtherExchange] {
        var result: [PlannedOtherExchange] = []
        for fold in 0..<folds { result += try exchanges(rows(ofFold: fold)) }
        return result
    }

    /// Of which session exchanges are: the holder, and the further party's place.
    private struct OtherPlace {
        let holder: TrainingRole
        let index: Int
    }
}
