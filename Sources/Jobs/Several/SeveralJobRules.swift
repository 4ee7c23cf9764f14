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
}
