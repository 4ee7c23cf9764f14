import Records

// Levels of a column that a survival model compares.
extension Job {
    /// The feature that `model.groups` names, and whose it is; nil without one, or where it is no feature of one party alone.
    public var comparedGroups: (party: Party, feature: Feature)? {
        guard let name = model.groups else { return nil }
        let found = parties.flatMap { party in party.features.filter { $0.column == name }.map { (party, $0) } }
        return found.count == 1 ? found[0] : nil
    }

    /// What is wrong with the comparison of a proportional-hazards model.
    func groupProblems() -> [DocumentProblem] {
        var problems: [DocumentProblem] = []
        func note(_ path: String, _ message: String, _ hint: String? = nil) {
            problems.append(DocumentProblem(path: path, message: message, hint: hint))
        }
        let words = [Reveal.logrank, .kaplanMeier].filter(reveals)
        if words.contains(.kaplanMeier), model.times.isEmpty {
            note(
                "reveal", "'kaplan-meier' needs the times of the curves",
                "name them in model.times, or drop 'kaplan-meier'")
        }
        guard let name = model.groups else {
            for word in words {
                note(
                    "reveal", "'\(word.rawValue)' needs a column whose levels are compared",
                    "name a yes/no or categorical feature in model.groups, or drop '\(word.rawValue)'")
            }
            return problems
        }
        if words.isEmpty {
            note(
                "model.groups", "is for a test and curves that the job does not reveal",
                "add 'logrank' or 'kaplan-meier' to reveal, or drop 'groups'")
        }
        guard let (_, feature) = comparedGroups else {
            let all = parties.flatMap(\.features).filter { $0.levels != nil }.map(\.column)
            let count = parties.flatMap(\.features).count { $0.column == name }
            note(
                "model.groups",
                count == 0
                    ? "'\(name.prefix(40))' is no feature of the job"
                    : "'\(name.prefix(40))' is a feature of more than one party",
                count > 0
                    ? "a column whose levels are compared has a name of its own"
                    : nearest(to: name, among: all).map { "did you mean '\($0)'?" }
                        ?? "name a yes/no or categorical feature of \(kind == .several ? "any party" : "either party")"
            )
            return problems
        }
        guard let levels = feature.levels else {
            note(
                "model.groups", "'\(name)' is a numeric feature",
                "a column with levels is compared: yes/no or categorical")
            return problems
        }
        if hasCaseWeights {
            note("model.groups", "counts each row once, and rows have case weights", "drop 'groups', or 'weights'")
        }
        if levels.count > JobBounds.comparedLevels {
            note(
                "model.groups", "'\(name)' has \(levels.count) levels",
                "at most \(JobBounds.comparedLevels) are compared")
        }
        return problems
    }
}

extension OpenedBits {
    /// Of a log-rank test: all levels' rows but the last one's, observed and expected events, and covariances but those of the last level, in
    /// 18 bits more than rows have digits. Of a curve 20 bits a point (training.md 5.13).
    static func levels(_ job: Job, digits: Int) -> Int {
        guard let (party, feature) = job.comparedGroups, party.role == .passive, let count = feature.levels?.count
        else {
            return 0
        }
        let numbers = 3 * count - 1 + count * (count - 1) / 2
        return (job.reveals(.logrank) ? numbers * (digits + 18) : 0)
            + (job.reveals(.kaplanMeier) ? count * job.model.times.count * 20 : 0)
    }
}
