import Records
import Wire

/// A job for one of its parties on one screen: what it sends, what both learn, what it and the other party learn alone, and what
/// deserves a second look.
public struct PartyBrief: Sendable, Hashable, Codable {
    public let job: String
    public let title: String
    public let party: String
    public let peer: String
    /// Of a job that is what a lost party left: what that means.
    public let loss: [String]
    /// Who brings what, and what is computed of it.
    public let summary: String
    public let sends: [String]
    /// Each of the other.
    public let bothLearn: [String]
    public let learns: [String]
    public let peerLearns: [String]
    public let warnings: [String]

    /// - Parameters:
    ///   - party: one of the job's parties; nil when there is none of that name.
    ///   - rows: rows of the fit, where they are known.
    public init?(_ job: Job, for party: String, rows: Int? = nil) {
        guard let own = job.party(named: party), let peer = job.peer(of: party) else { return nil }
        let words = LeakageWords(job: job, rows: rows)
        self.job = job.hash.hex
        title = job.title
        self.party = own.name
        self.peer = peer.name
        loss = job.wordsOfLoss
        summary = Self.summary(job, own, peer)
        sends = words.eachSends() + words.sends(own.name)
        bothLearn = words.eachLearns()
        learns = words.learns(own.name)
        peerLearns = words.learns(peer.name)
        warnings = Remainder.warnings(job)
    }

    private static func summary(_ job: Job, _ own: Party, _ peer: Party) -> String {
        func columns(_ party: Party) -> String { party.columnCount == 1 ? "1 column" : "\(party.columnCount) columns" }
        let label = job.active.label ?? ""
        let short = label.count > 40 ? label.prefix(37) + "..." : label
        let held = job.holdout == .hash ? "; a fifth of the common rows is kept out of the fit" : ""
        return
            "\(job.model.family.rawValue) regression of \(job.active.name)'s '\(short)' on \(columns(own)) of mine and "
            + "\(columns(peer)) of \(peer.name)\(held); my people are found by \(own.identifier.named)"
    }
}

extension PartyBrief {
    /// Most lines of `text`, for one screen.
    package static let mostLines = 60

    /// Warnings are cut where they would not fit.
    public var text: String {
        var page = TextPage()
        page.line(title, indent: 0)
        page.line("job \(job)", indent: 0)
        for words in loss { page.line(words, indent: 0) }
        page.line(summary, indent: 0)
        page.list("I send (\(party))", sends)
        page.list("Both learn, each of the other", bothLearn)
        page.list("I learn", learns)
        page.list("They learn (\(peer))", peerLearns)
        page.list("Look twice", warnings, closing: "The whole table: protocols/leakage.md", within: Self.mostLines - 1)
        return page.text
    }
}
