internal import Wire

/// 128 bits that are added without a carry: a share of zero, a mask, a cell of a store.
///
/// Two words and no number of 128 bits: Swift 6.3 misplaces those between tasks.
struct ShareValue: Sendable, Hashable {
    var high: UInt64
    var low: UInt64

    static let width = 16
    static let zero = ShareValue(high: 0, low: 0)

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The first sixteen bytes, big-endian.
    init(bytes: some Sequence<UInt8>) {
        let tag = AlignmentTag(bytes: bytes)
        self.init(high: tag.high, low: tag.low)
    }

    init(using generator: inout some RandomNumberGenerator) {
        self.init(high: generator.next(), low: generator.next())
    }

    var isZero: Bool { high | low == 0 }

    static func ^= (left: inout ShareValue, right: ShareValue) {
        left.high ^= right.high
        left.low ^= right.low
    }

    static func ^ (left: ShareValue, right: ShareValue) -> ShareValue {
        var sum = left
        sum ^= right
        return sum
    }
}
