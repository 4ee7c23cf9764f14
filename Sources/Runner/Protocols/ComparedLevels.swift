import Jobs
import Records
import Site
import SplitRegression

extension LevelPlan {
    /// nil where the job compares no levels.
    init?(_ job: Job) {
        guard let (party, feature) = job.comparedGroups, let levels = feature.levels else { return nil }
        let further = job.furtherParties.firstIndex { $0.name == party.name }
        self.init(
            owner: party.role == .passive ? further.map { .further($0) } ?? .sharing : nil, column: feature.column,
            levels: levels,
            hasTest: job.reveals(.logrank), times: job.reveals(.kaplanMeier) ? job.model.times : [],
            minimumCell: job.limits.minimumCell)
    }
}

extension PartyTable {
    /// The level of each of these rows; nil where the job compares none, or levels of another party's column.
    ///
    /// - Throws: errors of `AlignedRows.values`.
    func levels(comparedBy job: Job, _ rows: AlignedRows) throws(RecordsError) -> LevelCodes? {
        guard let (owner, feature) = job.comparedGroups, owner.name == party.name else { return nil }
        return LevelCodes(codes: try rows.values(ColumnSpec(feature), missing: missing).map { Int($0) })
    }
}
