import Records

// What is there for proportional-hazards models alone.
extension JobRules {
    /// Times, entries and strata belong to a proportional-hazards model.
    mutating func survival(of party: Party, at path: String) {
        let isCox = job.model.family == .cox
        for (word, _, domain) in party.beside.all where domain.isOfSurvival && !isCox {
            note("\(path).\(word)", "belongs to 'family: cox'")
        }
        if isCox, party.beside.exposure != nil {
            note(
                "\(path).exposure", "a survival model takes none: its times are the exposure",
                "drop it, or give a logarithm as 'offset'")
        }
        if isCox, party.role == .active, party.beside.time == nil {
            note("\(path).time", "is missing", "name the column of the time until the event or the end of observation")
        }
    }

    /// What a proportional-hazards model needs of the job, and what it does not do.
    mutating func survival() {
        let model = job.model
        guard model.family == .cox else {
            if model.ties != nil { note("model.ties", "belongs to 'family: cox'") }
            if model.mostEvents != nil { note("model.mostEvents", "belongs to 'family: cox'") }
            if !model.times.isEmpty { note("model.times", "belongs to 'family: cox'") }
            if model.mostStrata != nil { note("model.mostStrata", "belongs to 'family: cox'") }
            if model.groups != nil { note("model.groups", "belongs to 'family: cox'") }
            for word in [Reveal.survival, .logrank, .kaplanMeier] where job.reveals(word) {
                note("reveal", "'\(word.rawValue)' belongs to 'family: cox'", "drop '\(word.rawValue)'")
            }
            return
        }
        curve()
        for problem in job.groupProblems() { problems.append(problem) }
        if model.ties == nil { note("model.ties", "is missing") }
        if job.crossValidation != 0 {
            note("crossValidation", "a survival model has none", "drop it, or use 'holdout: hash' with scores revealed")
        }
        if job.reveal.contains(.metrics) {
            note(
                "reveal", "'metrics' of a survival model are not opened",
                "reveal 'scores': concordance follows from them")
        }
        if job.holdout != .none, !job.reveal.contains(.scores) {
            note(
                "holdout", "is of no use to a survival model whose scores are not revealed",
                "add 'scores' to reveal, or drop 'holdout'")
        }
    }

    /// Times of the survival curve, and the word that opens it: both or none.
    private mutating func curve() {
        let times = job.model.times
        if times.count > JobBounds.times {
            note("model.times", "has \(times.count) entries", "at most \(JobBounds.times) times")
        }
        for (index, time) in times.enumerated() {
            let place = "model.times[\(index)]"
            if !time.isFinite || time <= 0 {
                note(place, "must be above 0")
            } else if index > 0, time <= times[index - 1] {
                note(place, "is not above the time before it", "write times in ascending order, each once")
            }
        }
        let hasStrata = job.parties.contains { $0.beside.strata != nil }
        let hasCurves = !times.isEmpty && hasStrata && job.reveals(.survival)
        if hasCurves, job.model.mostStrata == nil {
            note(
                "model.mostStrata", "is missing: each stratum has a curve of its own",
                "write how many strata there are at most, or drop 'strata', or 'times' and 'survival'")
        }
        if job.model.mostStrata != nil, !hasCurves {
            note(
                "model.mostStrata", "is for the survival curves of strata",
                "drop it, or name 'strata' and 'times', and reveal 'survival'")
        }
        if job.model.curvePoints > JobBounds.curvePoints {
            note(
                "model.times", "\(times.count) times in \(job.model.mostStrata ?? 1) strata are too many numbers",
                "at most \(JobBounds.curvePoints) in all")
        }
        if hasStrata, job.reveals(.kaplanMeier) {
            note(
                "reveal", "'kaplan-meier' curves are of all rows, without strata",
                "drop 'strata', or 'kaplan-meier'")
        }
        if times.isEmpty, job.reveals(.survival) {
            note(
                "reveal", "'survival' needs the times of the curve", "name them in model.times, or drop 'survival'")
        }
        if !times.isEmpty, !job.reveals(.survival), !job.reveals(.kaplanMeier) {
            note(
                "model.times", "is for the survival curve, which the job does not reveal",
                "add 'survival' to reveal, or drop 'times'")
        }
    }
}
