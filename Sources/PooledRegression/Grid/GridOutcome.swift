import Records
import SplitRegression

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// Proportional hazards with one baseline on a grid, the same at every site to the last bit.
public struct GridOutcome: Sendable, Equatable, Codable {
    public struct Point: Sendable, Equatable, Codable {
        public var time: Double
        public var events: Int
        /// At the columns' means over all sites.
        public var cumulativeHazard: Double
        /// Of the cumulative hazard.
        public var standardError: Double
        public var survival: Double
        /// 95 %, on the scale of the cumulative hazard.
        public var confLow: Double
        public var confHigh: Double
    }

    public var fit: PooledOutcome
    /// The grid that is left, a part of the declared times.
    public var times: [Double]
    public var baseline: [Point]
}

extension GridCourse {
    /// - Throws: `impossibleSums`; ``PooledError`` where there is no fit.
    func outcome(sites: [String], rounds: Int) throws(PooledError) -> GridOutcome {
        let hazards = try GroupedHazards(design, try curves.counts())
        let (start, end, iterations) = try hazards.fit(design)
        let inverse: SymmetricMatrix
        do throws(LinearAlgebraError) {
            inverse = try CholeskyFactor(end.information, tolerance: 1e-9).inverse()
        } catch {
            throw .separation([design.terms[error.index]])
        }
        let (sds, b) = (hazards.sds, end.coefficients)
        let influences = design.isRobust ? hazards.squaredInfluence(end, inverse) : nil
        let terms = design.terms.indices.map { j in
            let (estimate, error) = (b[j] / sds[j], inverse[j, j].squareRoot() / sds[j])
            let reach = Distributions.normal975 * error
            return PooledTerm(
                term: design.terms[j], estimate: estimate, standardized: b[j], standardError: error,
                statistic: estimate / error, pValue: Distributions.normalTwoSided(estimate / error),
                confLow: estimate - reach, confHigh: estimate + reach,
                robustError: influences.map { max(0, $0[j]).squareRoot() / sds[j] }, mean: hazards.means[j],
                sd: sds[j])
        }
        let covariance = sds.indices.flatMap { j in sds.indices.map { inverse[j, $0] / (sds[j] * sds[$0]) } }
        var summary = summary(hazards, start, end)
        (summary.sites, summary.rounds, summary.iterations) = (sites, rounds, iterations)
        return GridOutcome(
            fit: PooledOutcome(terms: terms, summary: summary, covariance: covariance),
            times: curves.grid.times, baseline: baseline(hazards, end, inverse))
    }

    private func summary(
        _ hazards: GroupedHazards, _ start: GroupedHazards.Point, _ end: GroupedHazards.Point
    ) -> PooledSummary {
        let (p, events) = (design.terms.count, hazards.events.reduce(0, +))
        var summary = PooledSummary(
            family: ModelFamily.cox.rawValue, n: hazards.rows, parameters: p, sites: [], rounds: 0, iterations: 0,
            logLikelihood: -end.loss, aic: 2 * end.loss + 2 * Double(p),
            bic: 2 * end.loss + log(max(1, events)) * Double(p))
        summary.events = Int(events)
        summary.robust = design.isRobust ? PooledModel.Robust.hc0.rawValue : nil
        let wald = dot(end.coefficients, end.information.applied(to: end.coefficients))
        (summary.wald, summary.waldP) = (wald, Distributions.chiSquaredUpper(wald, degreesOfFreedom: p))
        summary.nullLogLikelihood = -start.loss
        let ratio = max(0, 2 * (start.loss - end.loss))
        (summary.likelihoodRatio, summary.likelihoodRatioP) = (
            ratio, Distributions.chiSquaredUpper(ratio, degreesOfFreedom: p)
        )
        return summary
    }

    /// `sum h_i`, with the variance `sum d_i / S0_i^2 + q I^-1 q^T`, `q = sum h_i m_i`.
    private func baseline(
        _ hazards: GroupedHazards, _ end: GroupedHazards.Point, _ inverse: SymmetricMatrix
    ) -> [GridOutcome.Point] {
        let times = curves.grid.times
        var (cumulative, spread) = (0.0, 0.0)
        var drawn = design.terms.map { _ in 0.0 }
        return times.indices.map { j in
            if hazards.events[j] > 0 {
                let h = hazards.events[j] / end.sums[j]
                cumulative += h
                spread += h / end.sums[j]
                for k in drawn.indices { drawn[k] += h * end.means[j][k] }
            }
            let error = (spread + dot(drawn, inverse.applied(to: drawn))).squareRoot()
            let reach = Distributions.normal975 * error
            return GridOutcome.Point(
                time: times[j], events: Int(hazards.events[j]), cumulativeHazard: cumulative, standardError: error,
                survival: exp(-cumulative), confLow: exp(-cumulative - reach),
                confHigh: min(1, exp(-cumulative + reach)))
        }
    }
}
