internal import Bignum
internal import Paillier

// The same sums of encrypted numbers (training.md 3.9). How many products they take follows from the layout alone.
extension RiskSums {
    /// - Parameter check: is called now and then; what it throws ends the work.
    func results(
        of inputs: EncryptedSums, layout: RiskSumLayout, check: () throws -> Void
    ) throws -> EncryptedSums {
        let slots = layout.outputsPerCiphertext
        switch (layout.kind, factors) {
        case (.hazards, .own):
            return own(of: inputs, count: layout.outputs).packed(perCiphertext: slots, slotBits: layout.slotBits)
        case (.hazards, _):
            return hazards(of: inputs, count: layout.outputs).packed(perCiphertext: slots, slotBits: layout.slotBits)
        case (.columns, .columns(let columns)):
            var result = EncryptedSums.zeros(count: 0, key: inputs.key)
            for column in columns {
                try check()
                let bits = layout.slotBits
                let scaled = inputs.multiplied(by: Self.limbs(column.map { ShareWord($0) }, bits: layout.factorBits))
                result.append(contentsOf: sums(of: scaled).packed(perCiphertext: slots, slotBits: bits))
            }
            return result
        case (.vectors, .vectors(let numbers)):
            let scalars = Self.limbs(numbers.map { ShareWord($0) }, bits: layout.factorBits)
            let (rows, each) = (numbers.count, layout.ciphertextsPerInput)
            var parts: [EncryptedSums] = []
            for part in 0..<layout.parts {
                try check()
                let own = inputs.gathering((0..<rows).map { $0 * each + part })
                let others = inputs.gathering((0..<rows).map { $0 * each + layout.parts + part })
                parts.append(sums(of: own.adding(others.multiplied(by: scalars))))
            }
            return sideBySide(parts, layout)
        case (.words, _):
            var parts: [EncryptedSums] = []
            for part in 0..<layout.parts {
                try check()
                parts.append(sums(of: inputs.gathering((0..<layout.inputs).map { $0 * layout.parts + part })))
            }
            return sideBySide(parts, layout)
        default: return sums(of: inputs).packed(perCiphertext: slots, slotBits: layout.slotBits)
        }
    }

    /// Sums of each ciphertext of an output's values, in the order of the layout.
    private func sideBySide(_ parts: [EncryptedSums], _ layout: RiskSumLayout) -> EncryptedSums {
        guard parts.count > 1 else {
            return parts[0].packed(
                perCiphertext: layout.outputsPerCiphertext, slotBits: layout.values * layout.slotBits)
        }
        var all = EncryptedSums.zeros(count: 0, key: parts[0].key)
        for part in parts { all.append(contentsOf: part) }
        return all.gathering((0..<places * parts.count).map { $0 % parts.count * places + $0 / parts.count })
    }

    private func sums(of inputs: EncryptedSums) -> EncryptedSums {
        let inverses = sets.entryMoves == nil ? nil : inputs.negated()
        let none = EncryptedSums.zeros(count: places - sets.events, key: inputs.key)
        let rows = inputs.count
        var both = running(sets.riskMoves, inputs, inverses, products: inverses == nil ? rows : 2 * rows)
        both.append(contentsOf: none)
        both.append(contentsOf: running(sets.tieMoves, inputs, inverses, products: places))
        both.append(contentsOf: none)
        // An event's two sums side by side: they share their squarings.
        let pairs = both.gathering((0..<places).flatMap { [$0, places + $0] })
        let factors = scalars
        let scalars = padded(zip(factors.all, factors.tied).flatMap { [$0, $1] }, 2)
        return pairs.rowwiseProducts(
            scalars: Self.limbs(scalars, bits: TrainingFacts.riskScalarBits), terms: 2)
    }

    private func hazards(of inputs: EncryptedSums, count: Int) -> EncryptedSums {
        let scalars = hazardScalars
        // Of each event the two multiples; places beyond the events have scalars of 0 and are never added.
        let all = inputs.multiplied(by: Self.limbs(padded(scalars.all, 1), bits: TrainingFacts.riskScalarBits))
        let tied = inputs.multiplied(by: Self.limbs(padded(scalars.tied, 1), bits: TrainingFacts.riskScalarBits))
        var terms = all[0..<sets.events]
        terms.append(contentsOf: tied[0..<sets.events])
        if case .curve = factors {
            // Fewer strata than there is room for: the rest of the numbers are 0.
            var found = running(sets.curveMoves, terms, nil, products: places)
                .gathering(Self.inverted(sets.curveTimes))
            found.append(contentsOf: EncryptedSums.zeros(count: count - sets.curveTimes.count, key: inputs.key))
            return found
        }
        let found = running(sets.hazardMoves, terms, nil, products: 2 * places).gathering(
            Self.inverted(sets.hazardRows))
        guard let moves = sets.entryMoves else { return found }
        return found.adding(
            running(moves, terms, nil, products: places).gathering(Self.inverted(sets.entryRows)).negated())
    }

    /// Of each row with an event, times its scalar; 0 of others, times 0.
    private func own(of inputs: EncryptedSums, count: Int) -> EncryptedSums {
        var found = running(sets.ownMoves, inputs, nil, products: places)
        found.append(contentsOf: EncryptedSums.zeros(count: 1, key: inputs.key))
        var (sources, factors) = (Array(repeating: sets.events, count: count), Array(repeating: Int64(0), count: count))
        for (k, row) in sets.eventRows.enumerated() { (sources[row], factors[row]) = (k, ownScalars[k]) }
        return found.gathering(sources).multiplied(
            by: Self.limbs(factors.map { ShareWord($0) }, bits: TrainingFacts.riskScalarBits))
    }

    /// What moves emit, one after the other.
    ///
    /// - Parameter products: as many as any rows may need. What these do not is made up for, so that time does not tell of events.
    private func running(
        _ moves: [RiskSets.Move], _ terms: EncryptedSums, _ inverses: EncryptedSums?, products: Int
    ) -> EncryptedSums {
        var result = EncryptedSums.zeros(count: 0, key: terms.key)
        RiskSets.run(
            moves, zero: EncryptedSums.zeros(count: 1, key: terms.key),
            add: { $0 = $0.adding(terms[$1..<$1 + 1]) },
            remove: { if let inverses { $0 = $0.adding(inverses[$1..<$1 + 1]) } },
            emit: { result.append(contentsOf: $0) })
        var idle = EncryptedSums.zeros(count: 1, key: terms.key)
        let one = idle
        for _ in moves.count(where: \.isProduct)..<max(products, moves.count(where: \.isProduct)) {
            idle = idle.adding(one)
        }
        return result
    }

    private func padded(_ scalars: [Int64], _ each: Int) -> [ShareWord] {
        scalars.map { ShareWord($0) } + Array(repeating: .zero, count: places * each - scalars.count)
    }

    private static func inverted(_ order: [Int]) -> [Int] {
        var result = order
        for (index, row) in order.enumerated() { result[row] = index }
        return result
    }

    /// - Parameter bits: of the widest that there may be: the pattern of operations follows from them.
    private static func limbs(_ words: [ShareWord], bits: Int) -> LimbVector {
        var result = LimbVector(count: words.count, bits: bits)
        for (index, word) in words.enumerated() {
            result.setLimb(index, 0, word.low)
            if bits > 64 { result.setLimb(index, 1, word.middle) }
        }
        return result
    }
}
