public import Records

/// The text that `moiety job new --split rows` writes.
extension JobTemplate {
    /// - Parameters:
    ///   - parties: names of the sites, in the order of the job.
    ///   - family: which model.
    ///   - draft: what is known of one site's table, which all others resemble; an example stands where nothing is.
    public static func rowsText(
        parties: [String] = ["north", "east", "south"], family: ModelFamily = .logistic, draft: Draft? = nil
    ) -> String {
        let names = parties.map { name in
            draft.map { "\n  - {name: \(name), table: \($0.table)}" } ?? "\n  - \(name)"
        }
        return """
            # A job split by rows: what sites agree on that hold the same columns about different people. Shared by all; it holds
            # no paths and no secrets. Read `moiety job explain` before you approve it. Fields behind a # have the value shown by
            # default.
            moiety: \(Job.rowsFormatVersion)
            split: rows

            title: Outcome explained by columns that all sites have
            purpose: >-
              Why the sites do this, for those who approve it.

            # In this order: who stands later dials who stands before.
            parties:\(names.joined())

            # The same at every site; a site whose identifier has another name: {name: east, identifier: mrn}
            columns:
            \(columns(draft, family).map { "  " + $0 }.joined(separator: "\n"))

            # analysis: model               # or table, without label and model; or survival, with time and times, without model. Both
            #                               # take 'group: COLUMN', a feature with levels (protocols/job.md 7)
            model:
              family: \(family.rawValue)
              # covariance: classical       # HC0, HC1, sites (protocols/job.md 7)\(grid(family))
              # maxPasses: \(RowTerms.passes)
              # privacy: {epsilon: 1, delta: 1e-6, clip: 3, bounds: {age: [18, 100]}}    # linear and logistic: sums with noise

            # coalition: 1                  # so many sites may put together all that they know
            # onLoss: wait                  # or continue, with coalition 1 only: the others go on, and a lost site's sums are disclosed
            # limits: {minimumCohort: 50, minimumCell: 11, parametersPerRow: 0.33}    # each of the rows of one site
            # network: {connectTimeout: 300, messageTimeout: 300, lossTimeout: 3600}

            """
    }

    private static func grid(_ family: ModelFamily) -> String {
        family == .cox
            ? "\n  # baseline: sites              # or grid, with 'times: [30, 60, 90]': one for all sites, of features with levels"
            : ""
    }

    private static func columns(_ draft: Draft?, _ family: ModelFamily) -> [String] {
        let time = family == .cox ? ["time: \(quoted(draft?.time ?? "time"))"] : []
        guard let draft else {
            return [
                "identifier: patient_id       # never sent: by it a site knows its own people again", "label: outcome",
            ]
                + time + [
                    "features:", "  - age                       # a name alone is a numeric column",
                    "  - {column: smoker, type: binary}",
                    "  - {column: arm, type: categorical, levels: [placebo, low, high], reference: placebo}",
                ]
        }
        return ["identifier: \(quoted(draft.identifier))", "label: \(quoted(draft.label ?? "outcome"))"] + time
            + ["features:"] + draft.features.map { "  - \(entry($0))" }
            + draft.leftOut.map { "  # left out: \(quoted($0.column)): \($0.reason)" }
    }
}
