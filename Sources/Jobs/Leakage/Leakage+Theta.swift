import Records

/// The standard error of a negative binomial's theta (`protocols/training.md` 5.8).
extension LeakageWords {
    /// By the active party.
    var thetaErrorLearnt: [String] {
        when(
            .thetaEstimated, .revealed(.standardErrors),
            say: [
                "the standard error of theta, and so a sum over the fitted rows of p^2 + (label / theta) (1 - p)^2, p = mean / (mean + "
                    + "theta): \(OpenedBits.curvatureBits) bits"
            ])
    }

    /// By the passive party that has the other shares.
    var thetaErrorSent: [String] {
        when(
            .thetaEstimated, .revealed(.standardErrors),
            say: [
                "\(OpenedBits.curvatureBits) bits of its share of the sum that theta's standard error takes, of which it learns nothing "
                    + "itself"
            ])
    }
}
