import Foundation
import Records

/// The guards and limits of a job: pure functions of the job and of facts (`GuardFacts`).
///
/// Each side computes them before it starts, a verifier computes them again from the transcript (check T28). What
/// they defend against and their sources are in `protocols/leakage.md`.
public enum Guards {
    /// Fraction bits of a standardised design matrix: its columns are integers at 2^-16 of a standard deviation.
    public static let columnBits = 16.0
    /// A pass budget below this would end before any real fit converges: refused at the start instead.
    public static let fewestUsefulPasses = 6

    /// Whether a job that reveals standard errors opens what they need; nil while the rows that decide are unknown.
    public static func allowsInformation(_ job: Job, rows: Int?) -> Bool? {
        guard job.model.family == .logistic else { return true }
        guard job.parties.allSatisfy({ job.parameterCount(of: $0) <= InformationRule.largestBlock }) else {
            return false
        }
        return rows.map { $0 >= InformationRule.rows(parameters: job.parameterCount) }
    }

    /// Whether a job may start over these rows.
    ///
    /// - Throws: the first refusal, limits before guards, guards in the order of their numbers.
    public static func check(_ job: Job, _ facts: GuardFacts) throws(GuardRefusal) {
        try refuse(findings(job, facts))
    }

    /// Whether a job may start at all: what is decidable before the number of rows is known.
    public static func check(_ job: Job) throws(GuardRefusal) { try refuse(findings(job)) }

    /// Every limit and guard with its figures, in order.
    public static func findings(_ job: Job, _ facts: GuardFacts) -> [GuardFinding] {
        limits(job, facts) + Guard.allCases.map { finding($0, job, facts) }
    }

    /// What is decidable from the job alone.
    public static func findings(_ job: Job) -> [GuardFinding] {
        [scores(job, nil), information(job, rows: nil)]
    }

    /// Passes that a job may open gradients in: the smaller of its own maximum and what guard 4 allows.
    ///
    /// - Parameters:
    ///   - rows: rows of the fit.
    ///   - activeParameters, passiveParameters: coefficients of each side, the intercept with the active one.
    /// - Returns: 0 when not even one pass is allowed.
    public static func maximumPasses(
        _ job: Job, rows: Int, activeParameters: Int, passiveParameters: Int
    ) -> Int {
        let widest = max(activeParameters, passiveParameters, 1)
        return min(job.model.maximumPasses, Int(clamped: openings(job, rows: rows)) / widest)
    }

    /// The same with the job's own numbers of coefficients.
    public static func maximumPasses(_ job: Job, rows: Int) -> Int {
        maximumPasses(
            job, rows: rows, activeParameters: job.parameterCount(of: job.active),
            passiveParameters: job.parameterCount(of: job.passive))
    }

    /// Bits that one gradient component shows: those of a column's entries and half of log2 n for the sum, or what
    /// dithering leaves of them.
    public static func gradientBits(rows: Int, ditherBits: Double?) -> Double {
        let exact = columnBits + 0.5 * log2(Double(max(rows, 1)))
        return min(exact, ditherBits ?? exact)
    }

    /// Bits that a gradient component keeps when it is dithered for a pass of this tolerance:
    /// `b <= 4 - log2(tau) + log2(n) / 2` (`protocols/training.md`, section 3).
    public static func ditherBits(tolerance: Double, rows: Int) -> Double {
        4 - log2(tolerance) + 0.5 * log2(Double(max(rows, 1)))
    }

    /// n/2 numbers about the other side's rows, n when guard 4 is loosened.
    static func openings(_ job: Job, rows: Int) -> Double {
        Double(max(rows, 0)) / 2 * slack(.features, job)
    }

    static func slack(_ item: Guard, _ job: Job) -> Double { job.loosened.contains(item) ? 2 : 1 }

    private static func refuse(_ findings: [GuardFinding]) throws(GuardRefusal) {
        for finding in findings where finding.verdict == .refused {
            throw GuardRefusal(
                name: finding.name, number: finding.number, figures: finding.figures, remedy: finding.remedy ?? "")
        }
    }

    private static func finding(_ item: Guard, _ job: Job, _ facts: GuardFacts) -> GuardFinding {
        switch item {
        case .labels: labels(job, facts)
        case .features: features(job, facts)
        case .scores: scores(job, facts)
        case .information: information(job, rows: facts.rows)
        }
    }
}
