/// Every decision of a training, from public facts and opened numbers alone (training.md 5). The parties, the running session's guard
/// and the verifier of a transcript run this very code, so they cannot disagree about what comes next.
package struct TrainingProgram: Sendable {
    package let facts: TrainingFacts

    package init(_ facts: TrainingFacts) { self.facts = facts }

    /// How a training ends.
    package enum End: Sendable, Hashable {
        case fitted(Summary)
        case failed(TrainingError)
    }

    package struct Summary: Sendable, Hashable {
        package var passes = 0
        package var converged = false
        /// In the scale of standard errors, before the last step.
        package var norm = 0.0
        package var loss: Double?
        package var brier: Double?
        /// Proportional hazards: chi squared of no effect at all, by Wald and by Rao.
        package var wald: Double?
        package var score: Double?
        /// Linear: of the residuals. Gamma: by Pearson.
        package var residualSum: Double?
        package var withholdsStandardErrors = false
        /// Whether rows may lie beyond the series of sums over them, and no longer period was left.
        package var sumsMayBeOff = false
        /// Columns of passive parties that were left out: they follow from others.
        package var leftOut = 0
        /// Sums over the rows that were kept aside: of losses (linear: squared residuals), and of squared errors of the mean.
        package var heldOutLoss: Double?
        package var heldOutBrier: Double?
        /// The same of all rows, each at the coefficients without its fold.
        package var foldLoss: Double?
        package var foldBrier: Double?
        /// Whether some estimates run away.
        package var hasLeapt = false
    }

    package struct Continuation: Sendable {
        /// All steps from the first one on. The last is an opening, unless there is an end.
        package let steps: [TrainingStep]
        package let end: End?
        /// Gradients that were computed so far.
        package let passes: Int
    }

    /// What follows from these opened numbers, in order.
    package func continuation(after opened: [Double]) -> Continuation {
        let run = Run(facts, opened)
        do throws(Stop) {
            let summary = try run.fit()
            return Continuation(steps: run.steps, end: .fitted(summary), passes: run.passes)
        } catch {
            switch error {
            case .opening: return Continuation(steps: run.steps, end: nil, passes: run.passes)
            case .failure(let failure): return Continuation(steps: run.steps, end: .failed(failure), passes: run.passes)
            }
        }
    }

    /// Why a run of the decisions goes no further.
    enum Stop: Error {
        /// The number of the last step is not there yet.
        case opening
        case failure(TrainingError)
    }
}
