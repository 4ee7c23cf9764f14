/// How a fit may go that nobody has run: numbers that it would open, made up so that it takes so many passes. The steps that follow are
/// the program's own.
package struct AssumedCourse: Sendable, Hashable {
    /// Gradients until the fit is there.
    package var passes: Int
    /// After how many of them the information and its inverse are taken anew.
    package var refreshes: Int
    /// Whether columns are so related across the parties that the first inverse takes more iterations.
    package var isHard: Bool

    /// Whether predictors reach so far that the fit ends under twice the period, with one pass more.
    package var isLong: Bool

    package init(passes: Int, refreshes: Int = 0, isHard: Bool = false, isLong: Bool = false) {
        self.isLong = isLong
        self.passes = max(1, passes)
        self.refreshes = max(0, min(refreshes, passes - 1))
        self.isHard = isHard
    }

    /// A quick one and a slow one; what a table of real data does is between them as a rule.
    package static func range(of family: ResponseFamily) -> (quick: AssumedCourse, slow: AssumedCourse) {
        let quick = AssumedCourse(passes: 4)
        switch family {
        case .linear: return (AssumedCourse(passes: 1), AssumedCourse(passes: 1, isHard: true))
        case .poisson, .negativeBinomial, .gamma:
            return (quick, AssumedCourse(passes: 8, refreshes: 1, isHard: true, isLong: true))
        case .logistic, .probit, .cox: return (quick, AssumedCourse(passes: 7, refreshes: 1, isHard: true))
        }
    }

    /// All steps of such a fit.
    ///
    /// - Returns: nil where a program under these facts does not end in a fit.
    package func steps(of facts: TrainingFacts) -> [TrainingStep]? {
        let program = TrainingProgram(facts)
        var opened: [Double] = []
        var answers = Answers(self, facts)
        while opened.count < Self.mostOpenings {
            let next = program.continuation(after: opened)
            if let end = next.end {
                if case .fitted = end { return next.steps }
                return nil
            }
            guard let step = next.steps.last else { return nil }
            opened.append(answers.number(of: step, after: next.steps))
        }
        return nil
    }

    private static let mostOpenings = 1000

    /// The joint gradient's norm at the start and after each trial step: far enough above the tolerance that each but the last leaves
    /// something to do.
    ///
    /// - Parameter tolerance: at which the fit ends.
    private func norms(tolerance: Double) -> [Double] {
        var result = [tolerance / 4, 2 * tolerance]
        for trial in (1..<passes).reversed() {
            // Under fresh weights three steps in a row that shrink little would be taken for estimates that run away.
            let isSlow = trial <= refreshes + (refreshes - 1) / 2 && !trial.isMultiple(of: 3)
            result.append(result[result.count - 1] * (isSlow ? 1.4 : 4.2))
        }
        return result.reversed()
    }

    private struct Answers {
        let facts: TrainingFacts
        private let norms: [Double]
        private var trials = 0
        private var thetas = 0
        /// Whether the next trace is that of an inverse that has not come far enough.
        private var isFar: Bool
        /// Whether the next look at own parts finds one that may have wrapped.
        private var isBeyond: Bool
        /// Steps that the last norm came after.
        private var seen = 0

        init(_ course: AssumedCourse, _ facts: TrainingFacts) {
            self.facts = facts
            norms = course.norms(tolerance: facts.tolerance)
            isFar = course.isHard
            isBeyond = course.isLong
        }

        mutating func number(of step: TrainingStep, after steps: [TrainingStep]) -> Double {
            switch step {
            case .trace:
                defer { isFar = false }
                return isFar ? 1 : 0
            case .norm:
                if steps[seen...].contains(where: { if case .move = $0 { true } else { false } }) { trials += 1 }
                seen = steps.count
                let norm = norms[min(trials, norms.count - 1)]
                // As it is opened: its square over 2^k.
                return norm * norm / Double(sign: .plus, exponent: facts.rowBitsOfCount, significand: 1)
            case .theta:
                thetas += 1
                return thetas <= Self.moreThetas ? 1 : 0
            case .range:
                defer { isBeyond = false }
                return isBeyond ? 1 : 0
            case .sumRange, .foldRange, .heldOutRange, .riskTrace: return 0
            case .sum, .foldSum, .heldOutSum: return Double(facts.rows) / 2
            default: return 1
            }
        }

        /// How many estimates of theta follow the first.
        private static let moreThetas = 1
    }
}
