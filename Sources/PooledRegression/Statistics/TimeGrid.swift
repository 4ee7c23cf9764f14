import SecureSums

/// Times at which events count, found by halving the whole as long as the halves' cells pass (`protocols/row-statistics.md` 3).
struct TimeGrid: Sendable, Equatable {
    /// Places of declared times; what leaves after the last time belongs to the last window.
    typealias Window = Range<Int>

    let declared: [Double]
    /// That no split was found for.
    private var final: [Window] = []
    /// That are voted on: the whole at first, then each by its halves.
    private var open: [Window]
    private(set) var ballot = Ballot(count: 1)
    private(set) var step = 1

    /// Most declared times.
    static let most = 100

    /// - Throws: `unsupported` for what is no grid.
    init(_ times: [Double]) throws(PooledError) {
        guard (1...Self.most).contains(times.count), times.allSatisfy({ $0 > 0 && $0.isFinite }),
            zip(times, times.dropFirst()).allSatisfy(<)
        else {
            throw .unsupported("a time grid that does not ascend from above 0, or has more than \(Self.most) times")
        }
        declared = times
        open = [times.indices]
    }

    var isWhole: Bool { step == 1 }

    /// Of each vote of this step the windows whose cells are to pass together: the whole, or both halves of a window.
    var asked: [[Window]] { ballot.asked.map { isWhole ? [open[$0]] : Self.halves(open[$0]) } }

    var isFinal: Bool { step > 1 && open.isEmpty }

    /// Of the windows that are left.
    var times: [Double] { windows.map { declared[$0.upperBound - 1] } }
    var windows: [Window] { (final + open).sorted { $0.lowerBound < $1.lowerBound } }

    var name: String { "grid \(step)" + (ballot.condition == .shares ? ", shares" : "") }

    /// For the hash of a step's point: the times, and what is asked.
    var numbers: [Double] {
        declared + [Double(ballot.condition.rawValue)]
            + asked.joined().flatMap { [Double($0.lowerBound), Double($0.upperBound)] }
    }

    /// - Throws: `smallCell` where the whole does not pass.
    mutating func take(_ sums: [UInt128], smallest: Int) throws(PooledError) {
        ballot.take(sums)
        guard ballot.isDone else { return }
        guard !isWhole || ballot.passed == [true] else { throw .smallCell("the times", smallest: smallest) }
        let following = zip(open, ballot.passed).flatMap { window, passed in
            isWhole ? [window] : passed ? Self.halves(window) : []
        }
        if !isWhole { final += zip(open, ballot.passed).filter { !$0.1 }.map(\.0) }
        final += following.filter { $0.count == 1 }
        open = following.filter { $0.count > 1 }
        ballot = Ballot(count: open.count)
        step += 1
    }

    /// One split a window: votes on neighbouring ones would tell between which two times a cell gets its first row.
    static func halves(_ window: Window) -> [Window] {
        let middle = window.lowerBound + window.count / 2
        return [window.lowerBound..<middle, middle..<window.upperBound]
    }

    /// The declared time that a time is rounded up to, as a place; the last one for what is later.
    func place(of time: Double) -> Int {
        var (low, high) = (0, declared.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if declared[middle] >= time { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Whether an event at that time counts.
    func has(_ time: Double) -> Bool { time <= declared[declared.count - 1] }
}
