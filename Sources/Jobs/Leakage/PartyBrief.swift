import Records
import Wire

/// A job for one of its parties on one screen: what it sends, what it learns, what the other party learns, and what deserves a
/// second look. `Explanation` has everything, message by message.
public struct PartyBrief: Sendable, Hashable, Codable {
    public let job: String
    public let title: String
    public let party: String
    public let peer: String
    /// Who brings what, and what is computed of it.
    public let summary: [String]
    public let sends: [String]
    public let learns: [String]
    public let peerLearns: [String]
    public let warnings: [String]

    /// - Parameters:
    ///   - party: one of the job's parties; nil when there is none of that name.
    ///   - rows: rows of the fit, where they are known.
    public init?(_ job: Job, for party: String, rows: Int? = nil) {
        guard let own = job.party(named: party), let peer = job.peer(of: party) else { return nil }
        let words = BriefWords(job: job, rows: rows)
        self.job = job.hash.hex
        title = job.title
        self.party = own.name
        self.peer = peer.name
        summary = words.summary(own, peer)
        sends = words.sends(own, peer)
        learns = words.learns(own, peer)
        peerLearns = words.learns(peer, own)
        warnings = Remainder.plainWarnings(job)
    }
}

extension PartyBrief {
    /// Most lines and characters a line of `text`, for one screen.
    package static let mostLines = 60

    /// Four sections. Names in a long list of columns or warnings are cut where they would not fit; the whole is in
    /// `Explanation.text`.
    public var text: String {
        var page = TextPage()
        page.line(title, indent: 0)
        page.line("job \(job)", indent: 0)
        for line in summary { page.line(line, indent: 0) }
        add("I send (\(party))", sends, to: &page)
        add("I learn", learns, to: &page)
        add("They learn (\(peer))", peerLearns, to: &page)
        var closing = warnings
        closing.append("Every message, and what guards the data: moiety job explain JOB")
        let room = Self.mostLines - page.text.count { $0 == "\n" } - 3
        page.heading("Look twice")
        for (index, warning) in closing.enumerated() {
            var trial = TextPage()
            for line in closing[...index] { trial.item(line) }
            let isLast = index == closing.count - 1
            if trial.text.count(where: { $0 == "\n" }) > room - (isLast ? 0 : 1), !isLast {
                page.item("and \(closing.count - index) more points: moiety job explain JOB")
                break
            }
            page.item(warning)
        }
        return page.text
    }

    private func add(_ title: String, _ lines: [String], to page: inout TextPage) {
        page.heading(title)
        for line in lines { page.item(line) }
    }
}

/// The statements of a brief. Each stands for one or several of the leakage table (`LeakageWords`), in words that need no
/// page of formulas.
private struct BriefWords {
    let job: Job
    let rows: Int?

    private var isLogistic: Bool { job.model.family == .logistic }
    private var opensErrors: Bool {
        job.reveals(.standardErrors) && Guards.allowsInformation(job, rows: rows) != false
    }

    /// Where it depends on rows that are not known.
    private var ifErrors: String {
        guard Guards.allowsInformation(job, rows: rows) == nil else { return "" }
        return " (with \(InformationRule.rows(parameters: job.parameterCount)) common rows or more)"
    }

    func summary(_ own: Party, _ peer: Party) -> [String] {
        let label = job.active.label ?? ""
        let passes = isLogistic ? ", at most \(job.model.maximumPasses) passes" : ""
        let held = job.holdout == .hash ? "; a fifth of the common rows is kept out of the fit" : ""
        return [
            "\(job.model.family.rawValue) regression of \(job.active.name)'s '\(short(label))' on "
                + "\(count(own.columnCount, "column")) of mine and \(count(peer.columnCount, "column")) of \(peer.name)\(passes)\(held)"
        ]
    }

    func sends(_ own: Party, _ peer: Party) -> [String] {
        var lines = [
            "this site's name, keys and approval: who signed, when, and why",
            "how many usable rows I have, and salted hashes of them: nothing can be read from those",
            "my identifiers, blinded or as tags: \(peer.name) recognises only those that it has too",
        ]
        lines.append(
            isLogistic
                ? "for each common row, numbers that are encrypted or masked: \(peer.name) cannot read them"
                : own.role == .active
                    ? "for each common row, my columns and residual, mixed and encrypted: \(peer.name) cannot read them"
                    : "sums over all common rows, masked: \(peer.name) cannot read them")
        lines.append(sums(own, peer))
        if own.role == .passive {
            lines.append("my part of the intercept: one number")
            if job.reveals(.scores) {
                lines.append("IN CLEAR: my part of the score of every common row\(heldOut), one number a person")
            }
        }
        return lines
    }

    private var heldOut: String { job.holdout == .hash ? ", held-out rows too" : "" }

    private func sums(_ own: Party, _ peer: Party) -> String {
        if isLogistic {
            return
                "sums over all common rows that \(peer.name) learns, each pass \(job.parameterCount(of: peer)) of them with "
                + "noise, and figures about the size of my gradient and coefficients"
        }
        return "sums over all common rows that \(peer.name) learns, see below"
    }

    func learns(_ party: Party, _ peer: Party) -> [String] {
        let parameters = job.parameterCount(of: party)
        var lines = [
            "how many usable rows \(peer.name) has, who approved the job there, and its keys",
            "which of \(party.name)'s people \(peer.name) has too; of the others, that it does not",
        ]
        if job.alignment.sender != party.name {
            lines.append(
                "by putting guesses among its identifiers, whether \(peer.name) has those: at most "
                    + "\(job.limits.maximumSetSize) identifiers in all")
        }
        lines.append(
            "its own \(count(parameters, "coefficient"))"
                + (opensErrors ? ", and their standard errors\(ifErrors)" : ", without standard errors"))
        lines += isLogistic ? logistic(party, peer, parameters) : linear(party, peer, parameters)
        if opensErrors { lines.append(errors(party, peer, parameters)) }
        guard party.role == .active else { return lines }
        if job.reveals(.metrics) {
            lines.append(isLogistic ? "the Brier score over all fitted rows" : "R^2 and the residual variance")
        }
        if job.reveals(.scores) {
            lines.append("\(peer.name)'s part of the score of EVERY common row\(heldOut): one number a person")
        }
        return lines
    }

    private func logistic(_ party: Party, _ peer: Party, _ parameters: Int) -> [String] {
        var lines = [
            "in each pass \(count(parameters, "sum")) over all common rows with noise, and the size of the joint gradient"
        ]
        if party.role == .active {
            lines.append(
                "in each pass the size of \(peer.name)'s largest predictor, to a factor of two, and its part of the "
                    + "intercept at the end")
        } else {
            lines.append("the mean weight of \(peer.name)'s own fit, to a factor of two")
        }
        if job.model.l2 == 0 || job.reveals(.metrics) {
            lines.append("the log-likelihood over all fitted rows" + (job.model.l2 == 0 ? ", up to a few times" : ""))
        }
        return lines
    }

    private func linear(_ party: Party, _ peer: Party, _ parameters: Int) -> [String] {
        guard party.role == .active else {
            return [
                "how far \(peer.name)'s columns together explain its own: \(count(triangle(parameters), "number"))",
                "its columns against what \(peer.name)'s own fit leaves: \(count(parameters, "number"))",
                "the outcome's standard deviation, to a factor of two",
            ]
        }
        var lines = [
            "its columns against \(peer.name)'s part of the prediction: \(count(parameters, "sum")) over all rows",
            "by how much \(peer.name)'s columns reduce the residual, and so R^2; \(peer.name)'s part of the intercept",
        ]
        if job.model.l2 > 0 { lines.append("the squared length of \(peer.name)'s coefficients") }
        return lines
    }

    private func errors(_ party: Party, _ peer: Party, _ parameters: Int) -> String {
        let blocks = isLogistic ? "blocks of the information and covariance matrices" : "block of the covariance matrix"
        return "with the standard errors its own \(blocks): \(count(triangle(parameters), "number")) each\(ifErrors)"
    }

    private func triangle(_ order: Int) -> Int { order * (order + 1) / 2 }

    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    private func short(_ text: String) -> String { text.count > 40 ? text.prefix(37) + "..." : text }
}
