import TestSupport
import Testing

@testable import SplitRegression

@Suite("Chebyshev series of the mean, weight, loss and Brier score")
struct ChebyshevTests {
    @Test(
        "The truncated series is within its bound wherever the active predictor lies",
        arguments: SeparatedKind.allCases)
    func bound(kind: SeparatedKind) throws {
        var generator = SplitMix(UInt64(kind.rawValue))
        for radius in [0.125, 1, 2, 6, 16, 64] {
            for bound in radius < 64 ? [1e-2, 1e-5] : [1e-2] {
                let terms = try ChebyshevExpansion.requiredTerms(kind: kind, radius: radius, bound: bound)
                let series = ChebyshevExpansion(terms: terms)
                for sample in 0..<40 {
                    // Near the centre, where the function bends, and far out.
                    let center = generator.uniform(sample % 2 == 0 ? -3...3 : -64...64)
                    let label = generator.bit()
                    let coefficients = series.coefficients(center: center, radius: radius) {
                        kind.value($0, label: label)
                    }
                    for edge in [-1, 1, generator.uniform(-1...1), generator.uniform(-1...1)] {
                        let sum = dot(coefficients, ChebyshevExpansion.polynomials(at: edge, terms: terms))
                        let exact = kind.value(center + radius * edge, label: label)
                        // Interpolation in 2 r points folds the tail beyond 3 r back: twice the tail at most.
                        #expect(abs(sum - exact) <= 2 * bound, "R = \(radius), a = \(center), b = \(radius * edge)")
                    }
                }
            }
        }
    }

    @Test("Coefficients stay under the declared magnitude of their kind", arguments: SeparatedKind.allCases)
    func magnitude(kind: SeparatedKind) {
        let bound = Double(1 << kind.magnitudeBits)
        for radius in [0.125, 3, 64] {
            let series = ChebyshevExpansion(terms: 64)
            for center in stride(from: -64.0, through: 64, by: 4) {
                for label in [0.0, 1] {
                    let coefficients = series.coefficients(center: center, radius: radius) {
                        kind.value($0, label: label)
                    }
                    #expect(coefficients.allSatisfy { abs($0) < bound }, "R = \(radius), a = \(center)")
                }
            }
        }
    }

    /// Least numbers of terms by worst error, from the protocol's design; ours are even and bound the whole tail.
    @Test(
        "Terms for the mean are those of the published table",
        arguments: [
            (1, [3, 4, 6, 7]), (2, [4, 6, 8, 10]), (4, [7, 10, 13, 16]), (6, [9, 14, 19, 23]), (8, [12, 18, 24, 30]),
            (12, [17, 26, 35, 44]),
        ] as [(Double, [Int])])
    func table(radius: Double, least: [Int]) throws {
        for (bound, least) in zip([1e-2, 1e-3, 1e-4, 1e-5], least) {
            let terms = try ChebyshevExpansion.requiredTerms(kind: .mean, radius: radius, bound: bound)
            #expect(terms % 2 == 0)
            #expect((least...least + 2).contains(terms), "R = \(radius), \(bound): \(terms)")
        }
    }

    @Test("More accuracy or a wider range never takes fewer terms", arguments: SeparatedKind.allCases)
    func monotone(kind: SeparatedKind) throws {
        var last = 0
        for bound in [1e-1, 1e-3, 1e-6, 1e-9] {
            let terms = try ChebyshevExpansion.requiredTerms(kind: kind, radius: 6, bound: bound)
            #expect(terms >= last)
            last = terms
        }
        last = 0
        for radius in [0.125, 0.75, 3, 12] {
            let terms = try ChebyshevExpansion.requiredTerms(kind: kind, radius: radius, bound: 1e-4)
            #expect(terms >= last)
            last = terms
        }
    }

    @Test("Polynomials are cosines of multiples")
    func polynomials() {
        #expect(ChebyshevExpansion.polynomials(at: 0.5, terms: 7) == [1, 0.5, -0.5, -1, -0.5, 0.5, 1])
        #expect(ChebyshevExpansion.polynomials(at: -1, terms: 4) == [1, -1, 1, -1])
        #expect(ChebyshevExpansion.polynomials(at: 0.3, terms: 1) == [1])
    }
}

@Suite("Link functions")
struct LinkTests {
    @Test("Far tails neither overflow nor vanish")
    func tails() {
        #expect(Logistic.mean(800) == 1 && Logistic.mean(-800) == 0)
        #expect(Logistic.weight(800) == 0 && Logistic.weight(-800) == 0 && Logistic.weight(0) == 0.25)
        #expect(Logistic.loss(800, label: 1) == 0 && Logistic.loss(-800, label: 1) == 800)
        #expect(abs(Logistic.mean(-40) / 4.248354255291589e-18 - 1) < 1e-14)
        #expect(abs(Logistic.loss(0, label: 0) - 0.6931471805599453) < 1e-16)
    }
}
