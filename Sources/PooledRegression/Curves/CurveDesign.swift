/// Survival of all sites' rows on a declared grid of times (`protocols/row-statistics.md` 3): the same at every site.
public struct CurveDesign: Sendable, Hashable {
    /// Ascending, above 0, in the units of the time column.
    public var times: [Double]
    /// A column by whose levels rows are compared, with the levels of the job.
    public var group: TableDesign.Column?
    /// Fewest rows of a cell that remain when a coalition takes off its own, unless none.
    public var smallestCell: Int

    /// Before the names of steps, so that those of hazards are others.
    var subject = ""
    var mostGroups = 20

    public init(times: [Double], group: TableDesign.Column? = nil, smallestCell: Int = 11) {
        self.times = times
        self.group = group
        self.smallestCell = smallestCell
    }

    var groupCount: Int { group?.levels.count ?? 1 }

    func check() throws(PooledError) {
        _ = try TimeGrid(times)
        guard let group else { return }
        guard (2...mostGroups).contains(group.levels.count), Set(group.levels).count == group.levels.count else {
            throw .unsupported("curves by a column that has not between 2 and \(mostGroups) levels")
        }
    }
}

/// One site's rows, in its own order.
public struct CurveRows: Sendable {
    /// Above 0.
    public var time: [Double]
    /// 1 where the event was seen, else 0.
    public var event: [Double]
    /// The place of each row's group; rows without one are left out.
    public var group: [Int?]?

    public init(time: [Double], event: [Double], group: [Int?]? = nil) {
        self.time = time
        self.event = event
        self.group = group
    }

    func check(_ design: CurveDesign) throws(PooledError) {
        guard !time.isEmpty, time.count == event.count, (group != nil) == (design.group != nil),
            group == nil || group?.count == time.count
        else { throw .badRows("times, events or groups are missing, or of another length", row: nil) }
        if let row = time.firstIndex(where: { !($0 > 0 && $0.isFinite) }) {
            throw .badRows("a time is not above 0", row: row)
        }
        if let row = event.firstIndex(where: { $0 != 0 && $0 != 1 }) {
            throw .badRows("an event is neither 0 nor 1", row: row)
        }
        if let row = group?.firstIndex(where: { $0.map { !(0..<design.groupCount).contains($0) } ?? false }) {
            throw .badRows("there is no such group", row: row)
        }
    }

    /// Rows of some group.
    var count: Int { group.map { $0.count { $0 != nil } } ?? time.count }

    var hash: [[Double]] { [time, event, (group ?? []).map { Double($0 ?? -1) }] }
}
