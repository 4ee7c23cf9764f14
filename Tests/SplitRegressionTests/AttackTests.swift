import Bignum
import Paillier
import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// What gradients that are opened in every pass give away, and what is left to an attacker when they stay in shares.
///
/// The weaker protocol is simulated: each party learns its own block of the gradient in each pass. Against it the attacks must
/// succeed, or the tests would show nothing.
@Suite("Attacks on what training opens") struct AttackTests {
    /// Own columns (the constant first) of the active party, one yes/no column of the passive one, a label.
    private struct People {
        let own: [[Double]]
        let hidden: [Double]
        let label: [Double]

        init(rows: Int, columns: Int, events: Int, seed: UInt64) {
            var generator = SplitMix(seed)
            own =
                [Array(repeating: 1, count: rows)]
                + (1..<columns).map { _ in (0..<rows).map { _ in generator.uniform(-1.7...1.7) } }
            var chosen: Set<Int> = []
            while chosen.count < events { chosen.insert(Int.random(in: 0..<rows, using: &generator)) }
            hidden = (0..<rows).map { chosen.contains($0) ? 1 : 0 }
            let (own, hidden) = (own, hidden)
            label = (0..<rows).map {
                generator.uniform() < ResponseFamily.mean(0.7 * own[1][$0] + hidden[$0] - 0.3) ? 1 : 0
            }
        }

        func gradient(_ own: [Double], _ other: Double) -> [Double] {
            let base = linearPredictor(columns: self.own, coefficients: own)
            let residual = base.indices.map { ResponseFamily.mean(base[$0] + other * hidden[$0]) - label[$0] }
            return self.own.map { dot($0, residual) }
        }

        /// Newton's method on all columns, with every point on the way.
        func path(_ passes: Int) throws -> [[Double]] {
            let all = own + [hidden]
            var points = [Array(repeating: 0.0, count: all.count)]
            for _ in 1..<passes {
                let beta = points[points.count - 1]
                let z = linearPredictor(columns: all, coefficients: beta)
                let gradient = all.map { column in
                    dot(column, z.indices.map { ResponseFamily.mean(z[$0]) - label[$0] })
                }
                let matrix = SymmetricMatrix.gram(all, weights: z.map(ResponseFamily.slope))
                let step = try CholeskyFactor(matrix).solve(gradient)
                // Short steps: a real optimiser takes about as many.
                points.append(zip(beta, step).map { $0 - 0.4 * $1 })
            }
            return points
        }
    }

    /// The active party solves for the other's column: `mu(a + x b) = mu(a) + x (mu(a + b) - mu(a))` for a yes/no x, so each opened
    /// component is a linear equation in it.
    ///
    /// - Parameter opened: points of which the gradient is known: own coefficients, the other's, own block of the gradient.
    /// - Returns: how sure it is of each row.
    private func guess(_ people: People, _ opened: [(own: [Double], other: Double, gradient: [Double])]) -> [Double] {
        var rows: [[Double]] = []
        var values: [Double] = []
        for point in opened where abs(point.other) > 1e-3 {
            let base = linearPredictor(columns: people.own, coefficients: point.own)
            let slope = base.map { ResponseFamily.mean($0 + point.other) - ResponseFamily.mean($0) }
            let known = base.indices.map { ResponseFamily.mean(base[$0]) - people.label[$0] }
            for (j, column) in people.own.enumerated() {
                rows.append(zip(column, slope).map { $0 * $1 })
                values.append(point.gradient[j] - dot(column, known))
            }
        }
        return LeastSquares.solve(rows, values, regularisation: 1e-9)
    }

    /// Rows that it gets right when it names the surest, as many as there are.
    private func hits(_ people: People, _ guess: [Double]) -> Int {
        let count = people.hidden.count { $0 == 1 }
        let named = guess.indices.sorted { guess[$0] > guess[$1] }.prefix(count)
        return named.count { people.hidden[$0] == 1 }
    }

    @Test("A sparse yes/no column: all of it from opened gradients, next to nothing from the result")
    func sparseColumn() throws {
        var (opened, inShares, all) = (0, 0, 0)
        for seed in 1...6 as ClosedRange<UInt64> {
            let people = People(rows: 60, columns: 9, events: 6, seed: seed)
            let points = try people.path(9)
            let seen = points.map { point in
                let (own, other) = (Array(point.dropLast()), point[point.count - 1])
                return (own: own, other: other, gradient: people.gradient(own, other))
            }
            opened += hits(people, guess(people, seen))
            // In shares: the own coefficients at the end alone, where the gradient is zero, and to be generous the other's too.
            let last = seen[seen.count - 1]
            inShares += hits(people, guess(people, [(last.own, last.other, people.own.map { _ in 0 })]))
            all += 6
        }
        #expect(opened == all)
        // By chance a tenth.
        #expect(inShares < all / 2, "\(inShares) of \(all)")
    }

    /// Two passive columns that differ on one row.
    @Test("A row that stands alone: its label from an opened gradient. Such designs are refused now")
    func leverage() {
        var opened = 0
        for seed in 1...20 as ClosedRange<UInt64> {
            var generator = SplitMix(seed)
            let label = (0..<200).map { _ in generator.bit() }
            let row = Int.random(in: 0..<200, using: &generator)
            var columns = [(0..<200).map { _ in generator.bit() }, [Double](repeating: 0, count: 200)]
            columns[1] = columns[0]
            columns[1][row] = 1 - columns[0][row]
            // The start: every mean is one half.
            let residual = label.map { 0.5 - $0 }
            let difference = dot(columns[1], residual) - dot(columns[0], residual)
            let sign = columns[1][row] - columns[0][row]
            if (difference * sign < 0 ? 1.0 : 0) == label[row] { opened += 1 }
        }
        #expect(opened == 20)
    }

    /// What the active party decrypts in a real training: each plaintext is a value plus the other's mask over all of Z_N. Without
    /// masks the values themselves would stand there, short numbers in their slots.
    @Test(
        "What a party decrypts of the other's answers is uniform, whatever it is about",
        arguments: [ModelFamily.linear, .logistic])
    func plaintextsOfAnswers(_ family: ModelFamily) async throws {
        let table = MadeTable.sample(family, rows: 40, active: 1, passive: 1, seed: 8)
        var made = TrainingPlan(family: family, maximumPasses: 20, keyBits: 512)
        (made.activeColumns, made.passiveColumns) = (2, 1)
        let plan = made
        let bits = family.featureFractionBits
        let (inputA, inputB) = (
            try table.input(\.active, fractionBits: bits), try table.input(\.passive, fractionBits: bits)
        )
        let pair = try await SessionPair.open(family: family)
        async let a = pair.active.run {
            try await Training.active(inputA, label: table.label, testLabel: [], plan: plan, keyFloor: 512, over: $0) {
                _ in
            }
        }
        async let b = pair.passive.run {
            try await Training.passive(inputB, plan: plan, keyFloor: 512, over: $0) { _ in }
        }
        _ = try await (a, b)

        let received = try pair.activeLog.entries(of: .incoming).map { (try Record(encoded: $0.record), $0.payload) }
        let ring = try #require(received.firstIndex { $0.0.type == .trainingRing })
        let head = TreeHead(
            size: UInt64(ring + 1), root: try #require(pair.activeLog.root(of: .incoming, at: UInt64(ring + 1))))
        var generator = pair.active.randomness("training/key", after: head)
        let key = try PrivateKey.generateUnchecked(bits: 512, using: &generator)
        let width = CiphertextVector.serializedWidth(of: key.publicKey)
        let answers: Set<MessageType> = [.predictorSums, .kernelResults, .columnSums, .crossSums, .matrixProducts]
        var ones = [Int](repeating: 0, count: 496)
        var count = 0
        var kinds: Set<MessageType> = []
        for (record, payload) in received where answers.contains(record.type) {
            kinds.insert(record.type)
            let bytes = try Payload<RowSharesKind>(payload: payload).bytes
            let opened = key.decrypt(
                try CiphertextVector(serialized: bytes, count: bytes.count / width, key: key.publicKey))
            for index in 0..<opened.count {
                count += 1
                for bit in ones.indices { ones[bit] += Int(opened.digit(index, at: bit, width: 1)) }
            }
        }
        #expect(kinds.contains(.matrixProducts) && count > 60)
        // Six standard deviations of a fair bit, for each of 496: unmasked sums leave high bits at zero.
        for (bit, value) in ones.enumerated() {
            #expect(abs(Double(value) - Double(count) / 2) < 3 * Double(count).squareRoot(), "bit \(bit) of \(count)")
        }
    }
}
