import Wire

/// What a job must obey that says something of lost parties (`protocols/job.md` 8.4).
extension JobRules {
    mutating func refit() {
        if job.withoutLost == .refit, job.kind != .several || job.helper == nil {
            note(
                "withoutLost", "belongs to a fit of \(Job.several.lowerBound) to \(Job.several.upperBound) parties",
                "drop it: nobody could fit without one of these")
        }
        // Counts are exact: two tables would show that of the people whom the lost party does not have, however few of a level.
        for word in [Reveal.description, .logrank, .kaplanMeier]
        where job.reveals(word) && (job.withoutLost == .refit || job.derivedFrom != nil) {
            note(
                "reveal", "'\(word.rawValue)' is not there in a job that may be fitted again without a lost party",
                "describe the rows, or compare levels, by a job of its own")
        }
        guard let derivedFrom = job.derivedFrom else { return }
        if Bytes32(hex: derivedFrom.job) == nil {
            note("derivedFrom.job", "must be 64 lower-case hexadecimal digits", "the hash of the job that was approved")
        }
        let without = derivedFrom.without
        if without.isEmpty { note("derivedFrom.without", "is empty", "name the party that was lost") }
        for (index, name) in without.enumerated() {
            let place = "derivedFrom.without[\(index)]"
            if !Names.isPartyName(name) { note(place, "is no party's name") }
            if job.party(named: name) != nil { note(place, "'\(name.prefix(40))' is a party of this job") }
            if index > 0, without[index - 1] == name { note(place, "'\(name.prefix(40))' is listed twice") }
        }
        if !Job.several.contains(job.parties.count + without.count) {
            note(
                "derivedFrom.without", "with the parties that are left there were \(job.parties.count + without.count)")
        }
        if job.isSplitByRows || !job.hasModel {
            note("derivedFrom", "belongs to a fit of parties with different columns")
        }
        if job.kind == .pair { pairThatIsLeft() }
        if job.kind == .several, job.withoutLost != .refit {
            note("withoutLost", "is refit in what is left of a job that allows it", "write it")
        }
    }

    /// Of a job whose parties may stand in any order.
    var activeName: String { job.parties.first { $0.role == .active }?.name ?? "" }

    /// Two parties of a job of more have what that job had: no helper, and no choice of alignment or listener.
    private mutating func pairThatIsLeft() {
        if job.helper != nil { note("helper", "belongs to three and more parties", "drop it") }
        if job.alignment != AlignmentTerms(method: .paillierOPRF, sender: nil) {
            note("alignment", "is not chosen by a job that was derived", "drop it")
        }
        if job.network.listener != activeName {
            note("network.listener", "is not chosen by a job that was derived", "drop it")
        }
    }
}
