extension Policy {
    /// The text that `moiety init` writes: the standard policy with its reasons.
    public static var template: String {
        """
        # This site's own policy. Local and never shared; a job that breaks it is refused, whoever asks.
        policy: 1

        minimumCohort: 50           # fewest aligned people
        minimumCell: 11             # fewest people in any level of a yes/no or categorical column, or label
        roundCountsTo: 5            # counts in reports
        parametersPerRow: 0.33      # most coefficients a person
        minimumKeyBits: 2048        # 3072 for data that must stay secret beyond 2030
        minimumNonces: short        # half: no job may encrypt with short nonces, which rest on one more assumption
        maximumSetSize: 1000000     # most identifiers that anyone may bring
        minimumPassiveColumns: 3    # fewest passive columns with which row-wise scores may be opened

        peers: any                  # or a list of names: who may ask
        identifiers: any            # any one column; a list: columns that may identify people, alone or together
        features: any               # or a list of columns
        labels: any                 # or a list of columns
        reveal: any                 # or a list: standard-errors, scores, metrics, correlations, description, weighted-description, survival, logrank, kaplan-meier
        loosen: []                  # budget, leverage: guards that a job may loosen

        # What this site discloses in all, counted by its ledger: `moiety policy check` shows what is left.
        \(Budgets.template)

        """
    }
}
