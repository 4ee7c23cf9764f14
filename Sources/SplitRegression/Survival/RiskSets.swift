package import Records

/// Who is at risk at each event: what the active party knows of the rows of a proportional-hazards model (training.md 5.12).
///
/// A row is at risk at time t where `entry < t <= time`, among the rows of its stratum. Sums over risk sets are running sums over rows
/// in the order of time, so that they cost one addition a row.
package struct RiskSets: Sendable {
    /// What a running sum does next.
    enum Move: Sendable {
        case clear
        case add(Int)
        case remove(Int)
        /// Comes back to the sum at the last `save`.
        case save, restore
        /// The sum is the next result.
        case emit

        var isProduct: Bool {
            switch self {
            case .add, .remove: true
            case .clear, .save, .restore, .emit: false
            }
        }
    }

    package let rows: Int
    /// The row of each event, by strata, the last time first.
    let eventRows: [Int]
    /// Which part of the tied rows an event's sum leaves out: `l / d` for the l-th of d (Efron), 0 for Breslow.
    let tieShares: [Double]
    /// Of each event the mean case weight of the rows that have one at its time (with Breslow's ties too: the sum is the same).
    let eventWeights: [Double]
    /// Of each event: the rows at risk but for those that have an event at that time, and these.
    var riskMoves: [Move]
    var tieMoves: [Move]
    /// Over events k, and over events k once more as `k + events`, for the rows that are tied at them: one result a row, in `hazardRows`.
    let hazardMoves: [Move]
    let hazardRows: [Int]
    /// What a row's sum has before its entry, over the same; nil where all rows were observed from the start.
    let entryMoves: [Move]?
    let entryRows: [Int]
    /// Over all events of a stratum up to each of some times; results are in `curveTimes`, as stratum times number of times and time.
    var curveMoves: [Move]
    var curveTimes: [Int]
    /// For each row with an event: over all events of its stratum at its time; results in the order of events.
    let ownMoves: [Move]
    /// How many events there are at each event's time, itself included.
    let ownTies: [Int]

    package var events: Int { eventRows.count }

    /// - Parameters:
    ///   - event: 1 where the event was seen at the row's time, 0 where observation ended there.
    ///   - weight: case weights; nil where all are 1.
    ///   - curve: times up to which hazards are added up, stratum by stratum.
    package init(
        _ survival: SurvivalColumns, event: [Double], weight: [Double]? = nil, ties: Ties, curve: [Double] = []
    ) {
        let time = survival.time
        rows = time.count
        var strata: [Int: [Int]] = [:]
        for row in time.indices { strata[survival.stratum?[row] ?? 0, default: []].append(row) }
        var (eventRows, tieShares, eventWeights): ([Int], [Double], [Double]) = ([], [], [])
        var (ownMoves, ownTies): ([Move], [Int]) = ([], [])
        var (riskMoves, tieMoves): ([Move], [Move]) = ([], [])
        var groupsOfStrata: [[Group]] = []
        for key in strata.keys.sorted() {
            // Of one time those with an event come last: they are added after the sum for that time.
            let members = strata[key]?.sorted { (-time[$0], event[$0], $0) < (-time[$1], event[$1], $1) } ?? []
            let leaving = survival.entry.map { entry in members.sorted { (-entry[$0], $0) < (-entry[$1], $1) } } ?? []
            riskMoves.append(.clear)
            var (next, left) = (0, 0)
            var groups: [Group] = []
            while next < members.count {
                let now = time[members[next]]
                let tied = members[next...].prefix { time[$0] == now }
                let deaths = tied.filter { event[$0] == 1 }
                for row in tied where event[row] == 0 { riskMoves.append(.add(row)) }
                next += tied.count
                guard !deaths.isEmpty else { continue }
                // Whoever came under observation at this time or later is not at risk, and was added with its own, later time.
                while left < leaving.count, let entry = survival.entry, entry[leaving[left]] >= now {
                    riskMoves.append(.remove(leaving[left]))
                    left += 1
                }
                tieMoves.append(.clear)
                tieMoves += deaths.map { .add($0) }
                let group = Group(time: now, events: eventRows.count..<eventRows.count + deaths.count)
                groups.append(group)
                let mean = deaths.reduce(0) { $0 + (weight?[$1] ?? 1) } / Double(deaths.count)
                eventWeights += deaths.map { _ in mean }
                ownMoves += [.clear] + group.events.map { .add($0) } + deaths.map { _ in .emit }
                ownTies += deaths.map { _ in deaths.count }
                for (l, row) in deaths.enumerated() {
                    riskMoves.append(.emit)
                    tieMoves.append(.emit)
                    eventRows.append(row)
                    tieShares.append(ties == .efron ? Double(l) / Double(deaths.count) : 0)
                }
                riskMoves += deaths.map { .add($0) }
            }
            groupsOfStrata.append(groups.reversed())
        }
        (self.eventRows, self.tieShares, self.eventWeights) = (eventRows, tieShares, eventWeights)
        (self.ownMoves, self.ownTies) = (ownMoves, ownTies)
        (self.riskMoves, self.tieMoves) = (riskMoves, tieMoves)
        let upward = strata.keys.sorted().map { key in
            strata[key]?.sorted { (time[$0], $0) < (time[$1], $1) } ?? []
        }
        (hazardMoves, hazardRows) = Self.hazards(upward, groupsOfStrata, time, event, events: eventRows.count)
        let order = curve.indices.sorted { curve[$0] < curve[$1] }
        let times = groupsOfStrata.flatMap { _ in curve }
        let ofCurve = Self.hazards(
            groupsOfStrata.indices.map { stratum in order.map { stratum * curve.count + $0 } }, groupsOfStrata, times,
            times.map { _ in 0 }, events: eventRows.count)
        (curveMoves, curveTimes) = (ofCurve.moves, ofCurve.rows)
        if let entry = survival.entry {
            let upward = upward.map { $0.sorted { (entry[$0], $0) < (entry[$1], $1) } }
            let found = Self.hazards(
                upward, groupsOfStrata, entry, Array(repeating: 0, count: rows), events: eventRows.count)
            (entryMoves, entryRows) = (found.moves, found.rows)
        } else {
            (entryMoves, entryRows) = (nil, [])
        }
    }

    /// Events at one time of one stratum.
    private struct Group {
        let time: Double
        let events: Range<Int>
    }

    /// Sums over the events up to each row's time.
    private static func hazards(
        _ strata: [[Int]], _ groups: [[Group]], _ time: [Double], _ event: [Double], events: Int
    ) -> (moves: [Move], rows: [Int]) {
        var (moves, order): ([Move], [Int]) = ([], [])
        for (members, groups) in zip(strata, groups) {
            moves.append(.clear)
            var next = 0
            func emit(_ row: Int) {
                moves.append(.emit)
                order.append(row)
            }
            for group in groups {
                while next < members.count, time[members[next]] < group.time {
                    emit(members[next])
                    next += 1
                }
                let tied = members[next...].prefix { time[$0] == group.time }
                next += tied.count
                let deaths = tied.filter { event[$0] == 1 }
                if !deaths.isEmpty {
                    moves.append(.save)
                    moves += group.events.map { .add(events + $0) }
                    for row in deaths { emit(row) }
                    moves.append(.restore)
                }
                moves += group.events.map { .add($0) }
                for row in tied where event[row] != 1 { emit(row) }
            }
            for row in members[next...] { emit(row) }
        }
        return (moves, order)
    }

    /// Carries moves out over any kind of sum.
    static func run<Sum>(
        _ moves: [Move], zero: Sum, add: (inout Sum, Int) -> Void, remove: (inout Sum, Int) -> Void, emit: (Sum) -> Void
    ) {
        var sum = zero
        var saved = zero
        for move in moves {
            switch move {
            case .clear: sum = zero
            case .add(let index): add(&sum, index)
            case .remove(let index): remove(&sum, index)
            case .save: saved = sum
            case .restore: sum = saved
            case .emit: emit(sum)
            }
        }
    }

    // MARK: In clear

    /// Of each event: the sum over its rows at risk, tied rows counted as the model counts them.
    package func sums(of values: [Double]) -> [Double] {
        var (all, tied): ([Double], [Double]) = ([], [])
        Self.run(
            riskMoves, zero: CompensatedSum(), add: { $0.add(values[$1]) }, remove: { $0.add(-values[$1]) },
            emit: { all.append($0.value) })
        Self.run(
            tieMoves, zero: 0.0, add: { $0 += values[$1] }, remove: { $0 -= values[$1] }, emit: { tied.append($0) })
        return all.indices.map { all[$0] + (1 - tieShares[$0]) * tied[$0] }
    }

    /// Of each row: the sum over the events at which it is at risk, counted likewise.
    package func hazards(of values: [Double]) -> [Double] {
        let both = values + zip(values, tieShares).map { $0 * (1 - $1) }
        var result = Array(repeating: 0.0, count: rows)
        var next = 0
        Self.run(
            hazardMoves, zero: 0.0, add: { $0 += both[$1] }, remove: { $0 -= both[$1] },
            emit: {
                result[hazardRows[next]] = $0
                next += 1
            })
        next = 0
        if let entryMoves {
            Self.run(
                entryMoves, zero: 0.0, add: { $0 += both[$1] }, remove: { $0 -= both[$1] },
                emit: {
                    result[entryRows[next]] -= $0
                    next += 1
                })
        }
        return result
    }
}
