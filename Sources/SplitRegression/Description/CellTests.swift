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

    /// Evaluator: for each small number what the owner's share would be then, in an order drawn anew, the difference times a
    /// random number.
    private func evaluateTests(_ numbers: [UInt64], _ shape: DescriptionShape) async throws {
        let round = nextRound()
        let chunks = shape.testChunks(cells: numbers.count)
        let (tests, key) = (shape.minimumCell, keys.peer)
        let mask: UInt64 = (1 << UInt64(shape.testBits)) - 1
        for chunk in 0..<chunks.count {
            let range = chunks.range(chunk)
            let shares = try await receive(
                CellSharesKind.self, count: range.count, round: round, chunk: chunk, of: chunks.count)
            try Task.checkCancellation()
            var generator = session.randomness(CellTestsKind.name, round: round, chunk: UInt32(chunk))
            var targets: [BigInt] = []
            for number in numbers[range] {
                var order = Array(0..<UInt64(tests))
                order.shuffle(using: &generator)
                targets += order.map { -BigInt(($0 &- number) & mask) }
            }
            let places = range.indices.flatMap { Array(repeating: $0 - range.lowerBound, count: tests) }
            let blinding = LimbVector.random(count: targets.count, below: key.n, using: &generator)
            let differences = EncryptedSums(shares).gathering(places).adding(plaintexts: key.plaintexts(targets))
            let answers = keys.evaluator.rerandomize(differences.multiplied(by: blinding), using: &generator)
            try await session.send(
                Payload<CellTestsKind>(answers.serialized), round: round, chunk: Chunk(chunk, of: chunks.count))
        }
    }
}

extension LimbVector {
    fileprivate func isZero(_ element: Int) -> Bool {
        (0..<limbsPerElement).allSatisfy { limb(element, $0) == 0 }
    }
}
