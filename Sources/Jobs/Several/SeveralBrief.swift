import Records
import Wire

/// A fit of several parties for one of them on one screen: what it sends and learns, what all learn, who is trusted, and what deserves a
/// second look.
public struct SeveralBrief: Sendable, Hashable, Codable {
    public let job: String
    public let title: String
    public let party: String
    /// Who brings what, and what is computed of it.
    public let summary: String
    /// What becomes of the job without a party, and of one that is what another left.
    public let loss: [String]
    public let sends: [String]
    public let allLearn: [String]
    public let learns: [String]
    /// Who could put what together, of those that concern this party.
    public let coalitions: [String]
    public let warnings: [String]

    /// - Parameter party: one of the job's parties; nil when there is none of that name, or the job is none of several parties that fit a
    ///   model.
    public init?(_ job: Job, for party: String) {
        guard let own = job.party(named: party), let fit = SeveralFitLeakage(job) else {
            return nil
        }
        self.job = job.hash.hex
        title = job.title
        self.party = own.name
        summary = Self.summary(job, own)
        loss = job.wordsOfLoss
        let words = SeveralLeakage(job)
        let aligned = words.rows.filter { $0.phase == .alignment && Self.isOf($0.party, own, in: job) }
        let description = SeveralDescriptionLeakage(job)
        let scores = SeveralPredictionLeakage(job)
        func described(_ isForAll: Bool, _ statements: KeyPath<LeakageTable.Row, [String]>) -> [String] {
            (description?.rows ?? []).filter {
                isForAll ? $0.party == LeakageTable.both : Self.isOf($0.party, own, in: job)
            }.flatMap { $0[keyPath: statements] }.map { "if described: \($0)" }
        }
        let rows = fit.rows.filter { $0.phase != .early }
        let alone = rows.filter { Self.isOf($0.party, own, in: job) }
        let isActive = own.role == .active
        sends =
            [
                "its name, keys and approval, how many columns it has, and salted hashes of them",
                isActive
                    ? "to each other party its identifiers, blinded and encrypted, and how many they are"
                    : "to \(job.active.name) a store of random-looking cells, which says nothing about a person whom not all have, and how many "
                        + "identifiers it has",
            ] + alone.flatMap(\.sends)
            // What stands for its columns is said above.
            + (description?.told ?? []).map { "if described: \($0)" }
            + described(false, \.sends)
            + (scores == nil || isActive ? [] : [SeveralPredictionLeakage.briefSent])
        allLearn =
            [
                "who approved the job at each; numbers of columns; columns changed since an earlier job"
            ]
            + rows.filter { $0.party == LeakageTable.both && $0.phase != .setup }.flatMap(\.learns)
            + described(true, \.learns)
            + [
                "if it ends without a result: that it does, and why by a name; of collinear or separated columns some digits more"
            ]
        learns =
            (aligned + alone).flatMap(\.learns) + described(false, \.learns)
            + (scores == nil || !isActive ? [] : [SeveralPredictionLeakage.brief])
        // Who learns nothing by it is not named here.
        coalitions =
            [fit.assumption] + words.coalitions.prefix(1) + (description?.coalitions ?? []) + fit.gainingCoalitions
            + (scores?.coalitions ?? [])
        warnings = Remainder.warnings(job)
    }

    /// Whether a row of the leakage table is about this party and not about all.
    private static func isOf(_ name: String, _ own: Party, in job: Job) -> Bool {
        let isHolder = own.role == .active || own.name == job.helper
        return switch name {
        case own.name: true
        case LeakageTable.both: false
        case LeakagePhase.eachPassive: own.role == .passive
        case LeakagePhase.eachFurther: !isHolder
        default: isHolder && job.helper.map { name == SeveralFitLeakage.each(of: job.active.name, $0) } == true
        }
    }

    private static func summary(_ job: Job, _ own: Party) -> String {
        func columns(_ party: Party) -> String { party.columnCount == 1 ? "1 column" : "\(party.columnCount) columns" }
        let others = job.others(than: own.name).map { "\(columns($0)) of \($0.name)" }.joined(separator: ", ")
        let held = job.holdout == .hash ? "; a fifth of the common rows is kept out of the fit" : ""
        return
            "\(job.model.family.rawValue) regression of \(job.active.name)'s '\(job.active.label ?? "")' on \(columns(own)) of "
            + "mine and \(others)\(held); my people are found by \(own.identifier.named)"
    }
}

extension SeveralBrief {
    /// Most lines of `text`: a large screen.
    package static let mostLines = 70

    /// Warnings are cut where they would not fit.
    public var text: String {
        var page = TextPage()
        page.line(title, indent: 0)
        page.line("job \(job)", indent: 0)
        page.line(summary, indent: 0)
        for words in loss { page.line(words, indent: 0) }
        page.list("I send (\(party))", sends)
        page.list("All learn", allLearn)
        page.list("I learn", learns)
        page.list("Whom this trusts", coalitions)
        page.list(
            "Look twice", warnings, closing: "The whole table: protocols/leakage.md", within: Self.mostLines - 1)
        return page.text
    }
}
