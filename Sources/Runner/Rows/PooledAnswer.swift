package import PooledRegression

/// What came of a job split by rows, the same at every site.
package enum PooledAnswer: Sendable, Equatable {
    case fit(PooledOutcome)
    case analysis(AnalysisOutcome)

    /// Where there are coefficients.
    var fit: PooledOutcome? {
        switch self {
        case .fit(let outcome): outcome
        case .analysis(let outcome): outcome.hazards?.fit
        }
    }

    /// Whose rows it is of.
    var sites: [String] {
        switch self {
        case .fit(let outcome): outcome.summary.sites
        case .analysis(let outcome): outcome.sites
        }
    }

    /// Sums that were opened.
    var rounds: Int {
        switch self {
        case .fit(let outcome): outcome.summary.rounds
        case .analysis(let outcome): outcome.rounds
        }
    }

    /// 0 where the number is not opened.
    var rows: Int {
        switch self {
        case .fit(let outcome): outcome.summary.n
        case .analysis(let outcome): outcome.rows ?? 0
        }
    }

    var parameters: Int {
        if case .analysis(let outcome) = self, let noisy = outcome.noisy { return noisy.terms.count }
        return fit?.summary.parameters ?? 0
    }

    /// What a site signs, and a verifier compares. As bytes: a number that does not exist is not equal to itself.
    func json() throws -> [UInt8] {
        switch self {
        case .fit(let outcome): try ResultFiles.json(outcome)
        case .analysis(let outcome): try ResultFiles.json(outcome)
        }
    }
}
