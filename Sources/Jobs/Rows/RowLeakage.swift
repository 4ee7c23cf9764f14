import Records

/// What each site of a job split by rows sends and learns (`protocols/row-split.md` 8): one source for `moiety job explain` and for
/// `protocols/leakage.md`.
struct RowLeakage {
    /// Numbers or symbols.
    private let sites: String
    let rest: String
    let coalition: String
    private let coefficients: String
    let passes: String
    private let fewest: String
    private let cell: String
    let cellMinusOne: String
    /// nil in the general table.
    private let job: Job?
    private let families: [ModelFamily]
    /// What is computed.
    let analyses: [RowTerms.Analysis]
    let hasGrid: Bool
    /// Of a table and of curves.
    let hasGroup: Bool
    let isNoisy: Bool

    init(_ job: Job) {
        sites = "\(job.parties.count)"
        rest = "\(job.parties.count - 1)"
        coalition = "\(job.rows?.coalition ?? 1)"
        coefficients = "\(job.coefficientCount)"
        passes = "\(job.model.maximumPasses)"
        fewest = "\(job.fewestInRound)"
        cell = "\(job.limits.minimumCell)"
        cellMinusOne = "\(job.limits.minimumCell - 1)"
        families = [job.model.family]
        analyses = [job.rows?.analysis ?? .model]
        hasGrid = job.rows?.hasGrid ?? false
        hasGroup = job.rows?.group != nil
        isNoisy = job.rows?.privacy != nil
        self.job = job
    }

    /// Of any such job.
    init() {
        (sites, rest, coalition, coefficients) = ("K", "K - 1", "`coalition`", "p")
        cellMinusOne = "`limits.minimumCell` - 1"
        (passes, fewest, cell) = ("`model.maxPasses`", "`coalition` + 2", "`limits.minimumCell`")
        families = ModelFamily.allCases
        analyses = RowTerms.Analysis.allCases
        (hasGrid, hasGroup, isNoisy) = (true, true, true)
        job = nil
    }

    var rows: [LeakageTable.Row] {
        let model = analyses.contains(.model) && !isGridAlone && !isNoisyAlone ? [counts, rounds] : []
        return [session] + cells + model + (isNoisy ? [noise] : []) + [end] + loss
    }

    /// Of a model with one baseline, not of all there are.
    private var isGridAlone: Bool { job != nil && hasGrid }

    private var isNoisyAlone: Bool { job != nil && isNoisy }

    private var noise: LeakageTable.Row {
        let privacy = job?.rows?.privacy
        let (epsilon, delta) = (
            privacy.map { "\($0.epsilon)" } ?? "`epsilon`", privacy.map { "\($0.delta)" } ?? "`delta`"
        )
        let isLinear = families.contains(.linear)
        let linear =
            isLinear ? ["linear: once the sums of products of columns, cut to their bounds, and of the outcome"] : []
        let logistic =
            families.contains(.logistic)
            ? [
                "logistic: in each of \(privacy.map { "\($0.rounds)" } ?? "`rounds`") rounds the score and the information"
            ] : []
        return row(
            .rounds,
            sends: [
                prefixed("model.privacy")
                    + "at coefficients that all sites know, its part of the sums below with noise of its own, under fresh masks"
            ],
            learns: linear + logistic + [
                "all with the noise of at least the sites outside a coalition of \(coalition): whatever is seen changes its probability by a "
                    + "factor of exp(\(epsilon)) at most, and \(delta), with one row more or less at a site. No count is opened"
            ])
    }

    func row(_ phase: LeakagePhase, sends: [String], learns: [String]) -> LeakageTable.Row {
        LeakageTable.Row(phase: phase, party: LeakagePhase.eachSite, sends: sends, learns: learns)
    }

    private var session: LeakageTable.Row {
        row(
            .session,
            sends: [
                "to each other site its name, the versions it speaks, the job's hash, its certificate and signing key, a nonce",
                "its approval: who signed it, when, and for what",
                "a salted hash of its rows, which says nothing about them, not even how many there are",
            ],
            learns: [
                "that the other \(rest) hold the same job, who approved it there, their network addresses and the times of their "
                    + "messages, then and later",
                "whether a site brings other rows than in an earlier attempt of this job",
            ])
    }

    private var counts: LeakageTable.Row {
        row(
            .counts,
            sends: ["its part of these sums under masks: random to whoever has not the masks of all others"],
            learns: [
                "over all sites: the number of rows, each column's mean and standard deviation and so the rows with each level, and "
                    + "the same of the label",
                "the same over the other \(rest) sites together, its own part taken off; refused where these have fewer than \(cell) rows "
                    + "with some level",
            ])
    }

    private var rounds: LeakageTable.Row {
        let cox =
            families.contains(.cox)
            ? ["cox: times, entries and strata go into each site's own sums; no time and no order of rows is opened"]
            : []
        return row(
            .rounds,
            sends: ["in each pass, at coefficients that all sites know, its part of the sums below, under fresh masks"],
            learns: [
                "in each pass, at most \(passes) in all: the score (\(coefficients) numbers), the log-likelihood and the information "
                    + "(\(coefficients) by \(coefficients) numbers), where theta is estimated also its score and information, each summed "
                    + "over all sites",
                "the same once more at the end, with Pearson's sum and sums of functions of the outcome alone that deviance and likelihood "
                    + "need; with an offset passes of the model with the constant alone, at most \(passes); robust errors: one sum of squares a "
                    + "coefficient. After a loss with `onLoss: continue` all of it again, over the sites that are left",
                "from these, its own part taken off, the same sums over the other sites"
                    + (coalition == "1"
                        ? "" : "; \(coalition) sites together: over the sites that are left, at least two")
                    + ". Of which site a part comes they do not learn",
            ] + cox)
    }

    private var end: LeakageTable.Row {
        row(
            .rowsEnd, sends: ["a digest of the result, which is the same everywhere"],
            learns: (analyses.contains(.model)
                ? [
                    prefixed("analysis: model")
                        + (isNoisyAlone
                            ? "all \(coefficients) coefficients with their standard errors, and what part of these the noise is"
                            : "all \(coefficients) coefficients with their standard errors and covariances, and what describes the fit: deviance, "
                                + "log-likelihood, events")
                        + (isGridAlone ? "; the cumulative baseline hazard on the grid" : "")
                ] : [])
                + (analyses.contains(.table)
                    ? [prefixed("analysis: table") + "the table; what is withheld in it, and why"] : [])
                + (analyses.contains(.survival)
                    ? [
                        prefixed("analysis: survival")
                            + "survival with standard errors and limits, medians\(hasGroup ? ", the log-rank test" : "")"
                    ] : []))
    }

    private var loss: [LeakageTable.Row] {
        let rule = job?.rows?.onLoss
        var learns = [
            "which site was lost, and when",
            "nothing of a round that was not opened: it is done again with fresh masks",
        ]
        if rule != .continue {
            learns.append(
                prefixed("onLoss: wait", rule)
                    + "the others keep what they have until the site returns, or end the job at "
                    + "the deadline; no sum without that site is opened")
        }
        if rule != .wait {
            learns.append(
                prefixed("onLoss: continue", rule)
                    + "a site that is lost after the first opened round has its sums disclosed: the difference of the sums with and "
                    + "without it is its own part, and nearly its own coefficients")
            learns.append(
                prefixed("onLoss: continue", rule)
                    + "no round with fewer than \(fewest) sites is opened; with fewer left the job ends")
        }
        return [
            row(
                .loss, sends: ["of a site that is lost in the middle of a round: its shares of that round's masks"],
                learns: learns)
        ]
    }

    private func prefixed(_ words: String, _ rule: RowTerms.LossRule?) -> String {
        rule == nil ? "with `\(words)`: " : ""
    }

    func prefixed(_ words: String) -> String { job == nil ? "with `\(words)`: " : "" }
}

extension LeakagePhase {
    /// In place of a name.
    static let eachSite = "each site"

    static let cells = LeakagePhase("cells", title: "Tables, curves and grids: votes on cells, then numbers")
    static let counts = LeakagePhase("counts", title: "Before the first pass, once")
    static let rounds = LeakagePhase("rounds", title: "In each pass")
    static let rowsEnd = LeakagePhase("rows-end", title: "At the end")
    static let loss = LeakagePhase("loss", title: "If a site is lost")

    /// Those of a job split by rows.
    public static let ofRows: [LeakagePhase] = [.session, .cells, .counts, .rounds, .rowsEnd, .loss]
}
