import Jobs
import Records
import Site
import SplitRegression

extension LevelPlan {
    /// nil where the job compares no levels.
    init?(_ job: Job) {
        guard let (party, feature) = job.comparedGroups, let levels = feature.levels else { return nil }
        self.init(
            isPassive: party.role == .passive, column: feature.column, levels: levels,
            hasTest: job.reveals(.logrank), times: job.reveals(.kaplanMeier) ? job.model.times : [],
            minimumCell: job.limits.minimumCell)
    }
}

extension PartyTable {
    /// The level of each of these rows; nil where the job compares none, or levels of the other party's column.
    ///
    /// - Throws: errors of `AlignedRows.values`.
    func levels(comparedBy job: Job, _ rows: AlignedRows) throws(RecordsError) -> LevelCodes? {
        guard let (owner, feature) = job.comparedGroups, owner.name == party.name else { return nil }
        return LevelCodes(codes: try rows.values(ColumnSpec(feature), missing: missing).map { Int($0) })
    }
}
