import Records

/// Training (`protocols/training.md`, sections 1 to 5 and 8).
extension LeakageWords {
    func setup() -> [LeakageTable.Row] {
        let keys = "a Paillier key made for training and parameters for proofs, with proofs"
        let rows = "how many rows it fits and how many are held out"
        return [
            row(
                .setup, active,
                sends: [
                    Self.roots, "\(rows); that it has \(columns(activeCount)), intercept included", keys,
                    family == .linear
                        ? "its label's standard deviation, rounded up to a power of two"
                        : "the mean weight of its own fit, rounded to a power of two",
                ],
                learns: [
                    sameInputs(of: passive), "that \(passive) \(Self.agrees), and has \(columns(passiveCount))",
                ]),
            row(
                .setup, passive,
                sends: [Self.roots, "\(rows); that it has \(columns(passiveCount))", keys],
                learns: [
                    sameInputs(of: active),
                    "that \(active) \(Self.agrees), and has \(columns(activeCount)), intercept included",
                    family == .linear
                        ? "the label's standard deviation to a factor of two"
                        : "the mean weight of \(active)'s own fit to a factor of two",
                ]),
        ]
    }

    static let roots =
        "for each of its columns a commitment (salted hash) to its values over the common rows, the same in every job over the "
        + "same people while the values are the same"

    func sameInputs(of party: String) -> String {
        "which of \(party)'s columns are the same as in an earlier job over the same people and which have changed; not how, nor for "
            + "whom"
    }

    func pass() -> [LeakageTable.Row] {
        [
            row(
                .pass, active,
                sends: [
                    "for each row the encrypted Chebyshev coefficients of the mean as a function of the peer's predictor, and its share of the residual encrypted",
                    "\(passiveCount) masked sums that it decrypted for \(passive), dithered to the tolerance of the pass; to "
                        + "itself they are uniform",
                    Self.innerProducts,
                ],
                learns: [
                    "R, the power of two (or 1.5 times one) above \(passive)'s largest predictor, and the number of terms r "
                        + "that follows from it",
                    "its own block of the gradient: \(numbers(activeCount)), dithered, also at a trial point that is then rejected",
                    "\(passive)'s part of the inner products, and so the joint gradient norm",
                ]
                    + when(
                        .onePassiveColumn,
                        "by those inner products the coefficient and the gradient of \(passive)'s single column, up to one sign"
                    )
                    + ["at a trial point out of range: only that \(passive)'s predictor passes 64 there"]),
            row(
                .pass, passive,
                sends: [
                    "R and r; two zeros at a trial point where its predictor passes 64",
                    "masked, rerandomised shares of the residuals, uniform to \(active), and its own shares encrypted",
                    "\(activeCount) masked sums that it decrypted for \(active), dithered to the tolerance of the pass; to "
                        + "itself they are uniform",
                    Self.innerProducts,
                ],
                learns: [
                    "its own block of the gradient: \(numbers(passiveCount)), dithered, also at a trial point that is then "
                        + "rejected. The first is its columns against the residual of \(active)'s own fit",
                    "\(active)'s part of the inner products, and so the joint gradient norm",
                ]
                    + when(
                        .activeConstantAlone,
                        "by those inner products the coefficient and the gradient of \(active)'s constant, up to one sign"
                    )),
        ]
    }

    func exchange() -> [LeakageTable.Row] {
        [
            row(
                .exchange, active,
                sends: [
                    "its columns, made orthogonal and turned by a random rotation, and the residual of its own fit, row by "
                        + "row, encrypted",
                    "the masked sums that it decrypted for \(passive), dithered; to itself they are uniform",
                ] + only(.standardErrors, "the residual variance"),
                learns: [
                    "C beta_B, and so X_A^T X_B beta_B, its own columns against \(passive)'s predictor: \(numbers(activeCount))",
                    "r . beta_B, how far \(passive)'s columns reduce the residual, and so the residual sum of squares",
                ]
                    + when(.penalised, "|beta_B|^2, the squared length of \(passive)'s coefficients")
                    + when(
                        .penalised, .onePassiveColumn,
                        say: ["by that \(passive)'s single coefficient, up to its sign"])),
            row(
                .exchange, passive,
                sends: [
                    "masked, rerandomised sums of its columns against \(active)'s encrypted rows, uniform to \(active)",
                    "C beta_B and r . beta_B",
                ] + when(.penalised, "|beta_B|^2"),
                learns: [
                    "C^T C, what \(active)'s columns explain of its own, and so the Schur complement S of its columns: "
                        + "\(numbers(passiveMatrix)); single columns of \(active) stay hidden behind the rotation",
                    "r, its columns against the residual of \(active)'s own fit: \(numbers(passiveCount))",
                ] + only(.standardErrors, "the residual variance")),
        ]
    }

    private static let agrees = "fits as many rows and holds as many out"
    private static let innerProducts =
        "its own part of the optimiser's inner products, to 24 significant bits: 2 after a trial, 5 k - 1 more after an accepted "
        + "one, k being the steps kept so far"
}
