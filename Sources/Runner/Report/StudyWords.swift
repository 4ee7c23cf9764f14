import Jobs
import SplitRegression

/// A job in the words of `moiety job explain`, as far as a report has them: of two parties, or of several.
struct StudyWords {
    struct Party {
        let name: String
        let role: String
        let table: String
        let identifier: String
        let label: String?
        let beside: [String]
        let features: [String]
    }

    let parties: [Party]
    let model: String
    let rows: String
    let keys: String
    /// What the alignment costs and assumes, where a job can choose it.
    let alignment: String?
    /// Of several parties: what each approval says of who keeps apart.
    let trust: String?
    /// What becomes of the job without a party, and of a job that is one: what it is left of.
    let loss: [String]
    let warnings: [String]
    /// Of several parties: what those who break that trust put together.
    let coalitions: [String]
    let never: [String]

    /// - Parameter rows: of the fit.
    init(_ job: Job, rows count: Int) {
        if let several = SeveralExplanation(job) {
            parties = several.parties.map {
                Party(
                    name: $0.name, role: $0.role, table: $0.table, identifier: $0.identifier, label: $0.label,
                    beside: $0.beside, features: $0.features)
            }
            (model, rows, keys) = (several.model ?? "", several.limits, several.keys)
            (alignment, trust, loss) = (nil, several.assumptions.first, several.loss)
            (warnings, coalitions, never) = ([], several.coalitions, [])
            return
        }
        let pair = Explanation(job, facts: GuardFacts(job: job, rows: count))
        parties = pair.parties.map {
            Party(
                name: $0.name, role: $0.role, table: $0.table, identifier: $0.identifier, label: $0.label,
                beside: $0.beside, features: $0.features)
        }
        (model, rows, keys) = (pair.model, pair.rows, pair.keys)
        (alignment, trust, loss) = (pair.alignment.first, nil, pair.loss)
        (warnings, coalitions, never) = (pair.warnings, [], pair.never)
    }
}

extension StudyReport {
    var words: StudyWords { StudyWords(job, rows: results.fit.n) }
}
