/// One holder's shares of what a further party has of its own (multiparty-training.md 4).
struct OtherMatrices {
    /// Its part of the raw constant as a function of `u`.
    let functional: [ShareWord]
    /// Its rows of `D`, row by row.
    let rows: [ShareWord]
    /// Its block of `R`; empty without a penalty.
    let penalty: [ShareWord]
    /// Of an elastic net `(2^k / n)^(1/2) T^-T`, row by row, and `(2^k / n) T^-T`; else empty.
    let unwhitening: (root: [ShareWord], whole: [ShareWord])

    init(_ words: [ShareWord], columns: Int, _ facts: TrainingFacts) {
        functional = Array(words[..<columns])
        var squares = words[columns...]
        func next(_ isThere: Bool = true) -> [ShareWord] {
            let square = squares.prefix(isThere ? columns * columns : 0)
            squares = squares.dropFirst(square.count)
            return Array(square)
        }
        rows = next()
        penalty = next(facts.penalty > 0)
        unwhitening = (next(facts.l1 > 0), next(facts.l1 > 0))
    }
}

// What this party, a holder, asks of further passive parties. Without any nothing here does anything.
extension ShareMachine {
    private func layouts<Layout>(_ make: (Int) throws(TrainingError) -> Layout) throws(TrainingError) -> [Layout] {
        var result: [Layout] = []
        for columns in facts.otherColumns { result.append(try make(columns)) }
        return result
    }

    // MARK: Exchanges

    /// An exchange with a party in which this one is the owner, and what the party has of the other holder's.
    ///
    /// - Parameter isOwner: false where the other holder alone has numbers.
    func ask(
        _ other: any HolderExchange, isOwner: Bool = true, takes: Bool = true, count: Int, bits: Int,
        _ own: () async throws -> [ShareWord]
    ) async throws -> [ShareWord] {
        var result = Array(repeating: ShareWord.zero, count: count)
        if isOwner { result = try await own() }
        guard takes else { return result }
        return zip(result, try await other.takeHandover(count: count, bits: bits)).map { $0 &+ $1 }
    }

    /// Of numbers that the active party knows, one a row, sums with all columns.
    func othersSums(ofKnown known: [Int128], fraction: Int) async throws -> [ShareWord] {
        let layouts = try layouts { columns throws(TrainingError) in
            try facts.knownRowLayout(columns: columns, fraction: fraction)
        }
        return try await othersSums(of: known, layouts, isKnown: true)
    }

    func othersSums(of rows: [Int128], period: Double) async throws -> [ShareWord] {
        let layouts = try layouts { columns throws(TrainingError) in
            try facts.gradientLayout(columns: columns, period: period)
        }
        return try await othersSums(of: rows, layouts, isKnown: false)
    }

    private func othersSums(
        of rows: [Int128], _ layouts: [ColumnSumLayout], isKnown: Bool
    ) async throws -> [ShareWord] {
        var result: [ShareWord] = []
        for (other, layout) in zip(others, layouts) {
            result += try await ask(
                other, isOwner: !isKnown || isActive, takes: !isKnown || !isActive, count: layout.columns,
                bits: ShareWord.modulusBits
            ) { try await other.ownColumnSums(rows, layout: layout) }
        }
        return result
    }

    /// Sum over all further parties of shares of their parts of the predictor.
    func othersPredictors(at point: ShareMatrix, rows: Int, turn: Int) async throws -> [ShareWord] {
        var result = Array(repeating: ShareWord.zero, count: rows)
        for (index, other) in others.enumerated() {
            let vector = facts.range(ofOther: index).map { point[$0, 0].masked(turn) }
            let part = try await ask(other, count: rows, bits: turn) {
                try await other.ownRowProducts(vector, rows: rows, entries: facts.featureBits, turnBits: turn)
            }
            for row in 0..<rows { result[row] = result[row] &+ part[row] }
        }
        return result
    }

    // MARK: Rows kept aside, scores

    /// Of each row, the sum of this holder's shares of all further parties' numbers.
    private func othersSplit(rows: Int, bits: Int) async throws -> [ShareWord] {
        var result = Array(repeating: ShareWord.zero, count: rows)
        for other in others {
            for (row, word) in try await other.takeHandover(count: rows, bits: bits).enumerated() {
                result[row] = result[row] &+ word.signed(bits)
            }
        }
        return result
    }

    /// In turns.
    func othersAngles(rows: Int) async throws -> [UInt64] {
        try await othersSplit(rows: rows, bits: TrainingFacts.angleBits).map(\.low)
    }

    /// Of a linear fit, as integers.
    func othersParts(rows: Int) async throws -> [Int128] {
        try await othersSplit(rows: rows, bits: TrainingFacts.splitPartBits).map(\.asInt128)
    }

    /// Modulo `2^64`.
    func othersScores(rows: Int) async throws -> [Int64] {
        try await othersSplit(rows: rows, bits: TrainingFacts.scoreBits).map { Int64(bitPattern: $0.low) }
    }

    func othersSlope(ofKnown known: [Int128], _ layout: ColumnSumLayout) async throws -> ShareWord {
        try await othersSums(of: known, others.map { _ in layout }, isKnown: true).reduce(.zero) { $0 &+ $1 }
    }

    // MARK: Openings

    func announce(_ digit: UInt64, bits: Int) async throws {
        for other in others { try await other.announce(digit, bits: bits) }
    }

    /// This party's bit; at the helper also that of further parties.
    func joinedWithOthers(_ isSet: Bool) async throws -> Bool {
        guard !isActive else { return isSet }
        var result = isSet
        for other in others {
            let bit = try await other.takeBit()
            result = result || bit
        }
        return result
    }

    /// Gives further parties the high bits of this party's shares of what is theirs.
    ///
    /// - Parameter share: of the number of a coefficient in the joint vector.
    func give(_ share: (Int) -> ShareWord, fractionBits: Int, bits: Int) async throws {
        let cut = ShareMatrix.fractionBits - fractionBits
        for (index, other) in others.enumerated() {
            let range = facts.range(ofOther: index)
            try await other.giveResults(
                range.map { share($0).masked().shiftedRight(cut).masked(bits) }, bits: bits)
        }
    }

    // MARK: What parties have of their own

    func takeMatrices() async throws {
        otherMatrices = []
        for (other, columns) in zip(others, facts.otherColumns) {
            let words = try await other.takeHandover(
                count: facts.matrixNumbers(of: columns), bits: ShareWord.modulusBits)
            otherMatrices.append(OtherMatrices(words, columns: columns, facts))
        }
    }

    func placeOtherRows(in matrix: inout ShareMatrix) { placeBlocks(in: &matrix) { $0.rows } }

    func placeOtherUnwhitenings(isRoot: Bool, in matrix: inout ShareMatrix) {
        placeBlocks(in: &matrix) { isRoot ? $0.unwhitening.root : $0.unwhitening.whole }
    }

    /// Further parties' parts of a point of which each knows its own.
    func takeOtherPoints(in point: inout ShareMatrix) async throws {
        for (index, other) in others.enumerated() {
            let range = facts.range(ofOther: index)
            let words = try await other.takeHandover(count: range.count, bits: ShareWord.modulusBits)
            for (word, j) in zip(words, range) { point[j, 0] = word }
        }
    }

    func placeOtherPenalties(times share: Double, in matrix: inout ShareMatrix) {
        placeBlocks(in: &matrix) { own in
            guard share != 1 else { return own.penalty }
            let factor = ShareWord(Int64((share * power(TrainingFacts.foldShareBits)).rounded()))
            return truncated(own.penalty.map { $0 &* factor }, shift: TrainingFacts.foldShareBits)
        }
    }

    private func placeBlocks(in matrix: inout ShareMatrix, _ words: (OtherMatrices) -> [ShareWord]) {
        for (index, own) in otherMatrices.enumerated() {
            let range = facts.range(ofOther: index)
            for (place, word) in words(own).enumerated() {
                let (i, j) = (place / range.count, place % range.count)
                matrix[range.lowerBound + i, range.lowerBound + j] = word
            }
        }
    }
}
