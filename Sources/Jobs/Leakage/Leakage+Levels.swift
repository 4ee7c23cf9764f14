// Levels that a survival model compares (`protocols/training.md` 5.13).
extension LeakageWords {
    private var cell: String { job.map { "\($0.limits.minimumCell)" } ?? "`limits.minimumCell`" }

    /// By the active party.
    var levelsLearnt: [String] {
        when(
            .revealed(.logrank), .passiveGroups,
            say: [
                "of each level of `model.groups` how many rows it has, how many of them had an event and how many were expected to "
                    + "(sums over rows of what \(active) knows), and the covariances of these: 16 fraction bits each; if some level has "
                    + "fewer than \(cell) rows with an event, or without one, that this is so and nothing else"
            ])
            + when(
                .revealed(.kaplanMeier), .passiveGroups,
                say: [
                    "the survival of each level of `model.groups` at each declared time, to 17 fraction bits, where every level has at "
                        + "least \(cell) events since the time before and as many rows under observation after it (with the log-rank test also as "
                        + "many events after it, unless nobody has one), and else that some level has fewer of one of these"
                ])
    }

    /// By a further party, whose column it is. The general table is of a model without levels.
    func levelsSplit(_ active: String, _ helper: String) -> [String] {
        guard let owner = job?.comparedGroups?.party.name else { return [] }
        let sent = [
            "\(owner): of each row's level of `model.groups` one uniform part to \(active), the other to \(helper); "
                + "likewise of the sums of what \(active) knows of the rows of each level"
        ]
        return when(.furtherGroups, say: sent)
    }

    /// By the passive party, of several ones the helper.
    var levelsSent: [String] {
        when(
            .revealed(.logrank), .passiveGroups,
            say: ["so many bits of its share of each number of the log-rank test, of which it learns nothing itself"])
            + when(
                .revealed(.kaplanMeier), .passiveGroups,
                say: ["20 bits of its share of each point of a level's curve, of which it learns nothing itself"])
    }
}
