/// What a training opens to one party alone (training.md 6).
package struct FitShares: Sendable {
    /// On the standardised scale.
    package var coefficients: [Double] = []
    /// In whitened coordinates.
    package var point: [Double] = []
    /// Active party: the constant on the raw scale.
    package var rawConstant: Double?
    /// Of the coefficients on the standardised scale, the active party's first of the raw constant; without the dispersion.
    package var variances: [Double] = []
    /// Of each own column: the share, 0 to 1, of its direction in those that the inverse did not reach.
    package var aliases: [Double] = []
    /// What the next step adds to own coefficients, on the standardised scale.
    package var movements: [Double] = []
    /// Active party, negative binomial with an estimated theta: its standard error; nil where it is withheld.
    package var thetaError: Double?
    /// Active party, proportional hazards: the cumulative hazard at each declared time, about the centre of its exponentials.
    package var curve: [Double] = []
    /// There too: what is opened of a comparison of levels (training.md 5.13), 0 where a cell is too small.
    package var levelTest: [Double] = []
    package var levelCurves: [Double] = []
}
