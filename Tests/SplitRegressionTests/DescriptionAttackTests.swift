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
        of count: Int, cells: Int, keepsOrder: Bool
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
                of: shares, other[...], below: minimum, bits: bits, evaluator, using: &generator)
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
        #expect(try tests(of: 11, cells: 20, keepsOrder: false).zeros.isEmpty)
        #expect(try tests(of: 700, cells: 20, keepsOrder: false).zeros.isEmpty)
        #expect(try tests(of: 0, cells: 20, keepsOrder: false).zeros.count == 20)
    }

    @Test("Where leading digits of all cells are opened, a level's total pins some small cell down")
    func leadingDigits() {
        // 33 rows of a level, 32 to 47 of them in the second group: none or one in the first.
        let (total, digit, unit) = (33, 32 / 16, 16)
        let possible = (0..<Self.minimum).filter { (total - $0) / unit == digit }
        #expect(possible == [0, 1])
    }

    @Test("What this protocol shows leaves each hidden cell a range of a cell's rows and more")
    func pools() throws {
        var generator = SplitMix(32)
        var (hidden, pooled) = (0, 0)
        for _ in 0..<2000 {
            let counts = Counts.made(&generator, minimum: Self.minimum)
            let (levels, groups) = (counts.cells.count, counts.groups.count)
            let shape = DescriptionShape(
                rows: counts.groups.reduce(0, +), active: [], passive: [.levels(levels)], groups: groups,
                isWeighted: false, minimumCell: Self.minimum, modulusBits: 2048)
            let pools = shape.pools(small: counts.cells.flatMap { $0.map { $0 < Self.minimum } })
            let sums = pools.tested.flatMap { _, pool in
                (0..<groups).map { g in pool.reduce(0) { $0 + counts.cells[$1][g] } < Self.minimum }
            }
            let lost: [Int]
            switch shape.shown(pools, smallPools: sums)[0] {
            case .all:
                #expect(counts.cells.allSatisfy { $0.allSatisfy { $0 >= Self.minimum } })
                continue
            case .nothing: lost = Array(0..<levels)
            case .without(let pool):
                lost = pool
                pooled += 1
            }
            // Every small cell is among them.
            for l in 0..<levels where !lost.contains(l) { #expect(counts.cells[l].allSatisfy { $0 >= Self.minimum }) }
            let known = lost.map { counts.levels[$0] }
            let margins = (0..<groups).map { g in lost.reduce(0) { $0 + counts.cells[$1][g] } }
            for l in lost.indices {
                for g in 0..<groups {
                    hidden += 1
                    let least = table(known, margins, cell: (l, g), isLeast: true)
                    let most = table(known, margins, cell: (l, g), isLeast: false)
                    for made in [least, most] {
                        #expect(made.allSatisfy { $0.allSatisfy { $0 >= 0 } })
                        #expect(made.map { $0.reduce(0, +) } == known)
                        #expect((0..<groups).map { g in made.reduce(0) { $0 + $1[g] } } == margins)
                    }
                    #expect(most[l][g] - least[l][g] >= Self.minimum)
                }
            }
        }
        #expect(hidden > 3000 && pooled > 50)
    }

    /// A table with these sums in which one cell is as small, or as large, as it can be.
    private func table(_ levels: [Int], _ groups: [Int], cell: (Int, Int), isLeast: Bool) -> [[Int]] {
        var (rows, columns) = (levels, groups)
        var result = levels.map { _ in groups.map { _ in 0 } }
        func fill(_ l: Int, _ g: Int) {
            let count = min(rows[l], columns[g])
            result[l][g] += count
            rows[l] -= count
            columns[g] -= count
        }
        if !isLeast { fill(cell.0, cell.1) }
        // First what shares a line with the cell, so that as little as can be is left for it.
        for g in groups.indices where g != cell.1 { fill(cell.0, g) }
        for l in levels.indices where l != cell.0 { fill(l, cell.1) }
        for l in levels.indices { for g in groups.indices where (l, g) != cell { fill(l, g) } }
        fill(cell.0, cell.1)
        return result
    }
}
