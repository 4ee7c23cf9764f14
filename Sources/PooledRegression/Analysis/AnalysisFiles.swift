public import Records

/// The tables that an analysis is written as (RFC 4180), by broom's names where there are some.
extension AnalysisOutcome {
    /// - Returns: file names and contents, in the order in which people read them.
    public func files() throws(RecordsError) -> [(name: String, bytes: [UInt8])] {
        var out: [(name: String, bytes: [UInt8])] = []
        if let table { out.append(("table.csv", try table.csv())) }
        if let curves {
            out.append(("survival.csv", try curves.csv()))
            if let test = curves.test { out.append(("logrank.csv", try test.csv())) }
        }
        if let hazards {
            out.append(("coefficients.csv", try Self.csv(hazards.fit.terms)))
            out.append(("baseline.csv", try hazards.csv()))
        }
        if let noisy {
            out.append(("coefficients.csv", try Self.csv(noisy.terms)))
            out.append(("noise.csv", try noisy.csv()))
        }
        return out
    }

    private static func csv(_ terms: [PooledTerm]) throws(RecordsError) -> [UInt8] {
        var writer = try CSVWriter(
            header: [
                "term", "estimate", "std.error", "robust.se", "statistic", "p.value", "conf.low", "conf.high",
                "estimate.standardized",
            ])
        for term in terms {
            try writer.append([
                .text(term.term), .number(term.estimate), .number(term.standardError), .optional(term.robustError),
                .number(term.statistic), .number(term.pValue), .number(term.confLow), .number(term.confHigh),
                .number(term.standardized),
            ])
        }
        return writer.bytes
    }
}

extension CSVWriter.Cell {
    fileprivate static func optional(_ value: Double?) -> Self { value.map { .number($0) } ?? .missing }
    fileprivate static func optional(_ text: String?) -> Self { text.map { .text($0) } ?? .missing }
}

extension TableOutcome {
    /// A row for each column, level and group. NA: all rows as group, rows without a value as level, what is not shown.
    fileprivate func csv() throws(RecordsError) -> [UInt8] {
        var writer = try CSVWriter(header: ["column", "level", "group", "n", "share", "missing", "mean", "sd"])
        for group in groups {
            try writer.append([
                .missing, .missing, .optional(group.level), .integer(group.rows), .missing, .missing, .missing,
                .missing,
            ])
        }
        for column in columns {
            for item in column.numbers {
                try writer.append([
                    .text(column.name), .missing, .optional(item.group), .integer(item.rows), .missing,
                    .integer(item.missing), .optional(item.mean), .optional(item.sd),
                ])
            }
            for level in column.levels {
                for cell in level.cells {
                    try writer.append([
                        .text(column.name), .optional(level.level), .optional(cell.group), .integer(cell.rows),
                        .number(cell.share), .missing, .missing, .missing,
                    ])
                }
            }
            for level in column.withheld {
                try writer.append([
                    .text(column.name), level.isEmpty ? .missing : .text(level), .missing, .missing, .missing, .missing,
                    .missing, .missing,
                ])
            }
        }
        return writer.bytes
    }
}

extension CurveOutcome {
    fileprivate func csv() throws(RecordsError) -> [UInt8] {
        var writer = try CSVWriter(
            header: ["group", "time", "n.risk", "n.event", "surv", "std.error", "conf.low", "conf.high"])
        for curve in curves {
            for point in curve.points {
                try writer.append([
                    .optional(curve.group), .number(point.time), .integer(point.atRisk), .integer(point.events),
                    .number(point.survival), .number(point.standardError), .optional(point.confLow),
                    .optional(point.confHigh),
                ])
            }
        }
        return writer.bytes
    }
}

extension CurveOutcome.Test {
    /// As R's `survdiff` prints it, with the test beside each level.
    fileprivate func csv() throws(RecordsError) -> [UInt8] {
        var writer = try CSVWriter(
            header: ["level", "n", "observed", "expected", "variance", "statistic", "df", "p.value"])
        for row in levels {
            try writer.append([
                .text(row.level), .integer(row.rows), .integer(row.observed), .number(row.expected),
                .number(row.variance), .optional(chiSquared), degreesOfFreedom.map { .integer($0) } ?? .missing,
                .optional(pValue),
            ])
        }
        return writer.bytes
    }
}

extension GridOutcome {
    /// At the columns' means.
    fileprivate func csv() throws(RecordsError) -> [UInt8] {
        var writer = try CSVWriter(
            header: ["time", "n.event", "cumhaz", "std.error", "surv", "conf.low", "conf.high"])
        for point in baseline {
            try writer.append([
                .number(point.time), .integer(point.events), .number(point.cumulativeHazard),
                .number(point.standardError), .number(point.survival), .number(point.confLow), .number(point.confHigh),
            ])
        }
        return writer.bytes
    }
}

extension NoisyOutcome {
    /// What the noise costs.
    fileprivate func csv() throws(RecordsError) -> [UInt8] {
        var writer = try CSVWriter(header: ["term", "std.error.model", "std.error.noise"])
        for part in parts { try writer.append([.text(part.term), .number(part.model), .number(part.noise)]) }
        return writer.bytes
    }
}
