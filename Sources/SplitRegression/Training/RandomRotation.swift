#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// A Haar-distributed orthogonal matrix: Gram-Schmidt on Gaussian vectors (Stewart, SIAM J. Numer. Anal. 17(3), 1980).
enum RandomRotation {
    /// Rows of the matrix.
    static func sample(order: Int, using generator: inout some RandomNumberGenerator) -> [[Double]] {
        var rows: [[Double]] = []
        while rows.count < order {
            var row = (0..<order).map { _ in gaussian(using: &generator) }
            // Twice is enough (Kahan): the second pass removes what rounding left of the first.
            for _ in 0..<2 {
                for other in rows {
                    let product = dot(row, other)
                    for i in row.indices { row[i] -= product * other[i] }
                }
            }
            let norm = dot(row, row).squareRoot()
            guard norm > 1e-6 else { continue }
            rows.append(row.map { $0 / norm })
        }
        return rows
    }

    /// Box and Muller; 53-bit uniforms, the first never zero.
    private static func gaussian(using generator: inout some RandomNumberGenerator) -> Double {
        let unit = 0x1p-53
        let u = (Double(generator.next() >> 11) + 1) * unit
        let v = Double(generator.next() >> 11) * unit
        return (-2 * log(u)).squareRoot() * cos(2 * Double.pi * v)
    }
}
