internal import Bignum
internal import Paillier
internal import Wire

// Whether shared counts are below the minimum cell, and nothing else of them (describe.md 4).
extension PaillierShareExchange {
    /// Of each count, at both parties: the active party is the owner first, then the passive one.
    ///
    /// - Parameter shares: modulo `2^152`, exact.
    func smallCells(_ shares: [ShareWord], _ shape: DescriptionShape, isActive: Bool) async throws -> [Bool] {
        guard !shares.isEmpty else { return [] }
        let numbers = shares.map { $0.masked(shape.testBits).low }
        if isActive {
            let small = try await ownTests(numbers, shape)
            try await evaluateTests(numbers, shape)
            return small
        }
        try await evaluateTests(numbers, shape)
        return try await ownTests(numbers, shape)
    }

    /// Owner: a count is small where one of its tests is 0.
    private func ownTests(_ numbers: [UInt64], _ shape: DescriptionShape) async throws -> [Bool] {
        let round = nextRound()
        let chunks = shape.testChunks(cells: numbers.count)
        var small: [Bool] = []
        for chunk in 0..<chunks.count {
            let own = keys.own.publicKey.plaintexts(numbers[chunks.range(chunk)].map { BigInt($0) })
            try await send(CellSharesKind.self, own, round: round, chunk: chunk, of: chunks.count)
        }
        let tests = shape.minimumCell
        for chunk in 0..<chunks.count {
            let count = chunks.range(chunk).count
            let opened = try await open(
                CellTestsKind.self, count: count * tests, round: round, chunk: chunk, of: chunks.count)
            for cell in 0..<count {
                small.append((cell * tests..<(cell + 1) * tests).contains { opened.isZero($0) })
            }
        }
        return small
    }

    /// Evaluator: answers the owner's shares.
    private func evaluateTests(_ numbers: [UInt64], _ shape: DescriptionShape) async throws {
        let round = nextRound()
        let chunks = shape.testChunks(cells: numbers.count)
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            let shares = try await receive(
                CellSharesKind.self, count: range.count, round: round, chunk: chunk, of: chunks.count)
            try Task.checkCancellation()
            var generator = session.randomness(CellTestsKind.name, round: round, chunk: UInt32(chunk))
            let answers = Self.cellTests(
                of: shares, numbers[range], below: shape.minimumCell, bits: shape.testBits, keys.evaluator,
                using: &generator)
            try await session.send(
                Payload<CellTestsKind>(answers.serialized), round: round, chunk: Chunk(chunk, of: chunks.count))
        }
    }

    /// For each count: how far the owner's share is from what it would be of each small number, in an order drawn anew, times a random
    /// number each. So a small count leaves one 0 at a place that says nothing, another none.
    ///
    /// - Parameters:
    ///   - numbers: the evaluator's shares modulo `2^bits`.
    ///   - minimum: numbers below it are small.
    static func cellTests(
        of shares: CiphertextVector, _ numbers: ArraySlice<UInt64>, below minimum: Int, bits: Int,
        _ evaluator: Evaluator, using generator: inout some RandomNumberGenerator
    ) -> CiphertextVector {
        let (key, mask) = (evaluator.publicKey, UInt64(1) << UInt64(bits) - 1)
        var targets: [BigInt] = []
        for number in numbers {
            var order = Array(0..<UInt64(minimum))
            order.shuffle(using: &generator)
            targets += order.map { -BigInt(($0 &- number) & mask) }
        }
        let places = (0..<numbers.count).flatMap { Array(repeating: $0, count: minimum) }
        let blinding = LimbVector.random(count: targets.count, below: key.n, using: &generator)
        let differences = EncryptedSums(shares).gathering(places).adding(plaintexts: key.plaintexts(targets))
        return evaluator.rerandomize(differences.multiplied(by: blinding), using: &generator)
    }
}

extension LimbVector {
    fileprivate func isZero(_ element: Int) -> Bool {
        (0..<limbsPerElement).allSatisfy { limb(element, $0) == 0 }
    }
}
