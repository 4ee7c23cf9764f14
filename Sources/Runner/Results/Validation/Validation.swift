import Foundation
import Jobs
import Records
import Site
import SplitRegression
import Wire

/// What both parties fitted beside a fit of the joined table by another program: the file that a validation group signs.
package struct Validation: Codable, Sendable {
    /// How far numbers may be apart. An estimate passes by either of its two limits.
    package struct Tolerances: Codable, Sendable {
        /// Of an estimate, for one standard deviation of its column.
        package var standardised = 1e-4
        /// Of an estimate, in standard errors of the reference: 2^-12.
        package var inStandardErrors = 0x1p-12
        /// Of a standard error, relative.
        package var standardError = 1e-3
        /// Of a p-value.
        package var pValue = 1e-3
        /// Of numbers of the whole fit, relative.
        package var whole = 1e-4

        package init() {}
    }

    /// A file that went in.
    package struct Source: Codable, Sendable {
        package let file: String
        package let sha256: String
        /// Whether it is what the session wrote, by the transcript beside it; missing where that cannot be told.
        package var isAsWritten: Bool?

        init(_ path: String, isResult: Bool) throws {
            file = path
            sha256 = Bytes32(hashing: try PrivateFile.readBytes(path, limit: 1 << 30)).hex
            isAsWritten = isResult ? ResultChecks.isAsWritten(path) : nil
        }
    }

    package struct Term: Codable, Sendable {
        package let term: String
        package let party: String
        package let estimate: Double
        package let reference: Double
        /// For one standard deviation of the column; of the intercept the plain one.
        package let standardisedDifference: Double
        package var differenceInStandardErrors: Double?
        package var standardError: Double?
        package var referenceStandardError: Double?
        package var standardErrorRelativeDifference: Double?
        package var pValue: Double?
        package var referencePValue: Double?
        package let passes: Bool
    }

    /// A number of the whole fit.
    package struct Whole: Codable, Sendable {
        package let measure: String
        package let value: Double
        package let reference: Double
        package let relativeDifference: Double
        package let passes: Bool
    }

    /// A column of glance.csv, and what a difference is relative to.
    struct Measure {
        let name: String
        /// 0 where it is the number itself; a share like R^2 is compared as it is.
        let least: Double

        static let all = [
            Measure(name: "nobs", least: 0), Measure(name: "logLik", least: 0), Measure(name: "deviance", least: 0),
            Measure(name: "null.deviance", least: 0), Measure(name: "AIC", least: 0), Measure(name: "BIC", least: 0),
            Measure(name: "df.residual", least: 0), Measure(name: "sigma", least: 0),
            Measure(name: "r.squared", least: 1), Measure(name: "adj.r.squared", least: 1),
            Measure(name: "statistic", least: 0), Measure(name: "dispersion", least: 0),
            Measure(name: "theta", least: 0), Measure(name: "nevent", least: 0),
            Measure(name: "statistic.log", least: 0),
        ]
    }

    package let schemaVersion: Int
    package let isEquivalent: Bool
    package let program: String
    package let made: String
    package var job: String?
    package var title: String?
    package var session: String?
    package let parties: [String]
    package let results: [Source]
    package let reference: [Source]
    package let tolerances: Tolerances
    package let terms: [Term]
    package let whole: [Whole]
    /// Terms of the results that the reference has no estimate of, and the other way round.
    package let withoutReference: [String]
    package let withoutResult: [String]
    /// What the reference has and was not compared: terms of a party whose results were not given, numbers of the whole fit that the
    /// results do not have.
    package let notCompared: [String]

    /// - Throws: `Failure` 65 for two files without a term in common.
    package init(_ merged: MergedCoefficients, against reference: ReferenceFit, _ tolerances: Tolerances) throws {
        let byName = Dictionary(uniqueKeysWithValues: reference.terms.map { ($0.name, $0) })
        var compared: Set<String> = []
        var terms: [Term] = []
        var missing: [String] = []
        for row in merged.rows {
            let name = [row.term, row.rName].compactMap(\.self).first { byName[$0] != nil }
            guard let name, let other = byName[name] else {
                // Without an estimate on either side they agree.
                if row["estimate"] != nil { missing.append(row.term) }
                continue
            }
            compared.insert(name)
            guard let term = Self.term(row, other, tolerances) else {
                missing.append(row.term)
                continue
            }
            terms.append(term)
        }
        guard !terms.isEmpty else {
            throw Failure(
                .badData, "nothingInCommon",
                "\(reference.files[0]) and the results have no term in common: \(reference.terms[0].name) is none of "
                    + merged.rows.prefix(5).map(\.term).joined(separator: ", "),
                hint: "terms are called as the job calls them (arm=low) or as R does (armlow)")
        }
        // One party's file alone has no more than its own terms.
        let isWhole = merged.isWhole
        let others = reference.terms.map(\.name).filter { !compared.contains($0) }
        withoutResult = isWhole ? others : []
        withoutReference = missing
        whole = try Self.whole(merged, reference, tolerances)
        if reference.files.count > 1, whole.isEmpty {
            throw Failure(
                .badData, "nothingInCommon",
                "\(reference.files[1]) and the results have no number of the whole fit in common",
                hint: "numbers of a fit stand in the active party's glance.csv: give its results folder")
        }
        let found = Set(whole.map(\.measure))
        notCompared =
            (isWhole ? [] : others)
            + Measure.all.map(\.name).filter { reference.whole[$0] != nil && !found.contains($0) }
            + reference.unused
        self.terms = terms
        self.tolerances = tolerances
        schemaVersion = 1
        isEquivalent =
            terms.allSatisfy(\.passes) && whole.allSatisfy(\.passes) && missing.isEmpty && withoutResult.isEmpty
        program = "moiety \(Release.version)"
        made = Timestamp.now()
        job = merged.jobFile?.hash
        title = merged.jobFile?.job.title
        session = merged.session
        parties = merged.parties
        results = try merged.sources.flatMap { source in
            try ([source.file] + [source.wholeFit].compactMap(\.self)).map { try Source($0, isResult: true) }
        }
        self.reference = try reference.files.map { try Source($0, isResult: false) }
    }

    /// nil where this side has no estimate and the other has one.
    private static func term(
        _ row: MergedCoefficients.Row, _ other: ReferenceFit.Term, _ limits: Tolerances
    ) -> Term? {
        guard let estimate = row["estimate"] else { return nil }
        let gap = abs(estimate - other.estimate)
        // How many units of the column one standard deviation is.
        var spread = 1.0
        if row.term != FittedTerm.intercept, let standardised = row["estimate.standardised"], estimate != 0 {
            spread = abs(standardised / estimate)
        }
        let inErrors = other.standardError.flatMap { $0 > 0 ? gap / $0 : nil }
        var passes = gap * spread <= limits.standardised || inErrors.map { $0 <= limits.inStandardErrors } ?? false
        var relative: Double?
        if let own = row["std.error"], let theirs = other.standardError, theirs > 0 {
            let found = abs(own / theirs - 1)
            relative = found
            passes = passes && found <= limits.standardError
        }
        if let own = row["p.value"], let theirs = other.pValue {
            passes = passes && abs(own - theirs) <= limits.pValue
        }
        return Term(
            term: row.term, party: row.party, estimate: estimate, reference: other.estimate,
            standardisedDifference: gap * spread, differenceInStandardErrors: inErrors,
            standardError: row["std.error"], referenceStandardError: other.standardError,
            standardErrorRelativeDifference: relative, pValue: row["p.value"], referencePValue: other.pValue,
            passes: passes)
    }

    /// What the results folders and the reference both say of the whole fit.
    private static func whole(
        _ merged: MergedCoefficients, _ reference: ReferenceFit, _ limits: Tolerances
    ) throws -> [Whole] {
        var own: [String: Double] = [:]
        for path in merged.sources.compactMap(\.wholeFit) {
            let table = try Table.read(csv: path)
            guard table.rowCount == 1 else { continue }
            for column in table.columns {
                if let value = Double(column.text(at: 0)), value.isFinite { own[column.name] = value }
            }
        }
        return Measure.all.compactMap { measure in
            guard let value = own[measure.name], let other = reference.whole[measure.name] else { return nil }
            let size = max(abs(other), measure.least)
            let relative = size > 0 ? abs(value - other) / size : abs(value - other)
            return Whole(
                measure: measure.name, value: value, reference: other, relativeDifference: relative,
                passes: relative <= limits.whole)
        }
    }
}
