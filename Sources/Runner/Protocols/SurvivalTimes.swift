package import Records
package import Site
package import SplitRegression

extension PartyTable {
    /// Times, entries and strata of these rows; nil where the job names no times.
    ///
    /// - Throws: errors of `AlignedRows.values`; `RecordsError.notBelow` for a row that was observed only after its end.
    package func survival(_ rows: AlignedRows) throws(RecordsError) -> SurvivalColumns? {
        guard let time = try values(of: .time, rows) else { return nil }
        try checkEntries(rows)
        return SurvivalColumns(
            time: time, entry: try values(of: .entry, rows), stratum: try values(of: .stratum, rows)?.map { Int($0) })
    }
}
