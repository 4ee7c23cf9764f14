import Records

/// Training (`protocols/training.md`).
extension LeakageWords {
    private var both: String { LeakageTable.both }

    func setup() -> [LeakageTable.Row] {
        return [
            row(
                .setup, both,
                sends: [
                    Self.roots, "how many rows it fits, how many are held out, how many columns it has",
                    "a Paillier key made for training and parameters for proofs, with proofs",
                ],
                learns: [
                    "which of the other's columns are the same as in an earlier job over the same people and which have changed; not "
                        + "how, nor for whom",
                    "that the other has \(columns(activeCount)) (\(active), \(constant) included) or \(columns(passiveCount)) "
                        + "(\(passive)), and fits as many rows",
                ]),
            row(.setup, active, sends: bounds(of: "it", "its"), learns: []),
            row(.setup, passive, sends: [], learns: bounds(of: active, "\(active)'s") + events),
        ]
    }

    private var constant: String { family.hasIntercept ? "intercept" : "a constant that gets no coefficient" }

    /// Of a proportional-hazards model: what else the passive party could ask for.
    var events: [String] {
        guard family == .cox else { return [] }
        let most =
            job.map { $0.model.mostEvents.map { "\($0), as the job says" } ?? "rows of the fit" }
            ?? "`model.mostEvents`"
        return [
            "of events no order and no row; that there are no more of them than \(most), and from its own standard errors nearly how many"
        ]
    }

    /// What the active party announces, so that widths can be chosen.
    func bounds(of party: String, _ whose: String) -> [String] {
        if family == .logistic {
            return [
                "powers of two above what \(party) multiplies a row with, its own fit's weights and its numbers of a row; one bit: "
                    + "whether that fit predicts a row beyond 6 (log odds)"
            ]
        }
        let bounds =
            "three powers of two: above what \(party) multiplies a row with, above the largest weight of \(whose) own fit, and above "
            + "every number that \(party) knows of a row, labels among them"
        return [bounds]
            + (family == .linear ? ["\(whose) label's standard deviation, rounded up to a power of two"] : [])
    }

    static let roots =
        "for each of its columns a commitment (salted hash) to its values over the common rows, the same in every job over the "
        + "same people while the values are the same"

    func sameInputs(of party: String) -> String {
        "which of \(party)'s columns are the same as in an earlier job over the same people and which have changed; not how, nor for "
            + "whom"
    }

    func training() -> [LeakageTable.Row] {
        [
            row(
                .training, both,
                sends: [
                    "for each common row and for sums over them, what is encrypted or uniform to the other",
                    "12 to 14 bits of its share of each number that both learn, and 2 more for each finer window",
                ],
                learns: opened)
        ]
    }

    /// What all parties learn while a model is fitted.
    var opened: [String] { family == .linear ? [trace, residualSum] : passes }

    private var trace: String {
        "after each inversion of the information, to a quarter: how far it is from exact. Nearly always zero; else in how many "
            + "directions columns of the two are collinear"
    }

    private var reciprocals: String {
        "two or three numbers of 12 bits at the end, and more if need be: how far reciprocals of the risk sets' sums are from exact; near zero"
    }

    private var residualSum: String { "the residual sum of squares, to 18 bits beyond its leading digit" }

    /// Where labels of two kinds may be separated, the likelihood tells.
    private var likelihood: String {
        family == .logistic || family == .probit ? ", and the log-likelihood then" : ""
    }

    private var passes: [String] {
        [
            "in each pass one number, at most \(mostPasses) in all: the squared length of the joint gradient in standard errors, "
                + "its leading digit. All decisions follow from it",
            trace,
        ]
            + (family == .cox ? [reciprocals] : [])
            + when(
                .unpenalised,
                "if predictors outgrow the period of the series: that they do\(likelihood)")
            + when(.penalised, "if predictors outgrow the period of the series: that they do")
    }
}
