import Foundation
import Jobs
import Transcript

/// A part of a report under a heading of its own.
struct ReportSection {
    let id: String
    let title: String
    let body: [HTML]

    init(_ id: String, _ title: String, _ body: [HTML]) {
        self.id = id
        self.title = title
        self.body = body
    }
}

extension StudyReport {
    /// The page: one file that loads nothing and runs nothing.
    package var html: String {
        let sections = sections
        return HTML.page(
            head: [
                .element("meta", [.init("charset", "utf-8")], []),
                .element(
                    "meta",
                    [
                        .init("http-equiv", "Content-Security-Policy"),
                        .init("content", "default-src 'none'; style-src 'unsafe-inline'; img-src data:"),
                    ], []),
                .element(
                    "meta",
                    [
                        .init("name", "viewport"),
                        .init("content", "width=device-width, initial-scale=1"),
                    ], []),
                .element("meta", [.init("name", "generator"), .init("content", ReportFile.generator)], []),
                .element("meta", [.init("name", "color-scheme"), .init("content", "light dark")], []),
                .element("title", [], [.text(windowTitle)]),
                .stylesheet(Stylesheet.rules(warning: isBroken ? Self.warning : nil)),
            ],
            body: [
                .element("a", [.init("class", "skip"), .init("href", "#main")], ["To the report"]),
                warningBar,
                .element("header", [], heading + [contents(sections)]),
                .element("main", [.init("id", "main")], sections.map(Self.html)),
                .element("footer", [], [.paragraph(.text(closing), kind: "small")]),
            ])
    }

    /// In the order in which a reader asks.
    private var sections: [ReportSection] {
        [
            glance, studySection, attritionSection, descriptionSection, coefficientSection, survivalSection,
            groupSection, convergenceSection, evaluationSection, learnedSection, budgetSection, verificationSection,
            modelCard,
            citationSection, checkSection,
        ].compactMap(\.self)
    }

    private var isBroken: Bool { verification.standing == .broken }

    private var windowTitle: String { "\(isBroken ? "DOES NOT VERIFY: " : "")\(job.title), report of \(study.party)" }

    private var heading: [HTML] {
        [
            .paragraph("Report of \(study.party) on a fit with \(results.peer)", kind: "kind"),
            .element("h1", [], [.text(job.title)]),
            .paragraph(.text(whatWasDone), kind: "lead"),
            verdictNotice,
        ]
    }

    private func contents(_ sections: [ReportSection]) -> HTML {
        .element(
            "nav", [.init("aria-label", "Contents")],
            [
                .element(
                    "ol", [],
                    sections.map { section in
                        .element("li", [], [.element("a", [.init("href", "#\(section.id)")], [.text(section.title)])])
                    })
            ])
    }

    private static func html(_ section: ReportSection) -> HTML {
        let name = "\(section.id)-heading"
        return .element(
            "section", [.init("id", section.id), .init("aria-labelledby", name)],
            [.element("h2", [.init("id", name)], [.text(section.title)])] + section.body)
    }

    private var closing: String {
        "Written by moiety \(Release.version) at \(writtenAt) from the folder \(study.name) of \(study.party)"
            + (peers.isEmpty ? "" : " and what \(Self.names(peers.map(\.name))) handed over")
            + ". It holds no row, no identifier and no score of a person. Counts of rows and the coefficients are in "
            + "it: give it to whoever may see those."
    }

    // MARK: Whether it holds

    private static let warning = "This report does not verify. Do not rely on its numbers."

    /// Stays in sight while the page is read, and stands on every page that is printed.
    private var warningBar: HTML {
        guard isBroken else { return [] }
        return .paragraph(.text(Self.warning), kind: "bar")
    }

    private var verdictNotice: HTML {
        let (kind, title, words) = verdictWords
        return .element(
            "div", [.init("class", "notice \(kind)"), .init("role", "note")],
            [.paragraph(.text(title), kind: "title"), .paragraph(.prose(words))]
                + [details.map { .paragraph(.text($0)) }].compactMap(\.self))
    }

    /// For those who know the checks by their numbers.
    private var details: String? {
        guard case .made(let made) = verification else { return nil }
        return made.sentence
    }

    private var verdictWords: (kind: String, title: String, words: String) {
        guard case .made(let made) = verification else {
            return (
                "caution", "Not verified",
                "Nobody checked the transcript when this report was written. Its numbers are those of the files in "
                    + "\(study.name), and nothing here shows that a session wrote them. `moiety report` without "
                    + "`--no-verify` checks them."
            )
        }
        switch verification.standing {
        case .holds: return ("good", "Verified", whatHolds(made))
        case .broken:
            return (
                "bad", "Does not verify: do not rely on the numbers below",
                "The signed record of the session, or a result beside it, is not as it was left, or not of this "
                    + "fit. Ask \(study.party) and \(results.peer) for their copies."
            )
        default:
            return (
                "caution", "Holds only in part",
                made.verdict == .notClosed
                    ? results.peers.count == 1
                        ? "What both parties signed holds, but the session was not closed by both."
                        : "What the parties signed holds, but not every session was closed by both."
                    : "A check that was asked for could not be made."
            )
        }
    }

    /// In words that need no knowledge of the checks.
    private func whatHolds(_ made: ReportVerification.Made) -> String {
        let whose = peers.isEmpty ? "The" : "\(study.party)'s"
        let isPruned = made.verdict == .validPruned
        let records =
            made.sessions.count == 1
            ? "The signed record of this session is" : "The signed records of all sessions of \(study.party) are"
        return "\(records) \(isPruned ? "a copy without messages' contents" : "whole") and unchanged, and of this job."
            + made.copies.map { " \($0)'s copy agrees." }.joined()
            + (made.isBound
                ? " \(whose) results in this report are those that the session wrote."
                : " Whether the results are those that the session wrote could not be checked here.")
            + (peerWords.map { " \($0)" } ?? "")
    }

    /// What stands behind the other parties' coefficients.
    var peerWords: String? {
        let bound = peers.filter { !isHandedOver($0) }.map(\.name)
        let words = [
            handedOverWords, bound.isEmpty ? nil : "So are \(Self.names(bound.map { "\($0)'s" })).",
        ].compactMap(\.self)
        return words.isEmpty ? nil : words.reversed().joined(separator: " ")
    }

    /// Of those that nothing shows to be of this fit.
    var handedOverWords: String? {
        let names = peers.filter(isHandedOver).map(\.name)
        guard !names.isEmpty else { return nil }
        return
            "\(Self.names(names.map { "\($0)'s" })) coefficients are as \(Self.names(names)) handed them over: nothing "
            + "here shows that this session wrote them."
    }

    private func isHandedOver(_ peer: StudyPeer) -> Bool {
        guard case .made(let made) = verification, verification.standing == .holds else { return true }
        return !(made.isBound && made.copies.contains(peer.name) && peer.isBound)
    }

    /// "a", "a and b", "a, b and c".
    static func names(_ names: [String]) -> String {
        guard names.count > 2, let last = names.last else { return names.joined(separator: " and ") }
        return "\(names.dropLast().joined(separator: ", ")) and \(last)"
    }

    /// Under headings whose numbers would be read alone.
    var reminder: HTML {
        isBroken ? .paragraph("These numbers do not verify: see the top of this report.", kind: "failed") : []
    }
}
