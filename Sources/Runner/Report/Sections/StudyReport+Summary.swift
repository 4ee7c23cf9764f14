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
        let (active, names) = (job.active, job.parties.map(\.name))
        func columns(_ count: Int) -> String { count == 1 ? "1 column" : "\(count) columns" }
        let isPair = names.count == 2
        let people = results.fit.n < results.alignment.aligned ? "\(results.fit.n) of the" : "all"
        return
            "\(Self.names(names)) each have a table about partly the same people. They fitted one "
            + "\(familyName) regression of "
            + "\(active.name)'s \(active.label ?? "outcome") on "
            + Self.names(job.parties.map { "\(columns($0.columnCount)) of \($0.name)" })
            + ", over \(people) \(results.alignment.aligned) people whom \(isPair ? "both" : "all") know and whose rows are "
            + "complete. The tables were never joined: \(isPair ? "neither party saw the other's" : "no party saw another's") "
            + "rows."
    }

    var glance: ReportSection {
        var facts: [(name: HTML, value: HTML)] = [
            ("People", "\(results.alignment.aligned) \(inTables), \(results.fit.n) in the fit"),
            ("Model", .text(modelWords)), ("What came out", whatCameOut),
        ]
        facts.append(("Whether it verifies", .text(verdictLine)))
        facts.append(("When", .text(when)))
        if let derivedFrom = job.derivedFrom {
            facts.append(("A fit without \(derivedFrom.names)", .text(Self.sentence(derivedFrom.sentence))))
        }
        facts.append(("Job", .code(results.job)))
        facts.append((sessionName, .code(results.session)))
        return ReportSection("glance", "At a glance", [reminder, .facts(facts)])
    }

    /// Of several parties the identity is that of all their sessions.
    var sessionName: HTML { results.peers.count == 1 ? "Session" : "Sessions together" }

    private var modelWords: String {
        let passes = family == .linear ? "" : ", \(results.fit.passes) passes"
        let intercept = family.hasIntercept ? " with the intercept" : ""
        return "\(familyName) regression, \(results.fit.parameters) coefficients\(intercept)\(passes), "
            + (results.fit.converged ? "converged" : "NOT converged")
            + (results.fit.isWeighted == true ? "; rows have case weights" : "")
    }

    private var verdictLine: String {
        guard case .made(let made) = verification else { return "not verified" }
        return "\(made.verdictLine), checked at \(writtenAt) by moiety \(Release.version)"
    }

    private var when: String {
        let traffic = verification.summaries.flatMap(\.traffic)
        guard let first = traffic.map(\.first).min(),
            let last = traffic.map(\.last).max()
        else { return "the times are in the transcript, which was not read" }
        return "from \(Timestamp.text(milliseconds: first)) to \(Timestamp.text(milliseconds: last)), by the "
            + "senders' clocks"
    }

    private static let mostNamed = 8

    /// Terms whose interval leaves out the value of no effect.
    private var whatCameOut: HTML {
        let shown = terms.filter { !$0.isIntercept && $0.low != nil && $0.high != nil }
        let clear = shown.filter { ($0.low ?? 0) > 0 || ($0.high ?? 0) < 0 }
        let held = job.parties.map(\.name).filter { !missing.contains($0) }
        let absent = missing.isEmpty ? "" : " This report has the terms of \(Self.names(held)) alone."
        let withheld = results.fit.standardErrorsWithheld.map { " (\($0))" } ?? ""
        guard !shown.isEmpty else {
            return .text("\(terms.count) coefficients, without intervals\(withheld): see Coefficients.\(absent)")
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
            absent.isEmpty && more.isEmpty
                ? [] : .paragraph(.text((more + absent).trimmingCharacters(in: .whitespaces))),
        ]
    }
}
