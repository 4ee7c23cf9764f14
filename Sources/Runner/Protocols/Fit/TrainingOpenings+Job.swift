import Jobs
import SplitRegression

extension TrainingOpenings {
    /// As a site's books are asked: of coefficients each time that they open more often than the bits of the job's fit count
    /// (`protocols/disclosure.md` 2.2).
    ///
    /// - Parameters:
    ///   - again: before coefficients open once more.
    ///   - scores: before scores open.
    init(
        of job: Job, again: @escaping @Sendable () throws -> Void, scores: @escaping @Sendable () throws -> Void
    ) {
        let counted = OpenedBits.coefficientOpenings(job)
        self.init(coefficients: { if $0 > counted { try again() } }, scores: scores)
    }
}
