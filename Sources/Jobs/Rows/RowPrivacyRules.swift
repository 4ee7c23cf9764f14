import Records

/// What noise asks of a job beyond other jobs split by rows (`protocols/job.md` 7.1).
extension JobRules {
    mutating func privacy(_ privacy: PrivacyTerms, _ rows: RowTerms, _ party: Party) {
        if ![ModelFamily.linear, .logistic].contains(job.model.family) {
            note(
                "model.privacy", "belongs to 'family: linear' and 'family: logistic'", "drop it, or write one of these")
        }
        range(privacy.epsilon, JobBounds.epsilon, "model.privacy.epsilon")
        range(privacy.delta, JobBounds.delta, "model.privacy.delta")
        range(privacy.clip, JobBounds.clip, "model.privacy.clip")
        range(privacy.rounds, JobBounds.noisyRounds, "model.privacy.rounds")
        if privacy.bounds.map(\.column) != PrivacyTerms.columns(party, job.model) {
            note(
                "model.privacy.bounds",
                "are not those of the numeric features, in their order, and of a linear model's label",
                "write 'COLUMN: [low, high]' for each")
        }
        for bounds in privacy.bounds where !(bounds.low < bounds.high && (bounds.high - bounds.low).isFinite) {
            note("model.privacy.bounds.\(bounds.column.prefix(40))", "do not ascend", "write [low, high]")
        }
        for (word, _, _) in party.beside.all {
            note("columns.\(word)", "a model with noise takes none", "drop '\(word)'")
        }
        if rows.onLoss == .continue {
            note(
                "onLoss", "a model with noise waits for a site that is lost",
                "write 'onLoss: wait': a site that is left out has its own share of the noise alone")
        }
        if rows.covariance != .classical {
            note("model.covariance", "a model with noise has classical ones", "drop 'covariance'")
        }
        if !job.loosened.isEmpty { note("loosen", "a model with noise has no guard that may be loosened", "drop it") }
    }
}
