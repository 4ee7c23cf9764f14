extension Table {
    /// The identifiers of all rows that have a valid one. Rows are never silently multiplied: an identifier stands once.
    ///
    /// Rows of one identifier are the same when they agree, byte for byte, in every kept column that is not part of the
    /// identifier; then the first stays and the others are counted. Where they differ, `duplicates` decides.
    public func identifiers(
        _ rule: IdentifierRule, duplicates: DuplicatePolicy = .error
    ) throws(RecordsError) -> Identifiers {
        var keys: [TextColumn] = []
        for name in rule.columns { keys.append(try column(named: name)) }
        let others = columns.filter { !rule.columns.contains($0.name) }

        var report = IdentifierReport()
        report.rowsRead = rowCount
        var bytes: [UInt8] = []
        var ends: [Int] = []
        var rows: [Int] = []
        for row in 0..<rowCount {
            switch rule.identifier(keys.map { $0[row] }) {
            case .success(let value):
                for remark in rule.remarks(on: keys.map { $0[row] }) {
                    report.remarked[remark, default: 0] += 1
                    if report.firstRemarkedLine[remark] == nil { report.firstRemarkedLine[remark] = line(ofRow: row) }
                }
                bytes += value
                ends.append(bytes.count)
                rows.append(row)
            case .failure(let reason):
                report.rejected[reason, default: 0] += 1
                if report.firstRejectedLine[reason] == nil { report.firstRejectedLine[reason] = line(ofRow: row) }
            }
        }

        // Slices share the one buffer, so the index below holds no identifier twice.
        func value(_ position: Int) -> ArraySlice<UInt8> {
            bytes[(position == 0 ? 0 : ends[position - 1])..<ends[position]]
        }
        var firstPosition: [ArraySlice<UInt8>: Int] = [:]
        firstPosition.reserveCapacity(rows.count)
        var repeats: [(position: Int, first: Int)] = []
        var conflicting: Set<Int> = []
        for position in rows.indices {
            guard let first = firstPosition[value(position)] else {
                firstPosition[value(position)] = position
                continue
            }
            repeats.append((position, first))
            if others.contains(where: { $0[rows[first]] != $0[rows[position]] }) { conflicting.insert(first) }
        }

        if duplicates == .error, let earliest = conflicting.min() {
            let lines = [earliest] + repeats.filter { $0.first == earliest }.map(\.position)
            throw .duplicateIdentifiers(
                path: source, identifiers: conflicting.count, firstLines: lines.prefix(4).map { line(ofRow: rows[$0]) })
        }
        var omitted = Array(repeating: false, count: rows.count)
        for (position, first) in repeats {
            omitted[position] = true
            if conflicting.contains(first) {
                report.conflictingRowsDropped += 1
            } else {
                report.collapsedDuplicates += 1
            }
        }
        if duplicates == .drop {
            for first in conflicting { omitted[first] = true }
            report.conflictingRowsDropped += conflicting.count
        }
        report.conflictingIdentifiers = conflicting.count

        let kept = rows.indices.filter { !omitted[$0] }
        report.usable = kept.count
        return Identifiers(rule: rule, values: kept.lazy.map(value), rowIndices: kept.map { rows[$0] }, report: report)
    }
}
