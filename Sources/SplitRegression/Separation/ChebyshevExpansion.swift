#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Chebyshev series of `f(a + R t)` in `t` on [-1, 1] (training.md 2; Trefethen, *Approximation Theory and Approximation
/// Practice*, chapters 3 and 4).
package struct ChebyshevExpansion: Sendable {
    /// Number of terms, even.
    package let terms: Int
    private let points: [Double]
    /// `transform[k][l]`: weight in coefficient `k` of the sample at point `l`, of the first half of the points, with its
    /// mirror image's added (even `k`) or taken off (odd `k`).
    private let transform: [[Double]]

    package init(terms: Int) {
        self.terms = terms
        let count = 2 * terms
        let angles = (0..<count).map { Double.pi * (Double($0) + 0.5) / Double(count) }
        points = angles.map { cos($0) }
        transform = (0..<terms).map { k in
            angles.prefix(terms).map { cos(Double(k) * $0) * (k == 0 ? 1 : 2) / Double(count) }
        }
    }

    /// Coefficients `c_0 ..< c_terms` of `f(center + radius t)`.
    package func coefficients(center: Double, radius: Double, of f: (Double) -> Double) -> [Double] {
        let samples = points.map { f(center + radius * $0) }
        let mirrored = zip(samples, samples.reversed())
        let sums = mirrored.prefix(terms).map { $0 + $1 }
        let differences = mirrored.prefix(terms).map { $0 - $1 }
        return transform.indices.map { dot(transform[$0], $0 % 2 == 0 ? sums : differences) }
    }

    /// `T_0(t) ..< T_terms(t)` by the three-term recurrence.
    package static func polynomials(at t: Double, terms: Int) -> [Double] {
        var values = [1.0, t]
        while values.count < terms { values.append(2 * t * values[values.count - 1] - values[values.count - 2]) }
        return Array(values.prefix(terms))
    }

    /// The smallest even number of terms whose tail is under `bound` at every point of the public grid of centers.
    ///
    /// Depends on public values only, so that both parties derive the same number and the number says nothing about rows.
    package static func requiredTerms(kind: SeparatedKind, radius: Double, bound: Double) throws(TrainingError) -> Int {
        let target = max(bound, 1e-12)
        var resolution = 32
        while resolution <= 2 * maximumTerms {
            let tails = worstTails(kind: kind, radius: radius, terms: resolution)
            // Trust a tail only where the series has died out before the end of the table: what lies beyond it is missing.
            if tails[resolution * 3 / 4] <= max(target / 1024, 0x1p-36) {
                for terms in stride(from: 2, through: maximumTerms, by: 2) where tails[terms] <= target { return terms }
            }
            resolution *= 2
        }
        throw .predictorOutOfRange(radius: radius)
    }

    /// More than every kind needs at the largest radius and a bound of 1e-9.
    package static let maximumTerms = 512

    /// For each `k >= 2`, the largest `sum_{j >= k} |c_j|` over the grid of centers `{-64, -63.5, ..., 64}` and both labels.
    ///
    /// Half of the grid says it all: `f(-z)` is `f(z)`, or 1 or `z` less or more, so that `-a` has the coefficients of `a`
    /// up to sign and to `c_0`, `c_1`; a Brier score with label 1 is one with label 0 at `-z`.
    private static func worstTails(kind: SeparatedKind, radius: Double, terms: Int) -> [Double] {
        let series = ChebyshevExpansion(terms: terms)
        var worst = Array(repeating: 0.0, count: terms)
        for step in (kind == .brier ? -128 : 0)...128 {
            let values = series.coefficients(center: Double(step) / 2, radius: radius) { kind.value($0, label: 0) }
            var tail = 0.0
            for k in (0..<terms).reversed() {
                tail += abs(values[k])
                worst[k] = max(worst[k], tail)
            }
        }
        return worst
    }
}
