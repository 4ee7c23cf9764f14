import SecureSums

/// Where curves stand (`protocols/row-statistics.md` 3).
struct CurveCourse: ResultCourse {
    enum Phase: Sendable, Equatable {
        case grid, counts, done
    }

    let design: CurveDesign
    let rule: CellRule
    private(set) var phase = Phase.grid
    private(set) var grid: TimeGrid
    private(set) var sums: [Double] = []

    init(_ design: CurveDesign, _ settings: SumSettings) throws(PooledError) {
        try design.check()
        self.design = design
        rule = try CellRule(smallest: design.smallestCell, settings)
        grid = try TimeGrid(design.times)
    }

    var step: CourseStep? {
        let groups = design.groupCount
        return switch phase {
        case .grid:
            CourseStep(
                name: design.subject + grid.name, numbers: [Double(groups)] + grid.numbers, count: grid.asked.count)
        case .counts:
            CourseStep(
                name: design.subject + Self.counts, numbers: [Double(groups)] + grid.times,
                count: 2 * groups * grid.times.count)
        case .done: nil
        }
    }

    /// The step that opens numbers.
    static let counts = "counts"

    mutating func take(_ sums: [UInt128]) throws(PooledError) {
        switch phase {
        case .grid:
            try grid.take(sums, smallest: design.smallestCell)
            if grid.isFinal { phase = .counts }
        case .counts:
            self.sums = FixedPoint.decode(sums)
            phase = .done
        case .done: return
        }
    }

    func objections(of rows: CurveRows) -> [Bool]? {
        guard phase == .grid else { return nil }
        let leaving = Leaving(rows, grid, groups: design.groupCount)
        return grid.asked.map { windows in
            let cells = windows.flatMap { leaving.cells($0, whole: grid.isWhole) }
            return rule.objects(to: cells, by: grid.ballot.condition)
        }
    }

    func numbers(of rows: CurveRows, draw: CourseDraw) throws(PooledError) -> [UInt128] {
        let leaving = Leaving(rows, grid, groups: design.groupCount)
        let counts = (0..<design.groupCount).flatMap { group in
            grid.windows.flatMap { window -> [Double] in
                let (events, others) = leaving.counts(group, window)
                return [Double(events), Double(others)]
            }
        }
        return try CourseNumbers.encode(counts, "the counts")
    }
}

/// A site's rows by group and by the declared time that they leave at.
private struct Leaving {
    private var events: [[Int]]
    private var others: [[Int]]

    init(_ rows: CurveRows, _ grid: TimeGrid, groups: Int) {
        events = Array(repeating: Array(repeating: 0, count: grid.declared.count), count: groups)
        others = events
        for (row, time) in rows.time.enumerated() {
            guard let group = rows.group.map({ $0[row] }) ?? 0 else { continue }
            if rows.event[row] == 1, grid.has(time) {
                events[group][grid.place(of: time)] += 1
            } else {
                others[group][grid.place(of: time)] += 1
            }
        }
    }

    func counts(_ group: Int, _ window: TimeGrid.Window) -> (events: Int, others: Int) {
        (events[group][window].reduce(0, +), others[group][window].reduce(0, +))
    }

    /// Of each group: rows with an event, all; of the whole also those without.
    func cells(_ window: TimeGrid.Window, whole: Bool) -> [Int] {
        events.indices.flatMap { group in
            let (events, others) = counts(group, window)
            return [events, events + others] + (whole ? [others] : [])
        }
    }
}
