public import Records

/// The text that `moiety job new` writes for three and more parties with different columns.
extension JobTemplate {
    /// - Parameters:
    ///   - parties: their names, the active one first.
    ///   - family: of the model that they fit; nil where they align only.
    public static func severalText(parties: [String], family: ModelFamily? = nil) -> String {
        guard let family else { return alignmentText(parties) }
        let entries = parties.enumerated().map { index, name in
            index == 0
                ? """

                  - name: \(name)
                    role: active                  # has the label
                    identifier: patient_id
                    label: outcome\(family == .cox ? survivalColumns : "")
                    features:
                      - age                       # a name alone is a numeric column
                      - {column: smoker, type: binary}
                """
                : "\n  - {name: \(name), identifier: patient_id, features: [marker_\(index)]}"
        }
        return """
            # A job of \(parties.count) parties that hold different columns about the same people, and fit one model over all of them.
            # Shared by all; it holds no paths and no secrets. Read `moiety job explain` before you approve it. Fields behind a #
            # have the value shown by default.
            moiety: \(Job.severalFormatVersion)

            title: Outcome explained by the columns of all parties
            purpose: >-
              Why the parties do this, for those who approve it.

            # One is active: it has the label, and learns how many identifiers each other one has. Who stands later dials who
            # stands before. Columns are named as in a job of two parties (protocols/job.md 2).
            parties:\(entries.joined())

            # The passive party that computes with the active one, each with one of two parts of everything. The two see all columns
            # of the others if they put their parts together: name one that shares no administrator with the active party.
            helper: \(parties.count > 1 ? parties[1] : "")

            model:
              family: \(family.rawValue)\(String(repeating: " ", count: 23 - family.rawValue.count))# linear, logistic, probit, poisson, negative-binomial, gamma, cox
              # theta: estimate               # negative-binomial only: a number, or estimate
              # l2: 0                         # lambda of (1/n) sum loss + (lambda/2) |w|^2, standardised features
              # tolerance: 0.0001             # in standard errors
              # maxPasses: 30                 # each opens a number: a small job needs few
              # covariance: classical         # standard errors: classical, or robust ones: HC0, HC1\(survival(family))

            # Each party always gets its own coefficients. More: standard-errors (not with l2), metrics, scores, description (Table 1,
            # for all parties; by a 'group' of the active one).
            reveal: [coefficients, standard-errors]

            # holdout: none                   # hash: a fifth of the rows, chosen by the identifier's hash
            # crossValidation: none           # 2 to 20 parts of the rows, each predicted without itself; needs metrics revealed
            # keys: {bits: \(Keys.standard.bits), nonces: short}
            # limits: {minimumCohort: 50, minimumCell: 11, parametersPerRow: 0.33, maximumSetSize: 1000000, minimumPassiveColumns: 3}
            # loosen: []                      # budget, leverage: if every site's policy allows it
            # withoutLost: stop               # refit, with 'moiety: \(Job.refitFormatVersion)' above: if a party is lost, those who are left may
            #                                 # fit again without its columns, as a job of its own that each of them approves
            # transcript: {payloads: hashes}  # full: keep every ciphertext
            # network: {connectTimeout: 300, messageTimeout: 300}

            """
    }

    private static let survivalColumns = """

            time: time                    # until the event or the end of observation; the label says which
            # entry: entered              # under observation from then on
            # strata: centre              # rows of each code have a baseline hazard of their own
        """

    private static func alignmentText(_ parties: [String]) -> String {
        let entries = parties.enumerated().map { index, name in
            "\n  - {name: \(name), role: \(index == 0 ? "active" : "passive"), identifier: patient_id}"
        }
        return """
            # A job of \(parties.count) parties that hold different columns about the same people: they find the rows that all of them
            # have, and no party alone learns whom only some have. Shared by all; it holds no paths and no secrets. Read `moiety job explain`
            # before you approve it. Fields behind a # have the value shown by default. With --family they also fit a model.
            moiety: \(Job.severalFormatVersion)

            title: People that all parties know
            purpose: >-
              Why the parties do this, for those who approve it.

            # One is active: it learns how many identifiers each other one has. Who stands later dials who stands before.
            # Identifiers may be made of several columns, and brought into one form (protocols/identifiers.md).
            parties:\(entries.joined())

            # keys: {bits: \(Keys.standard.bits)}
            # limits: {minimumCohort: \(Limits.standard.minimumCohort), maximumSetSize: \(Limits.standard.maximumSetSize)}
            # network: {connectTimeout: 300, messageTimeout: 300}

            """
    }
}
