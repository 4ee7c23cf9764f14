import Records

/// What each party of a prediction of several parties sends and learns (`protocols/multiparty-training.md` 9), beside their alignment.
struct SeveralPredictionLeakage {
    private let active: String
    /// Whether there are two passive parties.
    private let areTwo: Bool

    /// nil for a job that opens no scores.
    init?(_ job: Job) {
        guard job.kind == .several, job.hasModel, job.reveals(.scores) else { return nil }
        (active, areTwo) = (job.active.name, job.passives.count == 2)
    }

    private init() { (active, areTwo) = ("A", false) }

    /// Of any such job.
    static let general = SeveralPredictionLeakage()

    var rows: [LeakageTable.Row] {
        [
            row(
                LeakageTable.both,
                sends: [
                    "to each other party the commitment to its part of the model that it sent at the end of the fit",
                    "what the alignment above shows, of the new rows; to each other party \(LeakageWords.roots)",
                ],
                learns: [
                    "which of each other party's columns are the same as in an earlier job over the same people and which have changed; "
                        + "not how, nor for whom",
                    "if after that another party does not score these rows: that it refuses, by one name, whether its rows, its part of the "
                        + "model or its books are the reason",
                ]),
            row(
                active, sends: [],
                learns: [
                    "of every new row the sum of all other parties' partial scores, and so the joint score; of a party's part what "
                        + "that sum and what it knows of the others' columns show"
                ]),
            row(
                LeakagePhase.eachPassive,
                sends: [
                    "to \(active) its partial score of every new row, under masks that only the sum of all parties' is free of"
                ],
                learns: ["which of its rows all others have and \(active) scores; no score, no outcome"]),
        ]
    }

    /// For one party's screen.
    static let brief = "if new rows are scored: of each the sum of all other parties' parts, not each part"
    static let briefSent = "if new rows are scored: its part of each, under masks that the sum is free of"

    /// Who puts together what.
    var coalitions: [String] {
        [
            areTwo
                ? "New rows: \(active) with one other party learns the third one's partial score row by row."
                : "New rows: \(active) with some others learns the sum of the rest's partial scores; with all but one, that one's row by row."
        ]
    }

    private func row(_ party: String, sends: [String], learns: [String]) -> LeakageTable.Row {
        LeakageTable.Row(phase: .prediction, party: party, sends: sends, learns: learns)
    }
}
