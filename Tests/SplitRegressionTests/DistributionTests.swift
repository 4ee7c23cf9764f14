import Testing

@testable import SplitRegression

/// Expected values: SciPy 1.17 (`2 * t.sf`, `2 * norm.sf`, `f.sf`, `t.ppf`, `betainc`).
@Suite("Distributions")
struct DistributionTests {
    private func near(_ found: Double, _ expected: Double, _ relative: Double = 1e-10) -> Bool {
        abs(found - expected) <= relative * abs(expected)
    }

    @Test("Student's t, both tails")
    func student() {
        let cases: [(t: Double, df: Double, p: Double)] = [
            (0.5, 3, 0.651447964848151), (2.0, 10, 0.07338803477074037), (4, 1, 0.15595826075473865),
            (6.5, 25, 8.290460370929508e-07), (1.96, 1e6, 0.04999606758526985), (30, 12, 1.1773181907018936e-12),
        ]
        for (t, df, p) in cases {
            // Differences of large log-gammas cost digits as the degrees of freedom grow.
            let tolerance = df > 1000 ? 1e-8 : 1e-11
            #expect(near(Distributions.studentTwoSided(t, degreesOfFreedom: df), p, tolerance), "t = \(t), \(df)")
            #expect(near(Distributions.studentTwoSided(-t, degreesOfFreedom: df), p, tolerance))
        }
        #expect(Distributions.studentTwoSided(0, degreesOfFreedom: 7) == 1)
        #expect(Distributions.studentTwoSided(.infinity, degreesOfFreedom: 7) == 0)
    }

    @Test("Standard normal, both tails, far out too")
    func normal() {
        let cases: [(z: Double, p: Double)] = [
            (0, 1), (0.5, 0.6170750774519738), (-1.96, 0.04999579029644087), (3, 0.0026997960632601866),
            (8, 1.244192114854348e-15), (20, 5.507248237212311e-89),
        ]
        for (z, p) in cases { #expect(near(Distributions.normalTwoSided(z), p, 1e-12)) }
        #expect(abs(Distributions.normalTwoSided(Distributions.normal975) - 0.05) < 1e-15)
    }

    @Test("Quantiles of Student's t")
    func quantile() {
        let cases: [(df: Double, q: Double)] = [
            (1, 12.706204736174694), (2, 4.302652729749462), (5, 2.5705818356363146), (30, 2.0422724563012378),
            (366, 1.9664667224837213), (100000, 1.9599877075346095),
        ]
        for (df, q) in cases { #expect(near(Distributions.student975(degreesOfFreedom: df), q, 1e-9), "\(df)") }
    }

    @Test("F, upper tail")
    func f() {
        let cases: [(f: Double, a: Double, b: Double, p: Double)] = [
            (1, 1, 1, 0.5), (3.2, 4, 20, 0.034831623728782526), (38.2663389318, 10, 366, 4.559547517800414e-51),
            (0.1, 5, 3, 0.9851114742762083), (250, 2, 7, 3.0925396918683656e-07),
        ]
        for (f, a, b, p) in cases { #expect(near(Distributions.fUpper(f, a, b), p, 1e-10), "F = \(f)") }
    }

    @Test("Regularised incomplete beta")
    func beta() {
        let cases: [(x: Double, a: Double, b: Double, value: Double)] = [
            (0.3, 2, 3, 0.3483), (0.99, 0.5, 0.5, 0.9362314391414803), (0.5, 100, 120, 0.9117960627949818),
            (1e-6, 3, 0.5, 3.125001171875703e-19),
        ]
        for (x, a, b, value) in cases { #expect(near(Distributions.regularizedBeta(x, a, b), value, 1e-11)) }
        #expect(Distributions.regularizedBeta(0, 2, 3) == 0 && Distributions.regularizedBeta(1, 2, 3) == 1)
    }

    @Test("A term's statistics hang together, and there are none without a standard error")
    func term() throws {
        let term = FittedTerm(
            term: "x", estimate: -3, standardized: -1.5, standardError: 1.5, degreesOfFreedom: 10)
        #expect(term.statistic == -2)
        #expect(near(try #require(term.pValue), 0.07338803477074037))
        #expect(near(try #require(term.confLow), -3 - 1.5 * 2.2281388519649385, 1e-9))
        #expect(near(try #require(term.confHigh), -3 + 1.5 * 2.2281388519649385, 1e-9))
        for error in [nil, 0.0] {
            let none = FittedTerm(
                term: "x", estimate: 1, standardized: 1, standardError: error, degreesOfFreedom: nil)
            #expect(none.statistic == nil && none.pValue == nil && none.confLow == nil && none.confHigh == nil)
        }
    }
}
