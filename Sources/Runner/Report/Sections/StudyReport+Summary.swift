import Foundation
import Jobs
import Records
import Site
import SplitRegression
import Transcript

/// What a reader wants to know first.
extension StudyReport {
    var familyName: String {
        switch family {
        case .poisson: "Poisson"
        case .cox: "Cox"
        default: family.rawValue.replacing("-", with: " ")
        }
    }

    /// What the estimates are, or what they are the logarithms of.
    var effectName: String { family.ratioName ?? "estimate" }

    var whatWasDone: String {
        let (active, passive) = (job.active, job.passive)
        func columns(_ count: Int) -> String { count == 1 ? "1 column" : "\(count) columns" }
        let people = results.fit.n < results.alignment.aligned ? "\(results.fit.n) of the" : "all"
        return
            "\(active.name) and \(passive.name) each have a table about partly the same people. They fitted one "
            + "\(familyName) regression of "
            + "\(active.name)'s \(active.label ?? "outcome") on \(columns(active.columnCount)) of \(active.name) and "
            + "\(columns(passive.columnCount)) of \(passive.name), over \(people) \(results.alignment.aligned) "
            + "people whom both know and whose rows are complete. The tables were never joined: neither party saw the "
            + "other's rows."
    }

    var glance: ReportSection {
        var facts: [(name: HTML, value: HTML)] = [
            ("People", "\(results.alignment.aligned) in both tables, \(results.fit.n) in the fit"),
            ("Model", .text(modelWords)), ("What came out", whatCameOut),
        ]
        facts.append(("Whether it verifies", .text(verdictLine)))
        facts.append(("When", .text(when)))
        if let derivedFrom = job.derivedFrom {
            facts.append(("A fit without \(derivedFrom.names)", .text(Self.sentence(derivedFrom.sentence))))
        }
        facts.append(("Job", .code(results.job)))
        facts.append(("Session", .code(results.session)))
        return ReportSection("glance", "At a glance", [reminder, .facts(facts)])
    }

    private var modelWords: String {
        let passes = family == .linear ? "" : ", \(results.fit.passes) passes"
        let intercept = family.hasIntercept ? " with the intercept" : ""
        return "\(familyName) regression, \(results.fit.parameters) coefficients\(intercept)\(passes), "
            + (results.fit.converged ? "converged" : "NOT converged")
            + (results.fit.isWeighted == true ? "; rows have case weights" : "")
    }

    private var verdictLine: String {
        guard case .made(let made) = verification else { return "not verified" }
        return "\(made.report.verdictLine), checked at \(writtenAt) by moiety \(Release.version)"
    }

    private var when: String {
        guard let traffic = verification.summary?.traffic, let first = traffic.map(\.first).min(),
            let last = traffic.map(\.last).max()
        else { return "the times of the session are in its transcript, which was not read" }
        return "from \(Timestamp.text(milliseconds: first)) to \(Timestamp.text(milliseconds: last)), by the "
            + "senders' clocks"
    }

    private static let mostNamed = 8

    /// Terms whose interval leaves out the value of no effect.
    private var whatCameOut: HTML {
        let shown = terms.filter { !$0.isIntercept && $0.low != nil && $0.high != nil }
        let clear = shown.filter { ($0.low ?? 0) > 0 || ($0.high ?? 0) < 0 }
        let missing = peer == nil ? " This report has \(study.party)'s terms alone." : ""
        let withheld = results.fit.standardErrorsWithheld.map { " (\($0))" } ?? ""
        guard !shown.isEmpty else {
            return .text("\(terms.count) coefficients, without intervals\(withheld): see Coefficients.\(missing)")
        }
        let null = family.hasRatios ? "1" : "0"
        let count = clear.isEmpty ? "None" : "\(clear.count)"
        let sentence =
            "\(count) of \(shown.count) terms \(clear.count == 1 ? "has" : "have") a 95% interval that excludes \(null)"
            + (family.hasRatios ? ", the \(effectName) of no association" : "") + "\(clear.isEmpty ? "." : ":")"
        let named = clear.prefix(Self.mostNamed).map { term in
            let effect = term.effect
            let text = TermText(
                estimate: effect?.value, low: effect?.low, high: effect?.high, pValue: nil,
                hasRatios: family.hasRatios)
            let value = family.hasRatios ? text.ratio : text.estimate
            return HTML.text(
                "\(term.term) (\(term.party)), \(term.contrast): \(effectName) \(value), 95% CI \(text.interval)")
        }
        let more = clear.count > Self.mostNamed ? " \(clear.count - Self.mostNamed) more stand under Coefficients." : ""
        return [
            .paragraph(.text(sentence)), clear.isEmpty ? [] : .list(named),
            missing.isEmpty && more.isEmpty
                ? [] : .paragraph(.text((more + missing).trimmingCharacters(in: .whitespaces))),
        ]
    }
}
