/// A function of the joint predictor that the parties share row by row (training.md 4): everything about it that is public.
package struct Kernel: Sendable, Hashable {
    package enum Kind: UInt8, Sendable, Hashable, CaseIterable {
        /// Score residual, without the label's own term where that is a constant of the row.
        case mean = 1
        /// Expected information.
        case weight = 2
        /// Negative log-likelihood; only the sum over rows is opened.
        case loss = 3
        /// Squared error of the mean; only the sum over rows is opened.
        case brier = 4
        /// Negative binomial: `ln(1 + mean / theta)`; only the sum over rows is opened.
        case dispersion = 5
        /// Gamma: the residual by Pearson, whose squares are added up. Its values are those of `mean`, but for case weights.
        case pearson = 6
        /// Negative binomial: what the likelihood's curvature by theta has of the mean; the active party alone gets the sum over rows.
        case curvature = 7
    }

    package let family: ResponseFamily
    package let kind: Kind
    /// P
    package let period: Double
    /// A row's vector is multiplied by up to `2^scaleBits` at the active party: labels, weights and exposures do that.
    package let scaleBits: Int
    /// Proportional hazards: fraction bits that its vectors have beyond the least. Rows whose rates are far below the largest need them.
    package let finerBits: Int

    package init(family: ResponseFamily, kind: Kind, period: Double, scaleBits: Int, finerBits: Int = 0) {
        self.family = family
        self.kind = kind
        self.period = period
        self.scaleBits = scaleBits
        self.finerBits = finerBits
    }

    private enum Shape { case sigmoid, bell, softplus, mills, probitWeight, probitLoss, exponential, brier, square }

    private var shape: Shape {
        switch (family, kind) {
        case (.probit, .mean): .mills
        case (.probit, .weight): .probitWeight
        case (.probit, .loss): .probitLoss
        case (.poisson, .mean), (.poisson, .weight), (.poisson, .loss), (.gamma, _), (.cox, _): .exponential
        case (.logistic, .weight): .bell
        case (_, .loss), (_, .dispersion): .softplus
        case (_, .brier): .brier
        case (_, .curvature): .square
        default: .sigmoid
        }
    }

    package var parity: FourierSeries.Parity {
        switch shape {
        case .sigmoid: .odd
        case .bell, .probitWeight: .evenOddModes
        case .softplus: .even
        case .mills, .probitLoss, .exponential, .brier: .full
        case .square: .fullOddModes
        }
    }

    /// Number of modes.
    package var modes: Int {
        let unit = Int(period) / 16
        switch shape {
        case .sigmoid, .bell: return 5 * unit
        case .softplus, .brier, .square: return 10 * unit
        case .probitWeight: return 8 * unit
        case .mills, .probitLoss: return 10 * unit
        case .exponential: return 10 * unit
        }
    }

    /// Coefficients of `cos` and `sin` of each mode: length of both parties' vectors of a row.
    package var length: Int { 2 * modes }

    package var frequencies: [UInt64] {
        FourierSeries.frequencies(modes, parity)
    }

    /// The predictors at which the series serves.
    package var interval: ClosedRange<Double> {
        switch shape {
        case .exponential: family == .gamma ? -period / 8...period / 2 : -period / 2...period / 8
        case .mills, .probitLoss: -3 * period / 8...3 * period / 8
        // Where the mirror image begins the function is not yet flat: a series that has to follow that corner is worse elsewhere.
        case .sigmoid, .bell: period < 64 ? -7 * period / 32...7 * period / 32 : -period / 4...period / 4
        default: -period / 4...period / 4
        }
    }

    private var regularisation: Double {
        switch shape {
        case .sigmoid, .bell, .probitWeight, .square: 1e-9
        case .softplus, .brier, .mills, .probitLoss: 1e-6
        case .exponential: 1e-8
        }
    }

    /// `2^s` is at least the sum of the magnitudes of a row's vector.
    package var magnitudeBits: Int {
        let series: Int
        switch shape {
        case .sigmoid, .square: series = 2
        case .bell, .probitWeight: series = 1
        case .softplus, .mills: series = 10
        case .brier: series = 12
        // It grows as the square of the predictor.
        case .probitLoss: series = 2 * Int(period).trailingZeroBitCount - 2
        case .exponential: series = 5 + (3 * Int(period) + 15) / 16
        }
        return series + scaleBits
    }

    /// Fraction bits of A's vectors and of B's.
    package var fractionBits: (vector: Int, scalar: Int) {
        switch shape {
        // What is scaled needs no finer fraction; the other side's rounding meets the series' large coefficients.
        case .exponential:
            family == .gamma ? (max(6, 20 - scaleBits), 27) : (max(6, 18 - scaleBits) + finerBits, 29)
        // A row's scale multiplies the other side's rounding.
        case .sigmoid: (20, min(16 + scaleBits, 29))
        // As above; these are added up and opened, and nothing else.
        case .softplus: (max(12, 24 - 2 * scaleBits), min(22 + scaleBits, 29))
        case .brier, .mills, .probitLoss: (24, 22)
        // What is left of the sum once all else is taken off may be a millionth of it.
        case .square: (28, 26)
        default: (20, 16)
        }
    }

    /// Scale of the shares; the label's own term is at it too.
    package var shareFractionBits: Int { fractionBits.vector + fractionBits.scalar }

    /// The series itself: only the active party needs it.
    package func series() -> FourierSeries {
        let family = family
        let function: (Double) -> Double
        switch shape {
        case .sigmoid: function = { ResponseFamily.mean($0) - 0.5 }
        case .bell: function = { ResponseFamily.slope($0) }
        case .softplus: function = { ResponseFamily.softplus($0) - $0 / 2 }
        case .mills: function = { -NormalDistribution.mills($0) }
        case .probitWeight: function = { family.weight($0) }
        case .probitLoss: function = { -NormalDistribution.logCumulative($0) }
        case .exponential: function = { ElementaryFunctions.exp(family == .gamma ? -$0 : $0) }
        case .square:
            function = {
                let tail = 1 - ResponseFamily.mean($0)
                return tail * tail - 0.5
            }
        case .brier:
            function = {
                let tail =
                    1
                    - (family == .probit
                        ? ElementaryFunctions.exp(NormalDistribution.logCumulative($0)) : ResponseFamily.mean($0))
                return tail * tail
            }
        }
        return FourierSeries(
            of: function, on: interval, period: period, modes: modes, parity: parity, regularisation: regularisation)
    }

    /// What the active party makes of a row: `scale S(z + shift) + constant`, mirrored `-S(-z)` where a label asks for it.
    package struct RowTerm: Sendable {
        package var scale = 1.0
        /// Times the mirror image `S(-(z + shift))`, beside that.
        package var imageScale = 0.0
        package var shift = 0.0
        package var constant = 0.0
        package var isMirrored = false
        /// Coefficient of the predictor itself in a loss, which is added up apart.
        package var slope = 0.0
    }

    /// - Parameters:
    ///   - offset: added to the row's predictor (the logarithm of its exposure).
    ///   - weight: the row's case weight; of proportional hazards all that multiplies its rate, its offset's too.
    ///   - center: predictors are near it at most: an exponential is computed around it.
    package func term(label y: Double, offset: Double, weight: Double, center: Double) -> RowTerm {
        var term = RowTerm()
        switch (family, kind) {
        case (.logistic, .mean): (term.constant, term.shift) = (0.5 - y, offset)
        case (.logistic, .weight): term.shift = offset
        case (.logistic, .loss):
            (term.shift, term.constant, term.slope) = (offset, (0.5 - y) * offset, 0.5 - y)
        case (.probit, .mean), (.probit, .loss), (.logistic, .brier), (.probit, .brier):
            // The series is that of a label of 1. A loss is mirrored without the sign.
            (term.isMirrored, term.shift) = (y < 0.5, offset)
            if kind == .mean, y < 0.5 { term.scale = -1 }
        case (.probit, .weight): term.shift = offset
        case (.poisson, .mean):
            (term.scale, term.constant) = (ElementaryFunctions.exp(offset), -y)
        case (.poisson, .weight): term.scale = ElementaryFunctions.exp(offset)
        case (.poisson, .loss):
            (term.scale, term.constant, term.slope) = (ElementaryFunctions.exp(offset), -y * offset, -y)
        case (.negativeBinomial(let theta), .mean):
            let shift = offset - ElementaryFunctions.log(theta)
            (term.scale, term.constant, term.shift) = (y + theta, (y + theta) / 2 - y, shift)
        case (.negativeBinomial(let theta), .weight):
            (term.scale, term.constant, term.shift) = (theta, theta / 2, offset - ElementaryFunctions.log(theta))
        case (.negativeBinomial(let theta), .loss):
            let shift = offset - ElementaryFunctions.log(theta)
            (term.scale, term.shift) = (y + theta, shift)
            term.slope = (y + theta) / 2 - y
            term.constant = (y + theta) / 2 * shift - y * offset
        case (.negativeBinomial(let theta), .dispersion):
            term.shift = offset - ElementaryFunctions.log(theta)
            (term.slope, term.constant) = (0.5, term.shift / 2)
        case (.negativeBinomial(let theta), .curvature):
            // With p = mean / (mean + theta) and q = 1 - p: p^2 + (y / theta) q^2.
            term.shift = offset - ElementaryFunctions.log(theta)
            (term.scale, term.imageScale) = (y / theta, 1)
            term.constant = (y / theta + 1) / 2
        case (.gamma, .mean), (.gamma, .pearson):
            (term.scale, term.constant) = (-y * ElementaryFunctions.exp(-offset), 1)
        case (.gamma, .loss):
            (term.scale, term.constant, term.slope) = (y * ElementaryFunctions.exp(-offset), offset, 1)
        default: break
        }
        if family == .cox {
            // What all rates are multiplied by cancels out.
            term.shift = -center
        } else if shape == .exponential {
            term.scale *= ElementaryFunctions.exp(family == .gamma ? -center : center)
            term.shift -= center
        }
        // A square takes a weight once.
        let weight = kind == .pearson ? weight.squareRoot() : weight
        term.scale *= weight
        term.imageScale *= weight
        term.constant *= weight
        term.slope *= weight
        return term
    }

    /// A row's vector at the active party: for each mode what multiplies `cos` and `sin` of the other side's angle.
    package func vector(_ series: FourierSeries, _ term: RowTerm, turns: UInt64) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(length)
        let turns = turns &+ FourierSeries.turns(term.shift, period)
        let sign = term.isMirrored ? -1.0 : 1.0
        for (index, frequency) in series.frequencies.enumerated() {
            let (c, s) = ElementaryFunctions.cosineAndSine(turns: turns &* frequency)
            let a = (term.scale + term.imageScale) * series.cosines[index]
            let b = (sign * term.scale - term.imageScale) * series.sines[index]
            result.append(a * c + b * s)
            result.append(b * c - a * s)
        }
        return result
    }
}
