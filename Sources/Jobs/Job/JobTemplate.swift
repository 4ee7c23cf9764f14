public import Records

/// The text that `moiety job new` writes: a complete job to edit, with every field that has a default in a comment.
public enum JobTemplate {
    /// - Parameters:
    ///   - active, passive: names of the two parties.
    ///   - family: which model.
    public static func text(
        active: String = "hospital", passive: String = "lab", family: ModelFamily = .logistic
    ) -> String {
        """
        # A job: what two parties agree on. Shared with the peer; it holds no paths and no secrets.
        # Read `moiety job explain` before you approve it. Fields behind a # have the value shown by default.
        moiety: 1

        title: Outcome explained by both parties' columns
        purpose: >-
          Say here why this is done and under which agreement.

        parties:
          - name: \(active)
            role: active                  # has the label
            table: visits                 # logical name; each site's settings say which file it is
            identifier:
              columns: [patient_id]
              normaliser: raw             # raw, trim, upper, digits, nhs: the same at both parties
              # duplicates: error         # error, drop, first
            label: outcome
            features:
              - age                       # a name alone is a numeric column
              - {column: smoker, type: binary}
              - {column: arm, type: categorical, levels: [placebo, low, high], reference: placebo}
          - name: \(passive)
            role: passive
            table: results
            identifier:
              columns: [patient_id]
              normaliser: raw
            features: [marker_a, marker_b]

        # alignment:
        #   protocol: paillier-oprf
        #   sender: auto                  # the party with more identifiers, or a party's name

        model:
          family: \(family.rawValue)\(String(repeating: " ", count: 23 - family.rawValue.count))# linear, logistic
          # l2: 0                         # lambda of (1/n) sum loss + (lambda/2) |w|^2, standardised features
          # tolerance: 0.0001             # in standard errors
          # maxPasses: 60

        # keys:
        #   bits: 3072                    # 2048, 3072
        #   kind: standard                # subgroup: faster, one more assumption, trusts the peer's key

        # Each party always gets its own coefficients. More: standard-errors, scores, metrics.
        reveal: [coefficients, standard-errors]

        # holdout: none                   # hash: a fifth of the rows, chosen by the identifier's hash
        # limits:
        #   minimumCohort: 50
        #   minimumCell: 11
        #   parametersPerRow: 0.33
        #   maximumSetSize: 1000000
        #   minimumPassiveColumns: 3      # for scores
        # loosen: []                      # guard-1, guard-4: by a factor of two, if every site's policy allows it
        # transcript:
        #   payloads: full                # hashes: keep only their hashes
        # network:
        #   listener: \(active)\(String(repeating: " ", count: max(1, 20 - active.count)))# the other party dials
        #   connectTimeout: 300           # seconds
        #   messageTimeout: 300

        """
    }
}
