import Foundation
import Jobs
import Records
import SplitRegression

/// The model in the order of TRIPOD's checklist (Collins et al. 2015), so that authors find what to write and what
/// they must add.
extension StudyReport {
    private struct Item {
        let number: String
        let topic: String
        /// What the program knows.
        var words: String = ""
        /// What it cannot know.
        var ask: String = ""

        var html: HTML {
            [
                words.isEmpty ? [] : .paragraph(.prose(words)),
                ask.isEmpty ? [] : .paragraph(.strong("For the authors: "), .text(ask), kind: "small"),
            ]
        }
    }

    var modelCard: ReportSection {
        ReportSection(
            "card", "Model card",
            [
                .paragraph(
                    "In the order of the TRIPOD checklist of 2015 for prediction models. What no program can know "
                        + "is left to the authors and marked."
                ),
                .facts(
                    (introduction + methods + resultItems + discussion).map { ("\($0.number) \($0.topic)", $0.html) }),
            ])
    }

    private var introduction: [Item] {
        [
            Item(
                number: "1", topic: "Title", words: job.title,
                ask: "the target population, and that a model was developed."),
            Item(number: "2", topic: "Abstract", words: "At a glance, above, has the figures."),
            Item(
                number: "3", topic: "Background and objectives", words: job.purpose,
                ask: "the medical context, existing models, and what this one is for."),
        ]
    }

    private var methods: [Item] {
        let words = self.words
        let active = job.active
        return [
            Item(
                number: "4", topic: "Source of data",
                words: Self.sentence(
                    Self.names(job.parties.map { "table '\($0.table)' of \($0.name)" }) + ", each at its owner."),
                ask: "the study design, and when the data were collected."),
            Item(
                number: "5", topic: "Participants",
                words: "People \(inTables) whose rows are complete, found by private set intersection on "
                    + "\(Self.list(active.identifier.columns)).", ask: "setting, eligibility, treatments."),
            Item(
                number: "6", topic: "Outcome",
                words: "`\(active.label ?? "")` of \(active.name), \(family.labelDomain.rule)."
                    + active.beside.all.map { " `\($0.column)` is its \($0.word)." }.joined(),
                ask: "how and when it was assessed, and by whom."),
            Item(
                number: "7", topic: "Predictors",
                words: words.parties.map { "\($0.name): \(Self.list($0.features))." }.joined(separator: " "),
                ask: "how and when they were measured."),
            Item(number: "8", topic: "Sample size", words: sampleSize, ask: "how the size was arrived at."),
            Item(
                number: "9", topic: "Missing data",
                words: "Complete cases: a row that lacks a value of the job at any party is not used. Rows, above, "
                    + "counts them. Nothing is imputed.",
                ask: "why values are missing, and what that may do to the results."),
            Item(number: "10", topic: "Statistical analysis", words: analysis),
            Item(number: "11", topic: "Risk groups", words: "None are made."),
            Item(number: "12", topic: "Development and validation", words: validation),
        ]
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "none" : names.joined(separator: ", ")
    }

    private var sampleSize: String {
        if family == .cox {
            let events = results.fit.events.map { ", \($0) events" } ?? ""
            return "\(results.fit.n) rows\(events), \(results.fit.parameters) coefficients."
        }
        let events = results.fit.events.map { ", \($0) with the outcome" } ?? ""
        let estimated = max(results.fit.parameters - 1, 1)
        let cases = results.fit.events.map { min($0, results.fit.n - $0) } ?? results.fit.n
        let kind = results.fit.events == nil ? "rows" : "rows of the rarer outcome"
        return "\(results.fit.n) rows\(events); \(Number.fixed(Double(cases) / Double(estimated), decimals: 1)) "
            + "\(kind) for each coefficient beside the intercept."
    }

    private var analysis: String {
        let selection = job.model.l1 > 0 ? "The L1 penalty selects columns." : "No column was selected by the outcome."
        return "\(Self.sentence(words.model)). Columns enter as the job lists them: numbers as they are, levels "
            + "against the reference. \(selection) Coefficients are those of the joined table, computed in additive "
            + "shares under Paillier encryption; they equal a pooled fit's to rounding."
    }

    private var validation: String {
        let heldOut =
            job.holdout == .hash
            ? "A fifth of the people, by a hash of their identifier, was kept out of the fit to test it."
            : "No rows were kept out of the fit."
        let folds =
            job.crossValidation > 0
            ? " Cross-validation in \(job.crossValidation) parts predicts each fitted row without its own part." : ""
        return "\(heldOut)\(folds) This is no validation on people from elsewhere."
    }

    private var resultItems: [Item] {
        let absent = missing.map { " \($0)'s part is not in this report." }.joined()
        let constant = family.hasIntercept ? "the intercept and " : ""
        let holders = Self.names(job.parties.map(\.name))
        let joint = results.peers.count == 1 ? "`moiety model predict` makes it with both, or " : ""
        return [
            Item(
                number: "13", topic: "Participants",
                words: "\(results.alignment.aligned) people are \(inTables), \(results.fit.n) in the fit: see Rows.",
                ask: "their characteristics; the program does not describe the cohort."),
            Item(number: "14", topic: "Model development", words: sampleSize),
            Item(
                number: "15", topic: "Model specification",
                words: "Coefficients, above, has \(constant)the coefficients.\(absent) A prediction needs "
                    + "the parts of \(holders): \(joint)a sum over a table with all coefficients makes it."),
            Item(number: "16", topic: "Model performance", words: "See How well it predicts, above."),
            Item(number: "17", topic: "Model updating", words: "None."),
        ]
    }

    private var discussion: [Item] {
        [
            Item(
                number: "18", topic: "Limitations", words: limitations,
                ask: "what the data cannot say: sampling, confounding, measurement."),
            Item(number: "19", topic: "Interpretation", ask: "what the results mean beside those of other studies."),
            Item(number: "20", topic: "Implications", ask: "who may use the model, for what, and for whom not."),
            Item(
                number: "21", topic: "Supplementary information",
                words: "The job file, the transcripts and their roots: see Verification."),
            Item(number: "22", topic: "Funding", ask: "who paid, and what part they had."),
        ]
    }

    private var limitations: String {
        let doubts = results.remarks.filter {
            $0.hasPrefix("not ") || $0.contains("may be off") || $0.hasPrefix("no ") || $0.hasPrefix("a fit without ")
        }
        let words = doubts.map { " \(Self.sentence($0))." }.joined()
        return "Each party can show later which data it used, and nobody can show that these are true.\(words)"
    }
}
