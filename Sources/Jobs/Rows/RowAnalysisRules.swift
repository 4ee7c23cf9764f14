import Records

/// What a table, curves and one baseline on a grid ask of a job beyond other jobs split by rows (`protocols/job.md` 7.1).
extension JobRules {
    mutating func analysis(_ rows: RowTerms, _ party: Party) {
        grid(rows)
        if rows.onLoss == .continue, rows.analysis != .model || rows.hasGrid {
            note(
                "onLoss", "tables, curves and one baseline for all sites wait for a site that is lost",
                "write 'onLoss: wait': what is shown of the others and of all gives cells that neither shows")
        }
        switch rows.analysis {
        case .model:
            if rows.group != nil {
                note(
                    "group", "belongs to 'analysis: table' and 'analysis: survival'",
                    "drop it; a model has the column as a feature")
            }
            if rows.hasGrid { baseline(party) }
            if let privacy = rows.privacy { self.privacy(privacy, rows, party) }
        case .table: table(rows, party)
        case .survival: curves(rows, party)
        }
    }

    private mutating func grid(_ rows: RowTerms) {
        let path = rows.analysis == .survival ? "times" : "model.times"
        let wanted = rows.analysis == .survival || !rows.times.isEmpty
        if wanted, !JobBounds.pooledTimes.contains(rows.times.count) {
            note(
                path, "has \(rows.times.count) entries",
                "between \(JobBounds.pooledTimes.lowerBound) and \(JobBounds.pooledTimes.upperBound) times")
        }
        for (index, time) in rows.times.enumerated() {
            if !time.isFinite || time <= 0 {
                note("\(path)[\(index)]", "must be above 0")
            } else if index > 0, time <= rows.times[index - 1] {
                note(
                    "\(path)[\(index)]", "is not above the time before it",
                    "write times in ascending order, each once")
            }
        }
        if rows.analysis == .table, !rows.times.isEmpty { note("times", "belongs to 'analysis: survival'") }
    }

    /// One for all sites.
    private mutating func baseline(_ party: Party) {
        guard job.model.family == .cox else {
            return note("model.baseline", "belongs to 'family: cox'", "drop 'baseline' and 'times'")
        }
        if job.model.ties != .breslow {
            note("model.ties", "one baseline for all sites has 'ties: breslow'", "drop 'ties'")
        }
        for (word, name) in [("entry", party.beside.entry), ("strata", party.beside.strata)] where name != nil {
            note(
                "columns.\(word)", "one baseline for all sites takes none",
                "drop '\(word)', or write 'baseline: sites'")
        }
        for (index, feature) in party.features.enumerated() where feature.levels == nil {
            note(
                "columns.features[\(index)]",
                "'\(feature.column)' is a number: one baseline for all sites takes yes/no and categorical features",
                "write a column of its levels, such as age groups, or write 'baseline: sites'")
        }
        let cells = party.features.reduce(1.0) { $0 * Double($1.levels?.count ?? 1) }
        if cells > Double(JobBounds.gridCells) {
            note(
                "columns.features", "have \(cells < 1e15 ? "\(Int(cells))" : "more than 10^15") combinations of levels",
                "at most \(JobBounds.gridCells) with one baseline for all sites: fewer levels or features, or 'baseline: sites'"
            )
        }
    }

    private mutating func table(_ rows: RowTerms, _ party: Party) {
        if let label = party.label {
            note(
                "columns.label", "a table has none",
                "list '\(label)' among the features, and name what it is described by as 'group'")
        }
        group(rows, party, JobBounds.levels)
        let described = party.features.filter { $0.column != rows.group }
        if described.isEmpty { note("columns.features", "has no column to describe", "list what the table is of") }
        if described.count > JobBounds.tableColumns {
            note("columns.features", "has \(described.count) columns", "at most \(JobBounds.tableColumns)")
        }
        for (index, feature) in party.features.enumerated() {
            guard let levels = feature.levels, levels.count > JobBounds.tableColumns else { continue }
            note(
                "columns.features[\(index)].levels", "has \(levels.count) entries",
                "a table shows at most \(JobBounds.tableColumns)")
        }
        let sums = 1 + 2 * described.count { $0.levels == nil }
        if sums > job.limits.minimumCohort {
            note(
                "columns.features",
                "have \((sums - 1) / 2) numbers, so \(sums) sums over the rows of a site, of which there may be "
                    + "\(job.limits.minimumCohort)", "leave some out, or raise limits.minimumCohort")
        }
        let cells = described.reduce(0) { $0 + ($1.levels.map { $0.count + 1 } ?? 1) }
        let groups = (job.rowsGroup?.levels?.count ?? 0) + 1
        if cells * groups > JobBounds.tableCells {
            note(
                "columns.features", "become \(cells * groups) cells",
                "at most \(JobBounds.tableCells): fewer levels or columns")
        }
    }

    private mutating func curves(_ rows: RowTerms, _ party: Party) {
        group(rows, party, JobBounds.curveGroups)
        for (word, name) in [("entry", party.beside.entry), ("strata", party.beside.strata)] where name != nil {
            note("columns.\(word)", "curves take none", "drop '\(word)'")
        }
        for (index, feature) in party.features.enumerated() where feature.column != rows.group {
            note(
                "columns.features[\(index)]", "curves have no feature but their group",
                "drop '\(feature.column)', or name it as 'group'")
        }
        if !job.loosened.isEmpty { note("loosen", "curves have no guard that may be loosened", "drop it") }
    }

    /// A feature with levels.
    private mutating func group(_ rows: RowTerms, _ party: Party, _ allowed: ClosedRange<Int>) {
        guard let name = rows.group else { return }
        guard let feature = party.features.first(where: { $0.column == name }) else {
            return note(
                "group", "'\(name.prefix(40))' is not among the features",
                nearest(to: name, among: party.features.map(\.column)).map { "did you mean '\($0)'?" }
                    ?? "list it in columns.features, with its type")
        }
        guard let levels = feature.levels else {
            return note(
                "group", "'\(name)' is a number",
                "a group is a yes/no or categorical feature: give it 'type' and levels")
        }
        if !allowed.contains(levels.count) {
            note(
                "group", "'\(name)' has \(levels.count) levels",
                "between \(allowed.lowerBound) and \(allowed.upperBound)")
        }
    }
}
