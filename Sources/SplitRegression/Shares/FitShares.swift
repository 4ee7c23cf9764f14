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
}
