import Records
import Wire

/// A job of several parties in plain words, for those who approve it: who takes part, what each sends and learns.
public struct SeveralExplanation: Sendable, Hashable, Codable {
    public struct Summary: Sendable, Hashable, Codable {
        public let name: String
        public let role: String
        public let table: String
        public let identifier: String
    }

    public let job: String
    public let title: String
    public let purpose: String
    /// The active one first.
    public let parties: [Summary]
    public let limits: String
    public let keys: String
    /// The whole table.
    public let leakage: [LeakageTable.Row]
    /// Who puts together what.
    public let coalitions: [String]
    public let notPrevented: [String]
    public let assumptions: [String]

    /// nil for a job of another kind.
    public init?(_ job: Job) {
        guard job.kind == .several else { return nil }
        self.job = job.hash.hex
        title = job.title
        purpose = job.purpose
        parties = job.parties.map { party in
            Summary(
                name: party.name, role: party.role.rawValue, table: party.table, identifier: party.identifier.words)
        }
        limits =
            "at least \(job.limits.minimumCohort) people in common, at most \(job.limits.maximumSetSize) identifiers of each party"
        keys = "\(job.keys.bits)-bit Paillier keys, made for this alignment"
        let words = SeveralLeakage(job)
        leakage = words.rows
        coalitions = words.coalitions
        notPrevented = Self.notPrevented
        assumptions = Self.assumptions
    }

    static let notPrevented = [
        "A party that guesses identifiers can put its guesses into its own table, or into its store, and learns which of them all others "
            + "have: bounded by set sizes (a store holds 1.3 times as many and 48, several stores add up) and by each site's budgets "
            + "(disclosure.md 2).",
        "A party may bring invented identifiers. It commits to what it brings, so that this can be shown later, not prevented.",
        "The active party may leave common identifiers out of its announcement, and any party may make the alignment fail without being "
            + "named. A replay at its own site, before witnesses, shows that, and nothing else.",
        "Two alignments whose sets differ by a few people differ by those people (disclosure.md 4).",
        "Whoever takes part, and how long each works, is seen on the network.",
    ]

    static let assumptions = [
        "All parties follow the protocol. Transcripts and replays show deviations, where they show them at all.",
        "Alignment: k-CAA in its group with random-oracle hashes, decisional composite residuosity, Diffie-Hellman on X25519, HMAC-SHA256 "
            + "as a pseudorandom function (multiparty-alignment.md 6).",
    ]

    public var text: String {
        var page = TextPage()
        page.line(title, indent: 0)
        page.line("job \(job)", indent: 0)
        if !purpose.isEmpty { page.line(purpose, indent: 0) }
        page.line(
            "\(parties.count) parties hold different columns about the same people, and find the rows that all of them have. No model is "
                + "fitted, and no party alone learns whom only some have.", indent: 0)
        page.line("\(limits). \(keys).", indent: 0)
        page.list(
            "Parties", parties.map { "\($0.name) (\($0.role)): table '\($0.table)' by \($0.identifier)" })
        page.table(leakage)
        page.list("If parties put together what they know", coalitions)
        page.list("Not prevented", notPrevented)
        page.list("Assumed", assumptions)
        return page.text
    }
}
