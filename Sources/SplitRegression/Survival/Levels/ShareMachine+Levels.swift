// Levels of a passive party's column, compared in shares (training.md 5.13; multiparty-training.md 4 where a further party has it).
extension ShareMachine {
    private var pairs: ElementLayout { get throws(TrainingError) { try facts.riskProductLayout() } }

    private func comparison() throws(TrainingError) -> LevelFacts {
        guard let comparison = facts.comparison, levels != nil else { throw .invalidPlan("no levels to compare") }
        return comparison
    }

    /// Shares modulo `2^152` of each level's sums of numbers that the active party knows of rows, at 80 fraction bits.
    ///
    /// - Parameter values: of a row, at the active party; so many at both.
    private func levelSums(
        _ comparison: LevelFacts, count: Int, values: (LevelEvents, Int) -> [Double]
    ) async throws -> ShareMatrix {
        let layout = try facts.levelLayout(comparison, values: count)
        func numbers(_ events: LevelEvents, _ range: Range<Int>) -> [[ShareWord]] {
            range.map { row in
                values(events, row).map { ShareWord($0, fractionBits: TrainingFacts.levelRowBits) ?? .zero }
            }
        }
        switch (levels, comparison.owner) {
        case (.active(let events), .sharing):
            return try await exchange.ownPackedSums(layout, rows: rows) { numbers(events, $0) }
        case (.active(let events), .further(let index)):
            return try await others[index].ownPackedSums(layout, rows: rows) { numbers(events, $0) }
        case (.passive(let rowLevels), .sharing):
            return try await exchange.evaluatePackedSums(layout, rows: rows) {
                rowLevels.columns(levels: comparison.levels, rows: $0)
            }
        case (.helper, .further(let index)):
            return ShareMatrix(
                rows: comparison.levels, columns: count,
                elements: try await others[index].takeHandover(
                    count: comparison.levels * count, bits: ShareWord.modulusBits))
        default: throw TrainingError.invalidPlan("no levels to compare")
        }
    }

    /// What this holder has of a further party's levels but the last: a word for each row, level by level. None where the party that
    /// shares has the column.
    private func takeLevels(_ comparison: LevelFacts) async throws -> [[ShareWord]] {
        guard let index = comparison.owner.further else { return [] }
        let words = try await others[index].takeHandover(
            count: (comparison.levels - 1) * rows, bits: ShareWord.modulusBits)
        return Self.byColumn(words, rows: rows)
    }

    /// Of each level its rows, at 80 fraction bits.
    private func levelSizes(_ comparison: LevelFacts, _ split: [[ShareWord]]) -> [ShareWord] {
        func word(_ rows: Int) -> ShareWord { ShareWord(Int128(rows)).shiftedLeft(TrainingFacts.levelRowBits) }
        if case .passive(let rowLevels) = levels { return rowLevels.counts(levels: comparison.levels).map(word) }
        guard !split.isEmpty else { return Array(repeating: .zero, count: comparison.levels) }
        let known = split.map { words in
            words.reduce(ShareWord.zero) { $0 &+ $1 }
                .shiftedLeft(TrainingFacts.levelRowBits - TrainingFacts.levelUnitBits)
        }
        // The last level is what the others leave.
        return known + [known.reduce(isActive ? word(rows) : .zero) { $0 &- $1 }]
    }

    /// The rows of each level but the last summed up over risk sets, at 80 fraction bits: shares modulo `2^152`, for each of these sums
    /// and each level one for each place.
    ///
    /// - Parameter split: what this holder has of a further party's levels.
    private func levelsOverRisk(
        _ comparison: LevelFacts, _ split: [[ShareWord]], _ sums: [(LevelEvents) -> RiskSums]
    ) async throws -> [[[ShareWord]]] {
        let layout = try facts.levelRiskLayout(comparison)
        var result = sums.map { _ in [[ShareWord]]() }
        guard split.isEmpty else {
            let words = (0..<rows).map { row in split.map { $0[row].masked() } }
            for (index, sum) in sums.enumerated() {
                let found = try await splitOverRisk(words, sum, layout)
                result[index] = split.indices.map { level in (0..<facts.events).map { found[$0, level] } }
            }
            return result
        }
        for level in 0..<comparison.levels - 1 {
            for (index, sum) in sums.enumerated() {
                switch levels {
                case .active(let events):
                    result[index].append(try await exchange.evaluateRiskSums(sum(events), layout: layout).elements)
                case .passive(let rowLevels):
                    let inputs = rowLevels.words(ofLevel: level).map { [$0] }
                    result[index].append(try await exchange.ownRiskSums(inputs, layout: layout).elements)
                case .helper, nil: throw TrainingError.invalidPlan("no levels to compare")
                }
            }
        }
        return result
    }

    /// A row for each place: the active party's secret order meets the helper's words, and its own.
    private func splitOverRisk(
        _ words: [[ShareWord]], _ sum: (LevelEvents) -> RiskSums, _ layout: RiskSumLayout
    ) async throws -> ShareMatrix {
        guard case .active(let events) = levels else { return try await exchange.ownRiskSums(words, layout: layout) }
        var map = sum(events)
        map.factors = .words
        return try await exchange.evaluateRiskSums(map, layout: layout) &+ map.sums(of: words, layout: layout)
    }

    /// Of counts at 80 fraction bits: 1 where one is at least the smallest cell, else 0; to some units of 2^-40.
    ///
    /// The sign of `x = (count - cell + 1/2) / 2^m` by `x <- x (3 - x^2) / 2`, first with `13/8 x` in place of x.
    private func indicators(_ counts: [ShareWord], _ comparison: LevelFacts) async throws -> [Int128] {
        let (f, layout) = (ShareMatrix.fractionBits, try pairs)
        let offset = ShareWord(Int128(1 - 2 * comparison.minimumCell)).shiftedLeft(TrainingFacts.levelRowBits - 1)
        let shifted = isActive ? counts.map { $0 &+ offset } : counts
        var x = truncated(shifted, shift: f + facts.levelCountBits(comparison)).map(\.asInt128)
        let (stretched, all) = (facts.stretchedSigns(comparison), facts.levelSigns(comparison))
        for index in 0..<all {
            let isStretched = index < stretched
            let squares = try await products(x, x, layout)
            let taken =
                isStretched
                ? truncated(squares.map { $0 &* 169 }, shift: f + 6) : truncated(squares, shift: f)
            let next = try await products(x, taken.map { 3 * one - $0.asInt128 }, layout)
            if isStretched {
                x = truncated(next.map { $0 &* 13 }, shift: f + 4).map(\.asInt128)
            } else if index < all - 1 {
                x = truncated(next, shift: f + 1).map(\.asInt128)
            } else {
                // Half of the sum with 1.
                let two = ShareWord(2 * one).shiftedLeft(f)
                x = truncated(next.map { $0 &+ two }, shift: f + 2).map(\.asInt128)
            }
        }
        return x
    }

    /// Of lists of numbers that are 0 or 1, as long as each other: whether all are 1, place by place.
    private func conjunction(_ lists: [[Int128]]) async throws -> [Int128] {
        var left = lists
        let places = left[0].count
        while left.count > 1 {
            let half = left.count / 2
            let found = try await scaledProducts(Array(left[..<half].joined()), Array(left[half..<2 * half].joined()))
            let products = (0..<half).map { found[$0 * places..<($0 + 1) * places].map(\.asInt128) }
            left = products + left[(2 * half)...]
        }
        return left[0]
    }

    /// `<x> <y>` at the scale of matrices.
    private func scaledProducts(_ left: [Int128], _ right: [Int128]) async throws -> [ShareWord] {
        truncated(try await products(left, right, try pairs), shift: ShareMatrix.fractionBits)
    }

    /// Gives the active party numbers, to so many fraction bits of so many bits.
    private func openToActive(_ words: [ShareWord], fractionBits: Int, bits: Int) async throws -> [Double] {
        try await openOwn(
            isActive ? words : [], peers: isActive ? [] : words, fractionBits: fractionBits,
            widths: (Array(repeating: bits, count: words.count), []))
    }

    // MARK: Log-rank test

    func openLevelTest() async throws {
        let comparison = try comparison()
        let last = comparison.levels - 1
        let sums = try await levelSums(comparison, count: LevelFacts.testValues) {
            [$0.observed[$1], $0.expected[$1], $0.variance[$1]]
        }
        let split = try await takeLevels(comparison)
        let sizes = levelSizes(comparison, split)
        let spread = try await levelSpread(comparison, split)
        var covariances: [ShareWord] = []
        for g in 0..<last {
            for h in 0...g {
                covariances.append((g == h ? sums[g, 2] : .zero) &- spread[g, h])
            }
        }
        // Rows with an event, and rows without one.
        let observed = (0...last).map { sums[$0, 0] }
        let cells = try await indicators(observed + zip(sizes, observed).map { $0 &- $1 }, comparison)
        let isLarge = try await conjunction(cells.map { [$0] })[0]
        let all = sizes.prefix(last) + (0...last).flatMap { [sums[$0, 0], sums[$0, 1]] } + covariances
        let numbers = truncated(all, shift: ShareMatrix.fractionBits).map(\.asInt128)
        let shown = try await scaledProducts(numbers, Array(repeating: isLarge, count: numbers.count))
        results.levelTest = try await openToActive(
            shown, fractionBits: TrainingFacts.levelTestFraction, bits: facts.levelTestBits)
    }

    /// `sum_k w_k n_gk n_hk / n_k^2` of all levels but the last, at 80 fraction bits.
    private func levelSpread(_ comparison: LevelFacts, _ split: [[ShareWord]]) async throws -> ShareMatrix {
        let (places, last) = (facts.events, comparison.levels - 1)
        let found = try await levelsOverRisk(comparison, split, [{ $0.testSums(places: places) }])
        let words = found[0].flatMap { $0 }
        let parts = ShareMatrix(
            rows: last, columns: places, elements: truncated(words, shift: ShareMatrix.fractionBits))
        var total = ShareMatrix(rows: last, columns: last)
        for slice in facts.meanSlices {
            let part = parts.columns(slice)
            total = try await total &+ product(part, part.transposed, shift: 0, part: .lower)
        }
        return total
    }

    // MARK: Survival curves

    func openLevelCurves() async throws {
        let comparison = try comparison()
        let events = facts.events
        let (times, kinds) = (comparison.times, comparison.curveCounts)
        let counts = try await levelSums(comparison, count: comparison.curveValues) { side, row in
            (0..<kinds * times).map { side.counts(row, kind: $0 / times, time: $0 % times) ? 1 : 0 }
        }
        let split = try await takeLevels(comparison)
        let cells = try await indicators(counts.elements, comparison)
        // Of all levels: what one withholds would follow from the others and the events, all of which the active party has.
        let isLarge = try await conjunction(
            (0..<comparison.levels * kinds).map { Array(cells[$0 * times..<($0 + 1) * times]) })
        let (risks, deaths) = try await levelRisks(comparison, split)
        let reciprocals = try await levelReciprocals(of: risks)
        let hazards = try await scaledProducts(deaths, reciprocals)
        var factors = hazards.map { one - $0.asInt128 }
        // What is left of a level after the event of each place, the last time first, and all before.
        for round in TrainingFacts.suffixRounds(events) {
            let pairs = (0..<comparison.levels).flatMap { level in
                round.map { (level * events + $0, level * events + $1) }
            }
            let found = try await scaledProducts(pairs.map { factors[$0.0] }, pairs.map { factors[$0.1] })
            for (pair, number) in zip(pairs, found) { factors[pair.0] = number.asInt128 }
        }
        var points: [Int128] = []
        for level in 0..<comparison.levels {
            points += try await levelPoints(Array(factors[level * events..<(level + 1) * events]), comparison)
        }
        let cell = (0..<comparison.levels).flatMap { _ in isLarge }
        let shown = try await scaledProducts(cell, points.map { one + $0 })
        results.levelCurves = try await openToActive(
            shown, fractionBits: TrainingFacts.levelCurveBits.fraction, bits: TrainingFacts.levelCurveBits.all)
    }

    /// Of each level, place by place: `(n_g - z + 1) / n`, and `z / n`, where `n_g` of the level are at risk, of n in all, and z is 1 where
    /// the event is one of the level. The former is above 0 in any case, and `n_g / n` where it matters. Places beyond the events have 1 and 0.
    private func levelRisks(
        _ comparison: LevelFacts, _ split: [[ShareWord]]
    ) async throws -> (risks: [Int128], deaths: [Int128]) {
        let places = facts.events
        let found = try await levelsOverRisk(
            comparison, split,
            [
                { $0.curveSums(ofEvent: false, places: places) }, { $0.curveSums(ofEvent: true, places: places) },
            ])
        var (risks, deaths) = (found[0].flatMap { $0 }, found[1].flatMap { $0 })
        // The last level is what the others leave.
        func rest(_ words: [ShareWord]) -> [ShareWord] {
            (0..<places).map { place in
                stride(from: place, to: words.count, by: places).reduce(.zero) { $0 &- words[$1] }
            }
        }
        risks += rest(risks)
        deaths += rest(deaths)
        if case .active(let side) = levels {
            let last = places * (comparison.levels - 1)
            func add(_ number: Int128, to words: inout [ShareWord], at index: Int) {
                words[index] = words[index] &+ ShareWord(number).shiftedLeft(TrainingFacts.levelUnitBits)
            }
            let unit = Int128(1) << Int128(TrainingFacts.levelScalarBits)
            for place in 0..<places {
                let share = place < side.places ? Int128(side.shares[place]) : unit
                for level in 0..<comparison.levels { add(share, to: &risks, at: level * places + place) }
                guard place < side.places else { continue }
                add(share * Int128(side.atRisk[place] - 1), to: &risks, at: last + place)
                add(share, to: &deaths, at: last + place)
            }
        }
        func scaled(_ words: [ShareWord]) -> [Int128] {
            truncated(words, shift: ShareMatrix.fractionBits).map(\.asInt128)
        }
        return (scaled(risks), scaled(deaths))
    }

    /// From 1, by Newton's iteration.
    private func levelReciprocals(of numbers: [Int128]) async throws -> [Int128] {
        let f = ShareMatrix.fractionBits
        let stretches = facts.levelStretches
        var result = Array(repeating: (one >> 3) * Int128(stretches[0]), count: numbers.count)
        for stretch in stretches.dropFirst() + [8] {
            let images = try await scaledProducts(numbers, result)
            let next = try await products(result, images.map { 2 * one - $0.asInt128 }, try pairs)
            result = truncated(next.map { $0 &* Int64(stretch) }, shift: f + 3).map(\.asInt128)
        }
        return result
    }

    /// Of one level's places the ones at the declared times; 1 before the first event.
    private func levelPoints(_ factors: [Int128], _ comparison: LevelFacts) async throws -> [Int128] {
        let layout = try facts.levelCurveLayout(comparison)
        let own = factors.map { [ShareWord($0)] }
        guard case .active(let side) = levels else {
            let found = try await exchange.ownRiskSums(own, layout: layout)
            return truncated(found.elements, shift: ShareMatrix.fractionBits).map(\.asInt128)
        }
        let map = side.selection(places: facts.events)
        let found = try await exchange.evaluateRiskSums(map, layout: layout) &+ map.sums(of: own, layout: layout)
        let points = truncated(found.elements, shift: ShareMatrix.fractionBits).map(\.asInt128)
        return zip(points, side.eventsUpTo).map { $1 > 0 ? $0 : $0 + one }
    }
}
