/// Numbers modulo 2^128 with 60 fraction bits (`protocols/row-split.md` 7.1).
public enum FixedPoint {
    public static let fractionBits = 60
    /// A site's own number is at most this, so that a sum over 50 stays below 2^66.
    public static let largest = 0x1p60

    /// - Throws: ``SumError/outOfRange(index:)`` for what is not a number or too large.
    public static func encode(_ values: [Double]) throws(SumError) -> [UInt128] {
        var out: [UInt128] = []
        out.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            guard abs(value) <= largest else { throw .outOfRange(index: index) }
            out.append(UInt128(bitPattern: Int128((value * 0x1p60).rounded(.toNearestOrEven))))
        }
        return out
    }

    public static func decode(_ values: [UInt128]) -> [Double] {
        values.map { Double(Int128(bitPattern: $0)) * 0x1p-60 }
    }
}
