import Foundation

/// What one party's data hold that the other must not learn from results: an entropy in bits over all rows.
public struct HiddenBits: Sendable, Hashable {
    public let bits: Double
    /// For this party's own screen: whose entropy it is.
    public let what: String

    public init(bits: Double, of what: String) {
        self.bits = bits
        self.what = what
    }

    /// A label: its empirical entropy, n H(y).
    public init(label values: [Double], named name: String) {
        self.init(bits: Double(values.count) * Self.entropy(of: values), of: name)
    }

    /// The column of which least is hidden; nil without columns.
    ///
    /// - Parameter columns: by name, one value a row.
    public init?(columns: [(name: String, values: [Double])]) {
        let least = columns.map { HiddenBits(bits: Self.bits(of: $0.values), of: $0.name) }.min { $0.bits < $1.bits }
        guard let least else { return nil }
        self = least
    }

    /// A level of a column: whoever has it, as a yes/no column tells.
    ///
    /// - Parameters:
    ///   - count: rows that have it, of so many.
    public init(level count: Int, of rows: Int, named name: String) {
        let fewest = min(count, rows - count)
        self.init(bits: fewest > 0 ? Double(fewest) * log2(Double(rows) / Double(fewest)) : 0, of: name)
    }

    /// A yes/no column with k of n in its smaller group is found by whoever learns k log2(n / k) bits of it; another column counts
    /// with its empirical entropy.
    static func bits(of values: [Double]) -> Double {
        let counts = counts(of: values)
        guard counts.count == 2, let fewest = counts.first else {
            return Double(values.count) * entropy(of: values)
        }
        return Double(fewest) * log2(Double(values.count) / Double(fewest))
    }

    /// Empirical entropy in bits a row.
    static func entropy(of values: [Double]) -> Double {
        let rows = Double(values.count)
        return counts(of: values).reduce(0) { $0 - Double($1) / rows * log2(Double($1) / rows) }
    }

    /// Rows with each value, ascending: a dictionary's order differs from run to run, and so would the sum's rounding.
    private static func counts(of values: [Double]) -> [Int] {
        var counts: [Double: Int] = [:]
        for value in values { counts[value, default: 0] += 1 }
        return counts.values.sorted()
    }
}
