import Records

extension Guard {
    /// What is required, with the symbols of `protocols/leakage.md`.
    public var rule: String {
        switch self {
        case .labels: "n H(y) >= 2 m_B b"
        case .features:
            "passes x max(m_A, m_B) <= n/2; linear: each side learns at most n/2 numbers in the one exchange, m_B (m_B + 1)/2 + m_B "
                + "at B (1 more with standard errors), m_A + 2 at A (1 more under a penalty, m_A (m_A + 1)/2 + m_A + 1 more with "
                + "standard errors)"
        case .scores:
            "m_B at least the minimum, and fewer than m_B n/(n - m_B) score vectors about one cohort, over all jobs"
        case .information:
            "logistic: n >= 5 p (p + 1), and at most \(InformationRule.largestBlock) coefficients a party, wherever an "
                + "information matrix is opened; else standard errors are withheld"
        }
    }

    /// What it defends against.
    public var against: String {
        switch self {
        case .labels:
            "the first gradient is nearly X_B^T y; with few rows lattice reduction recovers every label from it"
        case .features: "each opened number is a linear equation about the other side's rows; n of them solve for them"
        case .scores:
            "scores show B's predictor row by row: one column is the column itself, several vectors let A "
                + "solve for B's rows (Luo, Wu, Xiao, Ooi, ICDE 2021)"
        case .information:
            "each party sees its own block and B the Schur complement: linear equations in the rows' weights; "
                + "p (p + 1)/2 >= n of them give every weight"
        }
    }
}
