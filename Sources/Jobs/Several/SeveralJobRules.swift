import Records

/// What a job of several parties must obey beyond the types of its fields (`protocols/job.md` 8).
extension JobRules {
    mutating func runSeveral() {
        text(job.title, at: "title", limit: JobBounds.titleBytes, lines: false)
        if job.title.isEmpty { note("title", "is empty") }
        text(job.purpose, at: "purpose", limit: JobBounds.purposeBytes, lines: true)
        if !Job.several.contains(job.parties.count) {
            note(
                "parties", "has \(job.parties.count) entries",
                "between \(Job.several.lowerBound) and \(Job.several.upperBound) parties")
        }
        if job.helper != nil { return runSeveralFit() }
        cast()
        for (index, party) in job.parties.enumerated() {
            let path = "parties[\(index)]"
            names(of: party, at: path)
            identifier(of: party, at: path)
            if party.role == .site { note("\(path).role", "is not known", "one of: active, passive") }
        }
        identifiersAgree()
        keys()
        range(job.limits.minimumCohort, JobBounds.cohort, "limits.minimumCohort")
        range(job.limits.maximumSetSize, JobBounds.setSize, "limits.maximumSetSize")
        range(job.network.connectTimeout, JobBounds.connectTimeout, "network.connectTimeout")
        range(job.network.messageTimeout, JobBounds.messageTimeout, "network.messageTimeout")
        if job.limits.maximumSetSize < job.limits.minimumCohort {
            note("limits.maximumSetSize", "is below limits.minimumCohort")
        }
    }

    /// With a model: as with two parties, but for what is there with two only (`protocols/multiparty-training.md` 1).
    private mutating func runSeveralFit() {
        runFit()
        // Parties are sorted once the rules hold: the active one may stand anywhere.
        let passives = job.parties.filter { $0.role != .active }
        if let helper = job.helper, !passives.contains(where: { $0.name == helper }) {
            note(
                "helper", "'\(helper.prefix(40))' is no passive party of this job",
                "one of: \(passives.map(\.name).joined(separator: ", "))")
        }
        if job.alignment != AlignmentTerms(method: .paillierOPRF, sender: nil) {
            note("alignment", "is not chosen by a job of several parties", "drop it")
        }
        if job.network.listener != activeName {
            note("network.listener", "is not chosen by a job of several parties", "drop it")
        }
    }
}
