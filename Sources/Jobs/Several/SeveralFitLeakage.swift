import Records

/// What each party of a fit of several parties sends and learns (`protocols/multiparty-training.md` 7), beside their alignment.
struct SeveralFitLeakage {
    private let words: LeakageWords
    private let active: String
    private let helper: String
    /// The passive parties besides the helper.
    private let further: String
    /// Whether there are several of these.
    private let hasMany: Bool

    /// nil for a job without a model.
    init?(_ job: Job) {
        guard job.kind == .several, let helper = job.helper else { return nil }
        active = job.active.name
        words = LeakageWords(job: job).ofSeveral(active: active)
        self.helper = helper
        let names = job.furtherParties.map(\.name)
        further = names.joined(separator: ", ")
        hasMany = names.count > 1
    }

    /// Of any such job of a family.
    init(family: ModelFamily) {
        words = LeakageWords(family: family, alignment: .paillierOPRF).ofSeveral(active: "A")
        (active, helper, further, hasMany) = ("A", "H", "B_1 .. B_K", true)
    }

    var rows: [LeakageTable.Row] { setup + training + end + early }

    func rows(in phase: LeakagePhase) -> [LeakageTable.Row] { rows.filter { $0.phase == phase } }

    /// For the general table.
    static let general = SeveralFitLeakage(family: .logistic)

    /// In place of a name: the two that share all numbers.
    static func each(of active: String, _ helper: String) -> String { "each of \(active) and \(helper)" }

    private func row(
        _ phase: LeakagePhase, _ party: String, sends: [String], learns: [String]
    ) -> LeakageTable.Row {
        LeakageTable.Row(phase: phase, party: party, sends: sends, learns: learns)
    }

    private var setup: [LeakageTable.Row] {
        [
            row(
                .setup, LeakageTable.both,
                sends: [
                    "to each other party \(LeakageWords.roots)",
                    "to \(active) and \(helper), and these two to all: how many rows it fits, how many are held out, how many columns it "
                        + "has; a Paillier key made for training and parameters for proofs, with proofs",
                ],
                learns: [
                    "which of each other party's columns are the same as in an earlier job over the same people and which have changed; "
                        + "not how, nor for whom",
                    "that the others have as many columns as the job says, and fit as many rows",
                ]),
            row(.setup, active, sends: words.bounds(of: "it", "its"), learns: []),
            row(
                .setup, LeakagePhase.eachPassive, sends: [],
                learns: words.bounds(of: active, "\(active)'s") + words.events),
        ]
    }

    private var training: [LeakageTable.Row] {
        [
            row(
                .training, LeakageTable.both, sends: [],
                learns: words.opened.map {
                    $0.replacing("columns of the two are collinear", with: "columns of several parties are collinear")
                }),
            row(
                .training, Self.each(of: active, helper),
                sends: [
                    "to the other: for each common row and for sums over them, what is encrypted or uniform to the other; 12 to 14 bits "
                        + "of its share of each number that all learn, and 2 more for each finer window",
                    "to \(hasMany ? "each of " : "")\(further): its shares, encrypted under its own key; and each number that all learn",
                ], learns: []),
            row(
                .training, LeakagePhase.eachFurther,
                sends: [
                    "of what its columns add to each predictor, gradient and to the information: one uniform part to \(active), the other "
                        + "to \(helper). Either alone says nothing; both together are its columns"
                ], learns: []),
        ]
    }

    private var end: [LeakageTable.Row] {
        let scored = words.only(
            .scores,
            "of its partial score of every fitted row one uniform part to \(active), the other to \(helper)")
        return [
            row(
                .end, LeakageTable.both,
                sends: [
                    "to each other party a commitment (salted hash) to its part of the model: it says nothing about it"
                ], learns: words.common),
            row(
                .end, active, sends: results,
                learns: own + words.interceptOfSeveral + words.thetaErrorLearnt + words.only(.survival, words.curve)
                    + words.levelsLearnt
                    + words.only(
                        .scores,
                        "the sum of all passive parties' partial scores of every fitted row, and so the joint score"
                    )
                    + words.when(
                        .heldOutRows, .revealed(.scores),
                        say: ["the sum of all passive parties' partial scores of every row held out"])),
            row(
                .end, helper,
                sends: results + words.thetaErrorSent + hazards + words.levelsSent
                    + words.only(
                        .scores,
                        "to \(active) the sum of its own partial score of every row and of the parts that \(further) gave it"
                    ),
                learns: [
                    "its own coefficients: so many equations about the other parties' rows and \(active)'s labels, as in any joint fit"
                ] + errors + range),
            row(
                .end, LeakagePhase.eachFurther, sends: scored + bit + words.levelsSplit(active, helper),
                learns: [
                    "its own coefficients: so many equations about the other parties' rows and \(active)'s labels, as in any joint fit"
                ] + errors),
        ]
    }

    /// The active party's. A proportional-hazards model may have none at it.
    private var own: [String] {
        guard words.activeCoefficients != "0" else { return [] }
        return [
            "its \(words.coefficients(words.activeCoefficients)): so many equations about the other parties' rows, as in any joint fit"
        ] + errors
    }

    private var results: [String] {
        [
            "to each party the high bits of its shares of that party's results: to 2^-12 of a standard error, no finer"
        ]
    }

    private var errors: [String] { words.only(.standardErrors, "the standard errors of its own coefficients") }

    private var hazards: [String] {
        words.only(
            .survival, "to \(active) 36 bits of its share of each cumulative hazard, of which it learns nothing itself")
    }

    private var bit: [String] {
        limited("to \(helper) a bit for each of some limits: whether its own part of some row's predictor passes it")
    }

    private var range: [String] {
        limited(
            "of \(further) \(hasMany ? "each one's" : "the") bit whether its own part of some row's predictor passes a limit"
        )
    }

    /// A linear fit has limits of rows held out only.
    private func limited(_ words: String) -> [String] {
        self.words.family == .linear ? self.words.when(.heldOutSums, say: [words]) : [words]
    }

    private var early: [LeakageTable.Row] {
        [
            row(
                .early, LeakageTable.both, sends: ["the name of its reason, no figure"],
                learns: [
                    "that some other party ends, and its reason's name: what a guard or limit of the aligned rows refuses ends after the "
                        + "alignment, and the common rows are known by then. If it is unfitDesign: that some column or row of that party is "
                        + "not fit (constant, aliased, a small cell, leverage\(words.unfitEvents)), not which. What a ledger or its budget of bits refuses, "
                        + "all know by one name",
                    "collinear columns: that columns of several parties are linearly dependent, and how far each of its own takes part "
                        + "(10 bits a column); of the others', not which. Where a passive party leaves one out and the fit goes on, each "
                        + "passive party learns that of its own, and all learn whose column it is, not which",
                ] + words.failures)
        ]
    }

    /// Who puts together what.
    var coalitions: [String] {
        gainingCoalitions + [
            "\(active) with any others, without \(helper), learns nothing beside what each of them learns.",
            "\(helper) with any others, without \(active), learns nothing beside what each of them learns.",
            "A coalition has the results of all its parties together, as one party with all their columns would.",
        ]
    }

    /// Those that learn more together than each alone.
    var gainingCoalitions: [String] {
        [
            "\(active) together with \(helper) sees everything of \(further): what its columns add to each row's predictor, its columns up "
                + "to their means and scales, its results\(levels). Whoever runs both, or administers both, must not be one."
        ]
            + words.only(.scores, "\(active) with some passive parties learns the sum of the others' partial scores.")
            + (words.family == .cox
                ? [
                    "Which sums over rows \(active) asks for, and that a curve's times are apart, only \(active)'s own program sees to: nobody "
                        + "can audit it. The bits that are debited are the bound."
                ] : [])
    }

    /// What the two see besides.
    private var levels: String {
        words.levelsSplit(active, helper).isEmpty
            ? "" : ", of a column whose levels are compared the level of each row"
    }

    /// What people are asked to vouch for.
    var assumption: String {
        "\(active) and \(helper) do not put together what they have: neither their data, nor their transcripts, nor what they open of them."
    }
}

extension LeakageWords {
    fileprivate var interceptOfSeveral: [String] {
        family.hasIntercept
            ? ["the intercept on the raw scale, and so one linear function of the other parties' coefficients"] : []
    }

    /// What all of several parties learn of own parts.
    fileprivate func ofSeveral(active: String) -> LeakageWords {
        var words = self
        words.bits = (
            "\(active)'s bits and, of the passive parties together, whether any of theirs is set, each",
            "\(active)'s bit, and whether any passive party's is set: whether an own part"
        )
        return words
    }
}
