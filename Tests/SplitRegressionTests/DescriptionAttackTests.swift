import Bignum
import Paillier
import TestSupport
import Testing

@testable import SplitRegression

/// Small cells of a column by group, from what the table shows and what each party knows anyway: the active party its groups' sizes, the
/// passive one how often each level occurs in all rows.
@Suite struct DescriptionAttackTests {
    /// Counts by level and group, each level and group with a cell's rows at least.
    private struct Counts {
        let cells: [[Int]]
        var levels: [Int] { cells.map { $0.reduce(0, +) } }
        var groups: [Int] { cells[0].indices.map { g in cells.reduce(0) { $0 + $1[g] } } }

        static func made(_ generator: inout SplitMix, minimum: Int) -> Counts {
            while true {
                let (levels, groups) = (
                    Int.random(in: 2...6, using: &generator), Int.random(in: 2...4, using: &generator)
                )
                let cells = (0..<levels).map { _ in
                    (0..<groups).map { _ in
                        Bool.random(using: &generator)
                            ? Int.random(in: 0...3 * minimum, using: &generator)
                            : Int.random(in: 0...30 * minimum, using: &generator)
                    }
                }
                let made = Counts(cells: cells)
                if (made.levels + made.groups).allSatisfy({ $0 >= minimum }) { return made }
            }
        }
    }

    private static let minimum = 11

    @Test("Where small cells alone are hidden, sums that each knows give most of them away")
    func primarySuppression() {
        var generator = SplitMix(31)
        var (hidden, found) = (0, 0)
        for _ in 0..<300 {
            let counts = Counts.made(&generator, minimum: Self.minimum)
            for (l, level) in counts.cells.enumerated() {
                for (g, count) in level.enumerated() where count < Self.minimum {
                    hidden += 1
                    // The only hidden cell of its level, or of its group: what is left is it.
                    let inLevel = level.count { $0 < Self.minimum }
                    let inGroup = counts.cells.count { $0[g] < Self.minimum }
                    if inLevel == 1 {
                        let shown = level.reduce(0) { $0 + ($1 < Self.minimum ? 0 : $1) }
                        #expect(counts.levels[l] - shown == count)
                    }
                    if inGroup == 1 {
                        let shown = counts.cells.reduce(0) { $0 + ($1[g] < Self.minimum ? 0 : $1[g]) }
                        #expect(counts.groups[g] - shown == count)
                    }
                    if inLevel == 1 || inGroup == 1 { found += 1 }
                }
            }
        }
        #expect(found * 2 > hidden)
    }

    /// What the owner of a count's share sees of the tests: where the zeros are, and the other plaintexts.
    private func tests(
        of count: Int, cells: Int, keepsOrder: Bool, keepsCells: Bool = true
    ) throws -> (zeros: [Int], others: [Double]) {
        let key = try SmallKeys.key(bits: 512)
        var generator = SplitMix(7)
        let (bits, minimum) = (11, Self.minimum)
        let mask: UInt64 = 1 << 11 - 1
        let own = (0..<cells).map { _ in generator.next() & mask }
        let other = own.map { (UInt64(count) &- $0) & mask }
        let shares = key.encrypt(key.publicKey.plaintexts(own.map { BigInt($0) }), using: &generator)
        var bases = SplitMix(8)
        let evaluator = Evaluator(publicKey: key.publicKey, using: &bases)
        let answers: CiphertextVector
        if keepsOrder {
            // The weaker protocol: differences in order, each times a random number.
            let places = (0..<cells).flatMap { Array(repeating: $0, count: minimum) }
            let targets = other.flatMap { y in (0..<UInt64(minimum)).map { -BigInt(($0 &- y) & mask) } }
            let blinding = LimbVector.random(count: targets.count, below: key.publicKey.n, using: &generator)
            answers = evaluator.rerandomize(
                EncryptedSums(shares).gathering(places).adding(plaintexts: key.publicKey.plaintexts(targets))
                    .multiplied(by: blinding), using: &generator)
        } else {
            answers = PaillierShareExchange.cellTests(
                of: shares, other[...], columns: (0..<cells).map { keepsCells ? $0 : 0 }[...], below: minimum,
                bits: bits,
                evaluator, using: &generator)
        }
        var (zeros, others) = ([Int](), [Double]())
        let opened = key.decrypt(answers)
        let largest = Double(key.publicKey.n.limb(7))
        for index in 0..<opened.count {
            if (0..<opened.limbsPerElement).allSatisfy({ opened.limb(index, $0) == 0 }) {
                zeros.append(index % minimum)
            } else {
                others.append(Double(opened.limb(index, 7)) / largest)
            }
        }
        return (zeros, others)
    }

    @Test("Tests in order give a small count away; in an order drawn anew they say whether it is small")
    func placesOfZeros() throws {
        let ordered = try tests(of: 4, cells: 40, keepsOrder: true)
        #expect(ordered.zeros == Array(repeating: 4, count: 40))
        let drawn = try tests(of: 4, cells: 440, keepsOrder: false)
        #expect(drawn.zeros.count == 440)
        for place in 0..<Self.minimum {
            // 40 of each, more or less.
            #expect((15...75).contains(drawn.zeros.count { $0 == place }), "\(place)")
        }
        // The others are uniform: no trace of how far a count is from them.
        for tenth in 0..<10 {
            let count = drawn.others.count { $0 >= Double(tenth) / 10 && $0 < Double(tenth + 1) / 10 }
            #expect(abs(count - 440) < 100, "\(tenth): \(count)")
        }
        // Of one column: how many, not which.
        let column = try tests(of: 4, cells: 40, keepsOrder: false, keepsCells: false)
        #expect(column.zeros.count == 40)
        #expect(try tests(of: 11, cells: 20, keepsOrder: false).zeros.isEmpty)
        #expect(try tests(of: 700, cells: 20, keepsOrder: false).zeros.isEmpty)
        #expect(try tests(of: 0, cells: 20, keepsOrder: false).zeros.count == 20)
    }

    @Test("Size, mean and standard deviation give a few values' counts away: such a column is hidden")
    func fewValues() throws {
        // 100 rows of a group: 61 of value 0, 36 of 1, 3 of 2; in the other group enough of each.
        let first = [0.0: 61, 1: 36, 2: 3]
        let values =
            first.sorted { $0.key < $1.key }.flatMap { Array(repeating: $0.key, count: $0.value) }
            + (0..<300).map { Double($0 % 3) }
        let column = try DescribedRows.numeric(values, named: "x")
        guard case .numeric(let z, let s, let index, let count, let scale) = column else { return }
        // What the weaker protocol opens of the group: sums to 2^-11, scales.
        func opened(_ sums: ArraySlice<Int64>) -> Double {
            (Double(sums.reduce(0, +)) / 65536 / 100 * 0x1p11).rounded() / 0x1p11
        }
        let (m, q) = (opened(z[..<100]), opened(s[..<100]))
        let mean = scale.mean + scale.sd * m
        let second = scale.sd * scale.sd * q + 2 * scale.mean * mean - scale.mean * scale.mean
        // counts: c1 + 2 c2 = 100 mean, c1 + 4 c2 = 100 second
        let rare = 100 * (second - mean) / 2
        #expect(abs(rare - 3) < 0.2)
        // Ours looks at the values one by one.
        #expect(count == 3 && (0..<3).map { value in index[..<100].count { $0 == value } } == [61, 36, 3])
        let shape = DescriptionShape(
            rows: 400, active: [], passive: [.numeric(values: count)], groups: 2, isWeighted: false,
            minimumCell: Self.minimum, modulusBits: 2048)
        #expect(shape.passiveCells == 6)
    }

    @Test("An owner that knows its modulus's factors asks two things of a cell, and no more")
    func twoComparisons() throws {
        let key = try SmallKeys.key(bits: 512)
        var generator = SplitMix(71)
        let (p, q) = (key.first.prime, key.second.prime)
        let (bits, minimum) = (11, Self.minimum)
        let mask: UInt64 = 1 << 11 - 1
        var bases = SplitMix(72)
        let evaluator = Evaluator(publicKey: key.publicKey, using: &bases)
        for count in [4, 500, 700, 900] {
            let other = generator.next() & mask
            // Is the count 4 + 496, or 4 + 696? Modulo p the first is asked, modulo q the second.
            let asked = [500, 700].map { BigInt((4 &+ (UInt64(count) &- other) &- UInt64($0)) & mask) }
            let x = (asked[0] + p * ((asked[1] - asked[0]) * key.inverseOfP).mod(q)).mod(key.publicKey.n)
            let shares = key.encrypt(key.publicKey.plaintexts([x]), using: &generator)
            let answers = PaillierShareExchange.cellTests(
                of: shares, [other][...], columns: [0][...], below: minimum, bits: bits, evaluator, using: &generator)
            let opened = key.decrypt(answers).bigInts()
            let zeros = [p, q].map { factor in opened.count { $0.mod(factor) == BigInt(0) } }
            #expect(zeros == [count == 500 ? 1 : 0, count == 700 ? 1 : 0], "\(count)")
        }
    }

    @Test(
        "A share that is less than it should be asks about another window: a few runs find a hidden count, so each run has its price"
    )
    func windowsOfAHiddenCount() throws {
        let key = try SmallKeys.key(bits: 512)
        var generator = SplitMix(81)
        let (bits, minimum) = (11, Self.minimum)
        let mask: UInt64 = 1 << 11 - 1
        var bases = SplitMix(82)
        let evaluator = Evaluator(publicKey: key.publicKey, using: &bases)
        for count in 0..<minimum {
            let other = generator.next() & mask
            var (low, high, runs) = (0, minimum - 1, 0)
            while low < high {
                // A zero says that the count is from `middle` to `middle + minimum - 1`.
                let middle = (low + high + 1) / 2
                let own = (UInt64(count) &- other &- UInt64(middle)) & mask
                let answers = PaillierShareExchange.cellTests(
                    of: key.encrypt(key.publicKey.plaintexts([BigInt(own)]), using: &generator), [other][...],
                    columns: [0][...], below: minimum, bits: bits, evaluator, using: &generator)
                if key.decrypt(answers).bigInts().contains(BigInt(0)) { low = middle } else { high = middle - 1 }
                runs += 1
            }
            // As many runs as one approval lets a peer repeat a description, at no price, were enough (BudgetTests.bitsThatCountEachTime).
            #expect(low == count && runs <= 4, "\(count): \(low)")
        }
    }

    @Test("Where leading digits of all cells are opened, a level's total pins some small cell down")
    func leadingDigits() {
        // 33 rows of a level, 32 to 47 of them in the second group: none or one in the first.
        let (total, digit, unit) = (33, 32 / 16, 16)
        let possible = (0..<Self.minimum).filter { (total - $0) / unit == digit }
        #expect(possible == [0, 1])
    }

    /// Every table of a level's rows and the others' over groups, with these sums, by the first level's cells.
    private func tables(level: Int, groups: [Int], _ body: ([Int]) -> Void) {
        var cells = groups.map { _ in 0 }
        func fill(_ group: Int, _ left: Int) {
            if group == groups.count - 1 {
                guard left <= groups[group] else { return }
                cells[group] = left
                return body(cells)
            }
            for count in 0...min(left, groups[group]) {
                cells[group] = count
                fill(group + 1, left - count)
            }
        }
        fill(0, level)
    }

    /// What each cell of a two-level column may be, of all tables that agree with what the passive party knows.
    private func possible(_ counts: Counts, minimum: Int, knows: ([[Bool]]) -> AnyHashable) -> [[Set<Int>]] {
        func flags(_ first: [Int]) -> [[Bool]] {
            [first, zip(counts.groups, first).map { $0 - $1 }].map { $0.map { $0 < minimum } }
        }
        let seen = knows(flags(counts.cells[0]))
        var found = counts.cells.map { $0.map { _ in Set<Int>() } }
        tables(level: counts.levels[0], groups: counts.groups) { first in
            guard knows(flags(first)) == seen else { return }
            for (group, count) in first.enumerated() {
                found[0][group].insert(count)
                found[1][group].insert(counts.groups[group] - count)
            }
        }
        return found
    }

    @Test("Flags of each cell determine hidden cells; one bit a column leaves a range of a cell's rows")
    func flags() {
        var generator = SplitMix(33)
        let minimum = 4
        var (pinned, hidden) = (0, 0)
        for _ in 0..<400 {
            let groups = Int.random(in: 2...3, using: &generator)
            let cells = (0..<2).map { _ in (0..<groups).map { _ in Int.random(in: 0...2 * minimum, using: &generator) }
            }
            let counts = Counts(cells: cells)
            guard (counts.levels + counts.groups).allSatisfy({ $0 >= minimum }),
                cells.contains(where: { $0.contains { $0 < minimum } })
            else { continue }
            hidden += 1
            let weaker = possible(counts, minimum: minimum) { AnyHashable($0) }
            if weaker.contains(where: { $0.contains { $0.count == 1 } }) { pinned += 1 }
            let ours = possible(counts, minimum: minimum) { AnyHashable($0.contains { $0.contains(true) }) }
            #expect(ours.allSatisfy { $0.allSatisfy { $0.count > 1 } }, "\(cells)")
        }
        #expect(hidden > 200 && pinned * 20 > hidden)
    }
}
