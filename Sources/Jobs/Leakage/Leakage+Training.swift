/// Training (`protocols/training.md`).
extension LeakageWords {
    func setup() -> [LeakageTable.Row] {
        let weight = "the mean weight of its own fit, rounded to a power of two"
        return [
            row(
                .setup, active,
                sends: [
                    "a Paillier key made for training, with proofs",
                    "that it has \(columns(activeCount)), intercept included",
                ]
                    + (family == .logistic ? [weight] : []),
                learns: ["that \(passive) has \(columns(passiveCount))"]),
            row(
                .setup, passive,
                sends: ["a Paillier key made for training, with proofs", "that it has \(columns(passiveCount))"],
                learns: ["that \(active) has \(columns(activeCount)), intercept included"]
                    + (family == .logistic ? ["\(active)'s mean weight to a factor of two"] : [])),
        ]
    }

    func pass() -> [LeakageTable.Row] {
        [
            row(
                .pass, active,
                sends: [
                    "for each row the encrypted Chebyshev coefficients of mu(a + .), and its share of the residual encrypted",
                    "\(passiveCount) masked sums that it decrypted for \(passive), dithered to the tolerance of the pass; to "
                        + "itself they are uniform",
                    "its own part of the optimiser's inner products, as 32-bit floats",
                ],
                learns: [
                    "R, the power of two (or 1.5 times one) above \(passive)'s largest predictor",
                    "its own block of the gradient: \(activeCount) numbers, dithered",
                    "\(passive)'s part of the inner products, and so the joint gradient norm",
                ]),
            row(
                .pass, passive,
                sends: [
                    "R, the power of two (or 1.5 times one) above its largest predictor",
                    "masked, rerandomised shares of the residuals, uniform to \(active), and its own shares encrypted",
                    "\(activeCount) masked sums that it decrypted for \(active), dithered to the tolerance of the pass",
                    "its own part of the optimiser's inner products, as 32-bit floats",
                ],
                learns: [
                    "its own block of the gradient: \(passiveCount) numbers, dithered. The first is its columns against the "
                        + "residual of \(active)'s own fit",
                    "\(active)'s part of the inner products, and so the joint gradient norm",
                ]),
        ]
    }

    func exchange() -> [LeakageTable.Row] {
        [
            row(
                .exchange, active,
                sends: [
                    "its columns, made orthogonal and turned by a random rotation, and the residual of its own fit, row by "
                        + "row, encrypted",
                    "the masked sums that it decrypted for \(passive), dithered",
                    "the residual variance",
                ],
                learns: [
                    "X_A^T X_B beta_B: \(activeCount) numbers, its own columns against \(passive)'s predictor",
                    "the length of beta_B, and how far \(passive)'s columns reduce the residual",
                ]
                    + only(
                        .standardErrors,
                        "what \(passive)'s columns add to its own covariance block: \(activeMatrix) numbers")),
            row(
                .exchange, passive,
                sends: [
                    "masked, rerandomised sums of its columns against \(active)'s encrypted rows",
                    "X_A^T X_B beta_B in the rotated form, the length of beta_B, r . beta_B",
                ] + only(.standardErrors, "what its columns add to \(active)'s covariance block"),
                learns: [
                    "the Schur complement of its columns: \(passiveMatrix) numbers, what \(active)'s columns explain of "
                        + "its own; single columns of \(active) stay hidden behind the rotation",
                    "its columns against the residual of \(active)'s own fit: \(passiveCount) numbers",
                    "the residual variance",
                ]),
        ]
    }
}
