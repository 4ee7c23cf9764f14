/// A tag of 128 bits, ordered as its sixteen big-endian bytes are.
struct AlignmentTag: Sendable, Hashable, Comparable {
    let high: UInt64
    let low: UInt64

    static let width = 16

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The first sixteen bytes.
    init(bytes: some Sequence<UInt8>) {
        var (high, low): (UInt64, UInt64) = (0, 0)
        for (index, byte) in bytes.prefix(Self.width).enumerated() {
            if index < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
        }
        self.init(high: high, low: low)
    }

    var bytes: [UInt8] { AlignmentHashes.bigEndian(high) + AlignmentHashes.bigEndian(low) }

    static func < (left: AlignmentTag, right: AlignmentTag) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }
}

/// One's own tags with the rows that they came from, ascending.
struct TaggedRows: Sendable {
    private let entries: [(tag: AlignmentTag, row: UInt32)]

    /// - Throws: ``AlignmentError/evaluationsRepeat`` if two rows have one tag.
    init(_ unordered: [(tag: AlignmentTag, row: UInt32)]) throws(AlignmentError) {
        entries = unordered.sorted { $0.tag < $1.tag }
        for (left, right) in zip(entries, entries.dropFirst()) where left.tag == right.tag { throw .evaluationsRepeat }
    }

    var tags: [AlignmentTag] { entries.map(\.tag) }

    /// Rows of the least tags.
    func rows(first count: Int) -> [Int] { entries.prefix(count).map { Int($0.row) } }

    /// Walks once along other tags that ascend strictly, piece by piece, and keeps what both have.
    struct Matcher: Sendable {
        private let own: TaggedRows
        private var position = 0
        private var last: AlignmentTag?
        private(set) var tags: [AlignmentTag] = []
        private(set) var rows: [Int] = []

        init(_ own: TaggedRows) { self.own = own }

        /// - Throws: ``AlignmentError/tagsNotAscending``.
        mutating func add(_ others: [AlignmentTag]) throws(AlignmentError) {
            for other in others {
                if let last, other <= last { throw .tagsNotAscending }
                last = other
                while position < own.entries.count, own.entries[position].tag < other { position += 1 }
                if position < own.entries.count, own.entries[position].tag == other {
                    tags.append(other)
                    rows.append(Int(own.entries[position].row))
                }
            }
        }
    }
}
