internal import CMontgomery

/// What is known of a column's scalars: it decides how they are turned into bucket digits.
public enum ColumnProfile: Sendable, Equatable {
    /// Any integers with magnitudes below `2^bits`: one product a row and digit.
    case integers(bits: Int)
    /// Only these values: columns with few distinct ones share a product a row, whatever the values are.
    case values([Int64])

    /// The best description of some scalars: their distinct values if those are few, else their width.
    public init(describing scalars: [Int64], mostValues: Int = 32) {
        var distinct = Set<Int64>()
        var widest: UInt64 = 0
        for scalar in scalars {
            widest = max(widest, scalar.magnitude)
            if distinct.count <= mostValues { distinct.insert(scalar) }
        }
        let bits = UInt64.bitWidth - widest.leadingZeroBitCount
        // Differences of values are exponents.
        let differencesFit = !(distinct.max() ?? 0).subtractingReportingOverflow(distinct.min() ?? 0).overflow
        self =
            distinct.count <= mostValues && differencesFit ? .values(distinct.sorted()) : .integers(bits: bits)
    }
}

/// A stream of bucket digits: one digit position of a column of integers, or the joint pattern of several columns of
/// few values each.
enum BucketStream: Sendable {
    /// Digit `position` of `digits`, `width` bits each, of `column`.
    case digit(column: Int, position: Int, digits: Int, width: Int)
    /// Mixed-radix pattern: value codes of the columns, the first column's the fastest.
    case pattern([PatternColumn])

    /// Digits are 1 to this, or minus that many; zero has no bucket.
    func buckets(signed: Bool) -> Int {
        switch self {
        case .digit(_, _, _, let width): signed ? 1 << (width - 1) : (1 << width) - 1
        case .pattern(let columns): columns.reduce(1) { $0 * $1.values.count } - 1
        }
    }
}

extension BucketStream {
    /// One code a scalar of each row (see `cm_buckets_add`), and the columns whose scalars do not fit the stream.
    func codes(_ scalars: [[Int64]], signed: Bool) -> (codes: SecretCodes, misfits: [Int]) {
        switch self {
        case .digit(let column, let position, let digits, let width):
            let count = scalars[column].count
            var codes = [Int32](repeating: 0, count: count)
            let fitting = unsafe cm_digit_codes(
                &codes, scalars[column], count, signed ? 1 : 0, UInt32(width), UInt32(position), UInt32(digits))
            return (SecretCodes(codes), fitting < count ? [column] : [])
        case .pattern(let members):
            let count = members.first.map { scalars[$0.column].count } ?? 0
            var codes = [Int32](repeating: 0, count: count)
            var misfits: [Int] = []
            var radix: Int32 = 1
            for member in members {
                let fitting = unsafe cm_pattern_codes(
                    &codes, scalars[member.column], count, member.values, member.values.count, radix)
                if fitting < count { misfits.append(member.column) }
                radix *= Int32(member.values.count)
            }
            return (SecretCodes(codes), misfits)
        }
    }
}

/// A column of few values in a joint pattern. Code k stands for `values[k]`; code zero has no bucket.
struct PatternColumn: Sendable {
    let column: Int
    let values: [Int64]

    /// Zero comes first if it is among the values, so that zeros are free; else the smallest, whose part of the sum is
    /// that value times the sum of all rows.
    init(column: Int, values: [Int64]) {
        self.column = column
        var ordered = Set(values).sorted()
        if let zero = ordered.firstIndex(of: 0) { ordered.swapAt(0, zero) }
        if ordered.isEmpty { ordered = [0] }
        self.values = ordered
    }
}

/// The streams of all columns, chosen by counting products: one a row and stream, two a bucket to read the sums off.
struct BucketPlan: Sendable {
    var streams: [BucketStream] = []
    let signed: Bool

    /// Buckets of at most this many bytes, if narrower digits can do it.
    private static let mostBytes = 256 << 20

    init(_ profiles: [ColumnProfile], signed: Bool, expectedRows: Int, bytesPerBucket: Int) {
        func fits(_ plan: BucketPlan) -> Bool {
            plan.streams.reduce(0) { $0 + $1.buckets(signed: signed) } * bytesPerBucket <= BucketPlan.mostBytes
        }
        func plan(_ widest: Int) -> BucketPlan {
            BucketPlan(profiles, signed: signed, expectedRows: expectedRows, widest: widest)
        }
        let widest = stride(from: BucketPlan.widest, to: 4, by: -1).first { fits(plan($0)) }
        self = plan(widest ?? 4)
    }

    /// The plan of one of so many columns of integers that share the room.
    init(integers bits: Int, columns: Int, expectedRows: Int, bytesPerBucket: Int) {
        func plan(_ widest: Int) -> BucketPlan {
            BucketPlan([.integers(bits: bits)], signed: true, expectedRows: expectedRows, widest: widest)
        }
        let room = BucketPlan.mostBytes / max(bytesPerBucket * columns, 1)
        let widest = stride(from: BucketPlan.widest, to: 4, by: -1).first { widest in
            plan(widest).streams.reduce(0) { $0 + $1.buckets(signed: true) } <= room
        }
        self = plan(widest ?? 4)
    }

    private init(_ profiles: [ColumnProfile], signed: Bool, expectedRows: Int, widest: Int) {
        self.signed = signed
        var patterns: [PatternColumn] = []
        for (column, profile) in profiles.enumerated() {
            switch profile {
            case .integers(let declared):
                // At least one digit, or nothing would notice a scalar that is not zero.
                let bits = max(declared, 1)
                let width = BucketPlan.width(bits: bits, signed: signed, rows: expectedRows, widest: widest)
                let digits = ((signed && bits > 0 ? bits + 1 : bits) + width - 1) / width
                streams += (0..<digits).map { .digit(column: column, position: $0, digits: digits, width: width) }
            case .values(let values):
                patterns.append(PatternColumn(column: column, values: values))
            }
        }
        streams += BucketPlan.joined(patterns, rows: expectedRows, widest: widest + 1).map { .pattern($0) }
    }

    /// Widest digits: 2^11 signed buckets a digit position are a few megabytes at most.
    private static let widest = 11

    private static func width(bits: Int, signed: Bool, rows: Int, widest: Int) -> Int {
        var best = (cost: Int.max, width: 1)
        // A signed digit passes a carry on: one more bit.
        let total = signed ? bits + 1 : bits
        for width in (signed ? 2 : 1)...widest {
            let digits = (total + width - 1) / width
            let buckets = signed ? 1 << (width - 1) : (1 << width) - 1
            let cost = digits * (max(rows, 1) + 2 * buckets)
            if cost < best.cost { best = (cost, width) }
        }
        return best.width
    }

    /// First fit, most values first, into patterns of at most as many buckets as rows can pay for.
    private static func joined(_ columns: [PatternColumn], rows: Int, widest: Int) -> [[PatternColumn]] {
        // Columns that were all zero so far stay in: only so is a later value noticed.
        let sizes = columns.map(\.values.count)
        var best: (cost: Int, groups: [[PatternColumn]]) = (Int.max, [])
        for bits in 1...widest {
            var groups: [(size: Int, members: [PatternColumn])] = []
            for index in sizes.indices.sorted(by: { sizes[$0] > sizes[$1] }) {
                if let fit = groups.firstIndex(where: { $0.size * sizes[index] <= 1 << bits }) {
                    groups[fit].size *= sizes[index]
                    groups[fit].members.append(columns[index])
                } else {
                    groups.append((sizes[index], [columns[index]]))
                }
            }
            let cost = groups.reduce(0) { $0 + max(rows, 1) + 3 * $1.size }
            if cost < best.cost { best = (cost, groups.map(\.members)) }
        }
        return best.groups
    }
}
