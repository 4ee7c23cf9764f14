import Records

/// What no table shows: said in every explanation and in `protocols/leakage.md`.
enum Remainder {
    static let never = [
        "An identifier, a row number, a row, a label, a residual or a predictor in clear leaves no party, but for scores "
            + "where the job reveals them.",
        "Gradients, covariances, weights and inner products are kept in additive shares and opened to nobody. What a party decrypts is "
            + "uniform to it.",
        "Of a proportional-hazards model no time, no order of the rows, no stratum and no number of events leaves the active party in "
            + "clear: what depends on the number of events is padded to `model.mostEvents`, or to the number of rows.",
    ]

    static let notPrevented = [
        "A party that guesses identifiers can put its guesses into its own table and learns which of them match: bounded "
            + "by the set size, to one set under an approval, and over all sessions by each site's budgets (disclosure.md 2).",
        "A peer that changes its program learns from a count which of its identifiers match, as from an alignment (alignment-count.md 5), "
            + "and can ask about others in each retry that a site allows (disclosure.md 10).",
        "A party may bring invented data. It commits to what it brings, so that this can be shown later, not prevented.",
        "Two jobs whose cohorts differ by a few people differ by those people. Each site compares a cohort with all earlier ones "
            + "of that peer, with unions, intersections and differences of two of the 64 latest, with the union of those that lie "
            + "within it and the intersection of those that contain it; other combinations are not searched (disclosure.md 4).",
        "Two jobs over the same people that differ in a few cells show these cells. Each site compares its inputs with those of earlier "
            + "jobs with that peer, person by person, and refuses a difference for fewer people than the minimum cell; a column that "
            + "is written in other units or codes, and jobs with other peers, are not compared (disclosure.md 4.1).",
        "At the optimum each column is orthogonal to the residuals, so a party's own coefficients are as many equations about the other "
            + "side's rows. The budget bounds what they tell about everybody, not what they tell about one person.",
        "A party that deviates can shift what is opened by a function of its choice; it learns no more bits than the windows have, and "
            + "a replay or an audit names it.",
        "Sizes of messages follow from the numbers of rows and columns and are seen on the network. So are times; the time that a party "
            + "takes for sums over a column of its own tells nearly how many of its cells are not zero.",
    ]

    /// Of every job; what its nonces assume comes to that.
    private static let common = [
        "Both parties follow the protocol. The transcript shows who deviated, where it shows a deviation at all.",
        "Decisional composite residuosity for Paillier.",
        "Decisional Diffie-Hellman on the curve P-256 for the count, with random-oracle hashes.",
    ]

    /// Of the alignment.
    private static func alignment(_ method: AlignmentTerms.Method) -> String {
        switch method {
        case .paillierOPRF:
            "Alignment by `paillier-oprf`: k-CAA in its group with random-oracle hashes; the receiver's other identifiers are "
                + "hidden from the sender by statistics."
        case .ecdhP256:
            "Alignment by `ecdh-p256`: the decisional and the one-more gap Diffie-Hellman problem on the curve P-256, with "
                + "random-oracle hashes."
        }
    }

    private static let shortNonces =
        "encryption under one's own training key is about four times cheaper, under one more assumption: a nonce with a "
        + "short secret exponent cannot be told from one whose exponent has half of the key's length; decryption, and the "
        + "privacy of what a party computes under the other's key, do not rest on it."

    static func assumptions(_ job: Job) -> [String] {
        common + [alignment(job.alignment.method)] + (job.keys.nonces == .short ? ["Short nonces: \(shortNonces)"] : [])
    }

    /// Of any job.
    static let assumptions =
        common + AlignmentTerms.Method.allCases.map(alignment) + [
            "Short nonces (`keys.nonces`, the default): \(shortNonces)"
        ]

    /// What deserves a second look before a person signs.
    static func warnings(_ job: Job) -> [String] {
        job.loosened.map { "\($0.name) is loosened: \($0.danger)." } + choices(job)
    }

    /// Of what the job chose beside its guards.
    private static func choices(_ job: Job) -> [String] {
        var found: [String] = []
        if job.keys.bits < 3072 {
            found.append(
                "Keys of \(job.keys.bits) bits (112-bit security) are not advised for data that must stay secret beyond 2030."
            )
        }
        if job.alignment.method == .ecdhP256 {
            found.append(
                "The alignment rests on P-256 alone: whoever solves discrete logarithms there, also later from a kept "
                    + "transcript, can test guesses of both sides' identifiers.")
        }
        for party in job.parties where party.identifier.columns.count > 1 {
            found.append(
                "\(party.name) finds people by \(party.identifier.columns.joined(separator: ", ")) together: whoever guesses these of a person "
                    + "learns by a match that the guess is right.")
        }
        let (active, passive) = (job.active.name, job.passives)
        if job.reveals(.scores) {
            found.append(
                passive.count == 1
                    ? "Scores show \(active) the other side's predictor row by row, for every person."
                    : "Scores show \(active) the sum of the others' predictors row by row, for every person.")
        }
        // What the other parties' columns hide is left of the sum of several.
        if passive.count == 1, let only = passive.first, job.parameterCount(of: only) == 1 {
            found.append("\(only.name) has one column: what \(active) learns at the end is about that column alone.")
        }
        let single = passive.filter { job.parameterCount(of: $0) == 1 }.map(\.name)
        if passive.count > 1, !single.isEmpty {
            found.append(
                "\(single.joined(separator: ", ")) \(single.count == 1 ? "has" : "have") one column: \(active) with all other "
                    + "parties would learn at the end what is about that column alone.")
        }
        if job.payloads == .full {
            found.append("Transcripts keep every ciphertext: guard them as long as the data must stay secret.")
        } else {
            found.append("Transcripts keep ciphertexts by hash: no replay, no audit (`payloads: full` keeps them).")
        }
        return found
    }
}
