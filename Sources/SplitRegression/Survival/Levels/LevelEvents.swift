internal import Records

/// Events and numbers at risk, as far as a comparison of levels needs them (training.md 5.13); at the active party alone.
///
/// Events at one time leave one after the other, so that each place of the risk sets has one event. A survival curve is the same by that,
/// and a log-rank test takes the place at which all that are at risk at that time are still there.
package struct LevelEvents: Sendable {
    /// The rows at risk at each place but its own event's, and this event's alone as its tied rows.
    let sets: RiskSets
    /// Of each place: rows at risk with its own.
    let atRisk: [Int]
    /// `1 / n` of each place.
    let shares: [Int64]
    /// Of each place: `sqrt(w) / n` where it is the one of its time that counts in a log-rank test, else 0.
    let roots: [Double]
    /// Of each row: 1 for an event, the expected number of events, and what it adds to the variance of its level (w / n over the times at
    /// which it is at risk).
    let observed: [Double]
    let expected: [Double]
    let variance: [Double]
    /// Of each declared time: events up to then.
    let eventsUpTo: [Int]
    /// Of each row: the declared time up to which its event belongs, after the one before; nil without one.
    let interval: [Int?]
    /// Of each row: the declared times after which it is still under observation.
    let after: [Range<Int>]

    package init(_ survival: SurvivalColumns, event: [Double], times: [Double] = []) {
        var sets = RiskSets(survival, event: event, ties: .breslow)
        let rows = sets.eventRows
        // Whom each place has at risk, with all tied events at the last one of their time.
        sets.riskMoves = sets.riskMoves.reduce(into: []) { moves, move in
            switch move {
            case .emit: break
            case .add(let row) where event[row] == 1: moves += [.emit, move]
            default: moves.append(move)
            }
        }
        sets.tieMoves = rows.flatMap { [.clear, .add($0), .emit] }
        var atRisk: [Int] = []
        RiskSets.run(
            sets.riskMoves, zero: 0, add: { sum, _ in sum += 1 }, remove: { sum, _ in sum -= 1 },
            emit: { atRisk.append($0 + 1) })
        var roots = Array(repeating: 0.0, count: rows.count)
        var (hazards, spreads) = (roots, roots)
        var first = 0
        func key(_ place: Int) -> (Double, Int) {
            (survival.time[rows[place]], survival.stratum?[rows[place]] ?? 0)
        }
        while first < rows.count {
            let end = rows[first...].indices.first { key($0) != key(first) } ?? rows.count
            let (d, n) = (Double(end - first), Double(atRisk[end - 1]))
            let w = n > 1 ? d * (n - d) / (n - 1) : 0
            roots[end - 1] = w.squareRoot() / n
            for place in first..<end { (hazards[place], spreads[place]) = (1 / n, w / n / d) }
            first = end
        }
        observed = event
        expected = sets.hazards(of: hazards)
        variance = sets.hazards(of: spreads)
        interval = event.indices.map { row in
            event[row] == 1 ? times.firstIndex { survival.time[row] <= $0 } : nil
        }
        after = event.indices.map { row in
            let first = survival.entry.flatMap { entry in times.firstIndex { entry[row] <= $0 } ?? times.count } ?? 0
            return first..<max(first, times.firstIndex { survival.time[row] <= $0 } ?? times.count)
        }
        eventsUpTo = times.map { time in rows.count { survival.time[$0] <= time } }
        shares = atRisk.map { Int64((Self.unit / Double($0)).rounded()) }
        (self.sets, self.atRisk, self.roots) = (sets, atRisk, roots)
    }

    var places: Int { sets.events }

    /// Whether a row counts at a declared time, in each kind of the counts that its points depend on: events since the time before, rows
    /// under observation after it, and, where there is a test as well, events after it. Where nobody has an event after it, nothing is
    /// to be had of the last, and it counts as the second.
    func counts(_ row: Int, kind: Int, time: Int) -> Bool {
        switch kind {
        case 0: interval[row] == time
        case 2 where eventsUpTo[time] < places: observed[row] == 1 && (interval[row] ?? eventsUpTo.count) > time
        default: after[row].contains(time)
        }
    }

    /// The sums that a log-rank test takes of a level's rows: `sqrt(w) / n` times the rows at risk.
    func testSums(places: Int) -> RiskSums {
        let scalars = roots.map { Int64(($0 * Self.unit).rounded()) }
        return RiskSums(sets, scalars: scalars, tiedScalars: scalars, places: places)
    }

    /// Of a level's rows: those at risk but for the event itself, or the event alone, each `1 / n` times.
    func curveSums(ofEvent: Bool, places: Int) -> RiskSums {
        let none = Array(repeating: Int64(0), count: self.places)
        return RiskSums(
            sets, scalars: ofEvent ? none : shares, tiedScalars: ofEvent ? shares : none, places: places)
    }

    /// Of numbers of places: at each declared time the one of the last event up to then.
    func selection(places: Int) -> RiskSums {
        var chosen = sets
        chosen.curveMoves = eventsUpTo.flatMap { count -> [RiskSets.Move] in
            count > 0 ? [.clear, .add(self.places - count), .emit] : [.clear, .emit]
        }
        chosen.curveTimes = Array(eventsUpTo.indices)
        let ones = Array(repeating: Int64(1) << Int64(ShareMatrix.fractionBits), count: self.places)
        var sums = RiskSums(chosen, scalars: ones, tiedScalars: ones, places: places)
        sums.factors = .curve
        return sums
    }

    private static let unit = Double(sign: .plus, exponent: TrainingFacts.levelScalarBits, significand: 1)
}
