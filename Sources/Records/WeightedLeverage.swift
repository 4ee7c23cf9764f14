extension DesignMatrix {
    /// The diagonal of `W^(1/2) Z (Z^T W Z)^-1 Z^T W^(1/2)`, `Z` these columns and a constant: how far single rows pull a fit to themselves
    /// in which rows weigh differently (Pregibon 1981). Columns that follow from earlier ones add nothing.
    ///
    /// - Parameters:
    ///   - weights: not negative, one a row.
    ///   - limit: above it rows are counted.
    public func leverage(weights: [Double], limit: Double) -> Leverage {
        let columns = columns
        let width = columns.count + 1
        func load(_ row: Int, into z: inout [Double]) {
            for j in columns.indices { z[j + 1] = columns[j][row] }
        }
        var z = [Double](repeating: 1, count: width)
        var gram = [Double](repeating: 0, count: width * width)
        for row in 0..<rows {
            load(row, into: &z)
            for a in 0..<width {
                let value = weights[row] * z[a]
                for b in 0...a { gram[a * width + b] += value * z[b] }
            }
        }
        let factor = Self.factor(gram, width)
        var (largest, count) = (0.0, 0)
        var part = [Double](repeating: 0, count: width)
        for row in 0..<rows {
            load(row, into: &z)
            var sum = 0.0
            for a in 0..<width where factor[a * width + a] > 0 {
                var value = z[a]
                for b in 0..<a { value -= factor[a * width + b] * part[b] }
                part[a] = value / factor[a * width + a]
                sum += part[a] * part[a]
            }
            sum *= weights[row]
            // What is no number is no row that anybody should train on.
            if !(sum <= limit) { count += 1 }
            largest = sum.isNaN ? .infinity : max(largest, sum)
        }
        return Leverage(largest: largest, rows: count)
    }

    /// Share of a column's weighted square that must be its own; rounding to 2^-16 of a standard deviation leaves copies less.
    private static let ownShare = 1e-8

    /// Lower-triangular `L` with `L L^T = G`, rows without anything of their own 0.
    private static func factor(_ gram: [Double], _ width: Int) -> [Double] {
        var factor = [Double](repeating: 0, count: width * width)
        for a in 0..<width {
            var own = gram[a * width + a]
            for b in 0..<a where factor[b * width + b] > 0 {
                var value = gram[a * width + b]
                for c in 0..<b { value -= factor[a * width + c] * factor[b * width + c] }
                factor[a * width + b] = value / factor[b * width + b]
                own -= factor[a * width + b] * factor[a * width + b]
            }
            guard own > ownShare * gram[a * width + a] else {
                for b in 0..<a { factor[a * width + b] = 0 }
                continue
            }
            factor[a * width + a] = own.squareRoot()
        }
        return factor
    }
}
