import Records
import Wire

/// A job of several parties in plain words, for those who approve it: who takes part, what each sends and learns.
public struct SeveralExplanation: Sendable, Hashable, Codable {
    public struct Summary: Sendable, Hashable, Codable {
        public let name: String
        public let role: String
        public let table: String
        public let identifier: String
        /// Of a fit.
        public let label: String?
        /// Its offset, exposure and case weights, and what it is described by.
        public let beside: [String]
        public let features: [String]

        fileprivate var line: String {
            let columns =
                [label.map { "label \($0)" }].compactMap(\.self) + beside
                + (features.isEmpty ? [] : [features.joined(separator: ", ")])
            return "\(name) (\(role)): table '\(table)' by \(identifier)"
                + (columns.isEmpty ? "" : "; " + columns.joined(separator: "; "))
        }
    }

    public let job: String
    public let title: String
    public let purpose: String
    /// From which job it was derived, if it was.
    public let derivedFrom: Derivation?
    /// What becomes of it without a lost party, and what it leaves out of another job; empty where it says nothing of that.
    public let loss: [String]
    /// The active one first.
    public let parties: [Summary]
    /// Of a fit, and what is opened of it; nil where the parties align only.
    public let model: String?
    public let opened: [String]
    /// The passive party that computes with the active one.
    public let helper: String?
    public let limits: String
    public let keys: String
    /// The whole table.
    public let leakage: [LeakageTable.Row]
    /// Who puts together what.
    public let coalitions: [String]
    /// Of a fit: what each party checks before it trains.
    public let guards: [String]
    public let notPrevented: [String]
    public let assumptions: [String]

    /// nil for a job of another kind.
    public init?(_ job: Job) {
        guard job.kind == .several else { return nil }
        self.job = job.hash.hex
        title = job.title
        purpose = job.purpose
        (derivedFrom, loss) = (job.derivedFrom, job.wordsOfLoss)
        parties = job.parties.map { party in
            Summary(
                name: party.name, role: party.name == job.helper ? "passive, helper" : party.role.rawValue,
                table: party.table, identifier: party.identifier.words, label: party.label,
                beside: party.beside.all.map { "\($0.word) \($0.column)" }
                    + [party.group].compactMap { $0.map { "described by \($0.column)" } },
                features: party.features.map(\.words))
        }
        model = job.hasModel ? Explanation.model(job) : nil
        opened = job.hasModel ? job.reveal.map(\.rawValue) : []
        helper = job.helper
        limits =
            job.hasModel
            ? Explanation.rows(job) + "; at most \(job.limits.maximumSetSize) identifiers of each party"
            : "at least \(job.limits.minimumCohort) people in common, at most \(job.limits.maximumSetSize) identifiers of each party"
        keys = "\(job.keys.bits)-bit Paillier keys, made for this job"
        let (words, fit, description) = (SeveralLeakage(job), SeveralFitLeakage(job), SeveralDescriptionLeakage(job))
        leakage = LeakageTable(job: job).rows
        coalitions =
            words.coalitions + (description?.coalitions ?? []) + (fit?.coalitions ?? [])
            + (SeveralPredictionLeakage(job)?.coalitions ?? [])
        guards =
            job.hasModel
            ? Guard.allCases.map { "\($0.name)\(job.loosened.contains($0) ? " (loosened)" : ""): \($0.brief)" } : []
        notPrevented = Self.notPrevented + (job.hasModel ? Self.notPreventedOfFits : [])
        assumptions =
            [fit?.assumption].compactMap(\.self) + Self.assumptions + (job.hasModel ? Self.assumptionsOfFits : [])
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

    static let notPreventedOfFits = [
        "A party may bring invented columns, or compute something else than the protocol says. What was opened is found out where two "
            + "parties tell different numbers, all else by a replay of all sessions of a party at its own site.",
        "Results of many jobs add up: each site counts them for each other party that learns them (disclosure.md 2).",
    ]

    static let assumptionsOfFits = [
        "Training: decisional composite residuosity, with nonces of the job's length (training.md 7)."
    ]

    public var text: String {
        var page = TextPage()
        page.line(title, indent: 0)
        page.line("job \(job)", indent: 0)
        if !purpose.isEmpty { page.line(purpose, indent: 0) }
        for words in loss { page.line(words, indent: 0) }
        page.line(
            "\(parties.count) parties hold different columns about the same people, and find the rows that all of them have. "
                + "\(model == nil ? "No model is fitted, and no" : "No") party alone learns whom only some have.",
            indent: 0)
        if let model, let helper {
            page.line(
                "Over these they fit one model: \(model). Opened: \(opened.joined(separator: ", ")). \(helper) is the helper: it and "
                    + "\(parties[0].name) compute with two parts of everything, of which each has one.", indent: 0)
        }
        page.line("\(limits). \(keys).", indent: 0)
        page.list("Parties", parties.map(\.line))
        page.table(leakage)
        page.list("If parties put together what they know", coalitions)
        page.list("Guards, checked by each party before it trains", guards)
        page.list("Not prevented", notPrevented)
        page.list("Assumed", assumptions)
        return page.text
    }
}
