import Paillier
import Records
import TestSupport
import Testing
import Wire

@testable import SplitRegression

/// Both parties' columns of a cohort, and the table that one program would make of them.
struct DescribedFixture: Sendable {
    var active: [ColumnSpec]
    var passive: [ColumnSpec]
    var activeValues: [[Double]]
    var passiveValues: [[Double]]
    var groups: [String]
    var group: [Int]?
    var weight: [Double]?

    var rows: Int { passiveValues[0].count }

    func plan(minimumCell: Int = 5, keyBits: Int = 640) -> DescriptionPlan {
        DescriptionPlan(
            active: active, passive: passive, groups: groups, isWeighted: weight != nil, minimumCell: minimumCell,
            keyBits: keyBits)
    }

    /// Numeric and other columns on both sides, related to the group.
    static func made(rows: Int, groups: Int, isWeighted: Bool, seed: UInt64) -> DescribedFixture {
        var generator = SplitMix(seed)
        let group = (0..<rows).map { _ in Int.random(in: 0..<max(1, groups), using: &generator) }
        func numeric(_ scale: Double) -> [Double] {
            group.map {
                40 + scale * (Double($0) * 0.4 + (0..<4).reduce(0) { sum, _ in sum + generator.uniform(-1...1) })
            }
        }
        func levels(_ count: Int) -> [Double] {
            group.map { Double((Int.random(in: 0..<count * 3, using: &generator) + $0) % count) }
        }
        let arms = groups > 1 ? (0..<groups).map { "arm \($0)" } : []
        return DescribedFixture(
            active: [
                .numeric("age"), .binary("smoker"),
                .categorical("site", levels: ["north", "south", "west"], reference: "south"),
            ],
            passive: [
                .numeric("marker"), .categorical("grade", levels: ["I", "II", "III", "IV"], reference: "I"),
                .numeric("count"), .binary("positive"),
            ],
            activeValues: [numeric(8), levels(2), levels(3)],
            passiveValues: [numeric(0.01), levels(4), numeric(300), levels(2)], groups: arms,
            group: groups > 1 ? group : nil,
            weight: isWeighted ? group.map { _ in generator.uniform(0.2...7) } : nil)
    }

    struct Ended: Sendable {
        let active: Result<DescriptionTable, any Error>
        let passive: Result<DescriptionTable, any Error>
        let log: MemoryRecorder
    }

    /// Both roles in one process, each side's messages inspected as they come and go.
    func describe(
        _ plan: DescriptionPlan? = nil, passiveRows: Int? = nil, isRevealed: Bool = true
    ) async throws -> Ended {
        let plan = plan ?? self.plan()
        let order = ProtocolPlan([.init(.describing, parties: ["active": "hospital", "passive": "lab"])])
        let limits = SessionLimits(wait: .seconds(300), handshake: .seconds(300), farewell: .milliseconds(500))
        var sides = Sides(job: Bytes32(hashing: [7]), protocols: [.description], plan: order, limits: limits)
        sides.inspectingA = { description in
            [
                DescriptionInspector(
                    session: description.id, active: "hospital", plan: plan, isRevealed: isRevealed,
                    moduli: ModulusRegister(), local: "hospital", floor: plan.keyBits)
            ]
        }
        let pair = try await sides.opened()
        let own = CohortDescription.Input(columns: activeValues, rows: rows, group: group, weight: weight)
        let count = passiveRows ?? rows
        let other = CohortDescription.Input(columns: passiveValues.map { Array($0.prefix(count)) }, rows: count)
        async let a = result {
            try await pair.a.run { session in
                try await CohortDescription.run(.active, own, plan: plan, keyFloor: plan.keyBits, over: session)
            }
        }
        async let b = result {
            try await pair.b.run { session in
                try await CohortDescription.run(.passive, other, plan: plan, keyFloor: plan.keyBits, over: session)
            }
        }
        return Ended(active: await a, passive: await b, log: pair.recorderA)
    }
}

@Suite(.serialized) struct DescriptionTests {
    static func mean(_ values: [Double], _ weights: [Double]) -> Double {
        zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
    }

    /// Sample variance, with weights as reliabilities.
    static func variance(_ values: [Double], _ weights: [Double], isWeighted: Bool) -> Double {
        let (sum, squares) = (weights.reduce(0, +), weights.reduce(0) { $0 + $1 * $1 })
        let mean = mean(values, weights)
        let spread = zip(values, weights).reduce(0) { $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean) } / sum
        return spread * (isWeighted ? sum * sum / (sum * sum - squares) : sum / (sum - 1))
    }

    static func expectEqual(_ table: DescriptionTable, _ data: DescribedFixture) throws {
        let group = data.group ?? Array(repeating: 0, count: data.rows)
        let count = max(1, data.groups.count)
        let members = (0..<count).map { g in group.indices.filter { group[$0] == g } }
        #expect(table.groups.map(\.rows) == members.map(\.count))
        for (column, values) in zip(table.columns, data.activeValues + data.passiveValues) {
            let sd = Self.variance(values, values.map { _ in 1 }, isWeighted: false).squareRoot()
            for (index, line) in column.lines.enumerated() {
                for (g, rows) in members.enumerated() {
                    for weighted in [false, true] where !weighted || data.weight != nil {
                        let own = rows.map { values[$0] }
                        let weights = weighted ? rows.map { data.weight![$0] } : rows.map { _ in 1 }
                        let cell = weighted ? line.weighted![g] : line.groups[g]
                        // describe.md 5: fewer digits where few people count.
                        let most = weighted ? Int(table.groups[g].effectiveSize!.exponent) + 3 : 13
                        let unit = Double(sign: .plus, exponent: 1 - min(11, most), significand: 1)
                        let share = Double(sign: .plus, exponent: 1 - min(13, most), significand: 1)
                        if column.isNumeric {
                            #expect(abs(cell.mean! - Self.mean(own, weights)) < sd * unit, "\(column.name) \(g)")
                            let variance = Self.variance(own, weights, isWeighted: weighted)
                            #expect(abs(cell.sd! * cell.sd! - variance) < sd * sd * 4 * unit, "\(column.name) \(g)")
                        } else {
                            let hits = own.map { $0 == Double(index) ? 1.0 : 0 }
                            if !weighted { #expect(cell.count == Int(hits.reduce(0, +)), "\(column.name) \(index)") }
                            #expect(abs(cell.share! - Self.mean(hits, weights)) < share, "\(column.name) \(index)")
                        }
                    }
                }
            }
        }
    }

    @Test("Means, deviations and counts are those of one table", arguments: [(1, false), (2, true), (3, false)])
    func equalsThePooledTable(_ groups: Int, _ isWeighted: Bool) async throws {
        let data = DescribedFixture.made(rows: 160, groups: groups, isWeighted: isWeighted, seed: 11)
        let ended = try await data.describe()
        let (own, other) = (try ended.active.get(), try ended.passive.get())
        #expect(own == other)
        #expect(own.columns.allSatisfy { !$0.lines.isEmpty })
        #expect(own.columns.map(\.lines.count) == [1, 2, 3, 1, 4, 1, 2])
        try Self.expectEqual(own, data)
    }

    @Test("Standardised differences before and after weighting")
    func differences() async throws {
        let data = DescribedFixture.made(rows: 200, groups: 2, isWeighted: true, seed: 3)
        let table = try await data.describe().active.get()
        let members = (0..<2).map { g in data.group!.indices.filter { data.group![$0] == g } }
        let marker = try #require(table.columns.first { $0.name == "marker" }?.lines.first)
        func of(_ weights: [Double]) -> (means: [Double], variances: [Double]) {
            let values = data.passiveValues[0]
            let parts = members.map { rows in (rows.map { values[$0] }, rows.map { weights[$0] }) }
            return (
                parts.map { Self.mean($0.0, $0.1) },
                parts.map { Self.variance($0.0, $0.0.map { _ in 1 }, isWeighted: false) }
            )
        }
        let (once, weighted) = (of(Array(repeating: 1, count: 200)), of(data.weight!))
        let spread = ((once.variances[0] + once.variances[1]) / 2).squareRoot()
        #expect(abs(marker.difference! - (once.means[1] - once.means[0]) / spread) < 0.003)
        #expect(abs(marker.weightedDifference! - (weighted.means[1] - weighted.means[0]) / spread) < 0.01)
        let effective = members.map { rows in
            let weights = rows.map { data.weight![$0] }
            let sum = weights.reduce(0, +)
            return sum * sum / weights.reduce(0) { $0 + $1 * $1 }
        }
        for (group, expected) in zip(table.groups, effective) {
            #expect(abs(group.effectiveSize! / expected - 1) < 1e-5)
        }
    }

    @Test("Columns with a small cell are not shown")
    func smallCells() async throws {
        var data = DescribedFixture.made(rows: 160, groups: 2, isWeighted: false, seed: 5)
        let second = data.group!.indices.filter { data.group![$0] == 1 }
        // Grade III: three rows of the second group; positive: none of it.
        var kept = 3
        for row in second where data.passiveValues[1][row] == 2 {
            if kept > 0 { kept -= 1 } else { data.passiveValues[1][row] = 3 }
            data.passiveValues[3][row] = 0
        }
        for row in second { data.passiveValues[3][row] = 0 }
        // The active party's site west: four rows of the second group.
        kept = 4
        for row in second where data.activeValues[2][row] == 2 {
            if kept > 0 { kept -= 1 } else { data.activeValues[2][row] = 0 }
        }
        let ended = try await data.describe()
        let table = try ended.active.get()
        #expect(try ended.passive.get() == table)
        let shown = Dictionary(uniqueKeysWithValues: table.columns.map { ($0.name, !$0.lines.isEmpty) })
        #expect(
            shown == [
                "age": true, "smoker": true, "site": false, "marker": true, "grade": false, "count": true,
                "positive": false,
            ])
        #expect(table.shownColumns == 4)
    }

    @Test(
        "A column that had to be hidden shows it by its counts: one below the least, or what they leave to the first level"
    )
    func shownSmallCells() throws {
        let plan = DescriptionPlan(
            active: [.numeric("age")], passive: [.categorical("grade", levels: ["I", "II", "III"], reference: "I")],
            groups: [], isWeighted: false, minimumCell: 5, keyBits: 640)
        let shape = try #require(plan.shape(rows: 30, activeValues: [0], passiveValues: []))
        let numbers = shape.numbers(shown: [true, true], [GroupSize(rows: 30, weight: 30, squares: 30)])
        for (second, third, isSmall) in [(5, 20, false), (4, 20, true), (5, 21, true), (15, 0, true), (20, 5, false)] {
            let values = numbers.map { $0.column == 0 ? 0 : Int64($0.item == numbers.last?.item ? third : second) }
            #expect(numbers.showSmallCell(values, below: 5) == isSmall, "\(second) \(third)")
        }
    }

    @Test("A group that is too small or without weight, a constant column, another number of rows")
    func refusals() async throws {
        var data = DescribedFixture.made(rows: 60, groups: 2, isWeighted: false, seed: 8)
        data.group = (0..<60).map { $0 < 4 ? 1 : 0 }
        #expect(throws: DescriptionError.smallGroup(level: "arm 1", rows: 4, minimum: 5)) {
            try GroupedRows(group: data.group!, weight: nil, levels: data.groups, minimum: 5)
        }
        #expect(throws: DescriptionError.unevenWeights(level: "arm 1", minimum: 1)) {
            try GroupedRows(
                group: data.group!, weight: data.group!.map { 1 - Double($0) }, levels: data.groups, minimum: 1)
        }
        // One person with all the weight, a fifth of it, and eleven of three hundred.
        for weights in [[1e6], [14], Array(repeating: 1.0, count: 11)] {
            let rest = weights.count > 1 ? 1e-3 : 1
            let all = weights + Array(repeating: rest, count: (weights.count > 1 ? 300 : 60) - weights.count)
            #expect(throws: DescriptionError.unevenWeights(level: "all", minimum: 11)) {
                try GroupedRows(group: all.map { _ in 0 }, weight: all, levels: [], minimum: 11)
            }
        }
        #expect(throws: DescriptionError.constantColumn("x")) { try DescribedRows.numeric([2, 2, 2], named: "x") }
        data = DescribedFixture.made(rows: 60, groups: 2, isWeighted: false, seed: 8)
        let ended = try await data.describe(passiveRows: 59)
        #expect(throws: (any Error).self) { try ended.active.get() }
        #expect(throws: DescriptionError.rowCountMismatch(own: 59, peer: 60)) { try ended.passive.get() }
    }

    @Test("A job that opens no description has none")
    func notRevealed() async throws {
        let data = DescribedFixture.made(rows: 60, groups: 2, isWeighted: false, seed: 8)
        let ended = try await data.describe(isRevealed: false)
        #expect {
            try ended.active.get()
        } throws: { error in
            if case WireError.ownMessageRefused(let failure) = error { failure.check == "T14" } else { false }
        }
    }

    @Test("Many cells go in several chunks, of which the owner is two ahead at most", .timeLimit(.minutes(15)))
    func manyCells() async throws {
        var data = DescribedFixture.made(rows: 400, groups: 2, isWeighted: false, seed: 21)
        var generator = SplitMix(22)
        let levels = (0..<100).map { "l\($0)" }
        data.passive.append(.categorical("many", levels: levels, reference: "l0"))
        data.passiveValues.append((0..<400).map { _ in Double(Int.random(in: 0..<100, using: &generator)) })
        let plan = data.plan(minimumCell: 70)
        let shape = try #require(plan.shape(rows: 400, activeValues: [0], passiveValues: [0, 0]))
        #expect(shape.testChunks(cells: shape.passiveCells).count > 3)
        let ended = try await data.describe(plan)
        let table = try ended.active.get()
        #expect(try ended.passive.get() == table)
        #expect(table.columns.map { $0.lines.isEmpty } == expectedHidden(data, minimum: 70))
    }

    /// By column, whether some group has too few rows of a level, or off the most frequent value.
    private func expectedHidden(_ data: DescribedFixture, minimum: Int) -> [Bool] {
        let members = (0..<2).map { g in data.group!.indices.filter { data.group![$0] == g } }
        return zip(data.active + data.passive, data.activeValues + data.passiveValues).map { spec, values in
            guard let levels = spec.kind.levelNames else { return members.contains { $0.count <= minimum } }
            return levels.indices.contains { level in
                members.contains { rows in rows.count { values[$0] == Double(level) } < minimum }
            }
        }
    }
}
