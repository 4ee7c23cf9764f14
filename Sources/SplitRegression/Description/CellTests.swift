internal import Bignum
internal import Paillier
internal import Wire

// How many cells of a column are below the minimum, and nothing else of them (describe.md 4).
extension PaillierShareExchange {
    /// Owner: of each column how many of its tests are 0.
    ///
    /// - Parameter shares: of each cell of each column, modulo `2^152`, exact.
    func smallCells(_ shares: [[ShareWord]], _ shape: DescriptionShape) async throws -> [Int] {
        let round = nextRound()
        let numbers = shares.flatMap { $0 }.map { $0.masked(shape.testBits).low }
        let columns = shares.enumerated().flatMap { index, cells in cells.map { _ in index } }
        let chunks = shape.testChunks(cells: numbers.count)
        var found = Array(repeating: 0, count: shares.count)
        func answer(_ chunk: Int) async throws {
            let range = chunks.range(chunk)
            let opened = try await open(
                CellTestsKind.self, count: range.count * shape.minimumCell, round: round, chunk: chunk,
                of: chunks.count)
            // Tests of one column are mixed within the chunk, and keep its places.
            for index in 0..<opened.count where opened.isZero(index) {
                found[columns[range.lowerBound + index / shape.minimumCell]] += 1
            }
        }
        for chunk in 0..<chunks.count {
            let own = keys.own.publicKey.plaintexts(numbers[chunks.range(chunk)].map { BigInt($0) })
            try await send(CellSharesKind.self, own, round: round, chunk: chunk, of: chunks.count)
            if chunk >= Self.lookahead { try await answer(chunk - Self.lookahead) }
        }
        for chunk in max(0, chunks.count - Self.lookahead)..<chunks.count { try await answer(chunk) }
        return found
    }

    /// Evaluator: answers the owner's shares.
    func answerCellTests(_ shares: [[ShareWord]], _ shape: DescriptionShape) async throws {
        let round = nextRound()
        let numbers = shares.flatMap { $0 }.map { $0.masked(shape.testBits).low }
        let columns = shares.enumerated().flatMap { index, cells in cells.map { _ in index } }
        let chunks = shape.testChunks(cells: numbers.count)
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            let received = try await receive(
                CellSharesKind.self, count: range.count, round: round, chunk: chunk, of: chunks.count)
            try Task.checkCancellation()
            var generator = session.randomness(CellTestsKind.name, round: round, chunk: UInt32(chunk))
            let answers = Self.cellTests(
                of: received, numbers[range], columns: columns[range], below: shape.minimumCell, bits: shape.testBits,
                keys.evaluator, using: &generator)
            try await session.send(
                Payload<CellTestsKind>(answers.serialized), round: round, chunk: Chunk(chunk, of: chunks.count))
        }
    }

    /// For each count: how far the owner's share is from what it would be of each small number, times a random number each. All tests of
    /// a column are in an order drawn anew: a small count leaves one 0 at a place that says nothing, another none.
    ///
    /// - Parameters:
    ///   - numbers: the evaluator's shares modulo `2^bits`.
    ///   - columns: of each count, ascending.
    ///   - minimum: numbers below it are small.
    static func cellTests(
        of shares: CiphertextVector, _ numbers: ArraySlice<UInt64>, columns: ArraySlice<Int>, below minimum: Int,
        bits: Int, _ evaluator: Evaluator, using generator: inout some RandomNumberGenerator
    ) -> CiphertextVector {
        let (key, mask) = (evaluator.publicKey, UInt64(1) << UInt64(bits) - 1)
        var places: [Int] = []
        var targets: [BigInt] = []
        var first = columns.startIndex
        while first < columns.endIndex {
            let end = columns[first...].firstIndex { $0 != columns[first] } ?? columns.endIndex
            for test in TestOrder.drawn((end - first) * minimum, using: &generator) {
                let (cell, small) = (first + test / minimum, UInt64(test % minimum))
                places.append(cell - columns.startIndex)
                targets.append(-BigInt((small &- numbers[numbers.startIndex + cell - columns.startIndex]) & mask))
            }
            first = end
        }
        let blinding = LimbVector.random(count: targets.count, below: key.n, using: &generator)
        let differences = EncryptedSums(shares).gathering(places).adding(plaintexts: key.plaintexts(targets))
        return evaluator.rerandomize(differences.multiplied(by: blinding), using: &generator)
    }
}

/// Orders that a replay in another language draws alike (describe.md 4): not the standard library's, which may change.
enum TestOrder {
    /// A permutation of `0 ..< count` (Fisher and Yates).
    static func drawn(_ count: Int, using generator: inout some RandomNumberGenerator) -> [Int] {
        var order = Array(0..<count)
        for place in stride(from: count - 1, through: 1, by: -1) {
            let mask = UInt64.max >> UInt64(UInt64(place).leadingZeroBitCount)
            var other = generator.next() & mask
            while other > UInt64(place) { other = generator.next() & mask }
            order.swapAt(place, Int(other))
        }
        return order
    }
}

extension LimbVector {
    fileprivate func isZero(_ element: Int) -> Bool {
        (0..<limbsPerElement).allSatisfy { limb(element, $0) == 0 }
    }
}
