/// When a logistic fit may open its information matrix, of which standard errors are made (guard 6 of
/// `protocols/leakage.md`): its entries are equations about single rows' weights, and p (p + 1) / 2 of them solve for
/// that many rows.
public enum InformationRule {
    /// Most coefficients of one party (`protocols/training.md` 6).
    public static let largestBlock = 65

    /// Fewest rows for a model of p coefficients, the constant among them: 5 p (p + 1). No sum overflows: what does not
    /// fit is the largest integer, which no table has.
    public static func rows(parameters p: Int) -> Int {
        let (pairs, isWide) = p.multipliedReportingOverflow(by: p &+ 1)
        let (rows, isWider) = pairs.multipliedReportingOverflow(by: 5)
        return isWide || isWider || p == .max ? .max : rows
    }
}
