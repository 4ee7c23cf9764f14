/// What each party of a job of several parties sends and learns (`protocols/multiparty-alignment.md` 7): one source for
/// `moiety job explain` and for `protocols/leakage.md`.
struct SeveralLeakage {
    /// Names or symbols.
    private let active: String
    private let others: String
    private let minimumCohort: String
    private let bound: String

    init(_ job: Job) {
        active = job.active.name
        others = job.parties.dropFirst().map(\.name).joined(separator: ", ")
        minimumCohort = "\(job.limits.minimumCohort)"
        bound = "\(job.limits.maximumSetSize)"
    }

    /// Of any such job.
    init() {
        (active, others) = ("A", "the passive parties")
        (minimumCohort, bound) = ("`limits.minimumCohort`", "`limits.maximumSetSize`")
    }

    var rows: [LeakageTable.Row] { [session] + alignment + [early] }

    /// The same with a description, a fit or a prediction after the alignment.
    func rows(
        with fit: SeveralFitLeakage?, _ description: SeveralDescriptionLeakage?,
        _ prediction: SeveralPredictionLeakage?
    ) -> [LeakageTable.Row] {
        guard let fit else { return rows }
        let more = fit.rows
        let ends = [early] + more.filter { $0.phase == .early }
        return [session] + alignment + (description?.rows ?? []) + more.filter { $0.phase != .early }
            + (prediction?.rows ?? []) + [
                LeakageTable.Row(
                    phase: .early, party: LeakageTable.both, sends: ends.flatMap(\.sends),
                    learns: ends.flatMap(\.learns))
            ]
    }

    private var session: LeakageTable.Row {
        LeakageTable.Row(
            phase: .session, party: LeakageTable.both,
            sends: [
                "to each other party its name and role, the versions it speaks, the job's hash, its certificate and signing key, a nonce",
                "its approval: who signed it, when, and for what",
                "a commitment (salted hash) to its identifiers; between \(active) and another party it says how many there are, between two "
                    + "others not even that",
            ],
            learns: [
                "that the others hold the same job, who approved it there, the pinned certificates, their network addresses and the times "
                    + "of their messages, then and later"
            ])
    }

    private var alignment: [LeakageTable.Row] {
        [
            LeakageTable.Row(
                phase: .alignment, party: active,
                sends: [
                    "to each other party how many identifiers it has and its minimum cohort",
                    "to each its identifiers, blinded and encrypted, with a proof that each asks for one identifier",
                    "whether there is a match of all and whether there are enough; if so their number, and to each that party's tags of "
                        + "them, sorted",
                    "a random number for the common order, and a digest of that order",
                ],
                learns: [
                    "how many identifiers each other party has, and its minimum cohort, even if the alignment goes no further",
                    "the common identifiers: which of its own all others have. Not which of them some of the others have",
                    "if nobody is common to all: that; if fewer than \(minimumCohort) are: which of its own they are, nevertheless",
                    "by listing guesses among its identifiers, whether those are at all others: at most \(bound) in all",
                ]),
            LeakageTable.Row(
                phase: .alignment, party: LeakagePhase.eachPassive,
                sends: [
                    "to \(active) how many identifiers it has and its minimum cohort, a Paillier key made for this alignment with proofs, the "
                        + "key of a pseudorandom function encrypted under it, one group element for each blinded identifier",
                    "to \(active) a store of random-looking cells, \(Self.cells): it gives \(active) a share for each identifier "
                        + "of this party's, which is noise without those of all others",
                    "to each other passive party a digest that compares what \(active) announced, random unless all agree",
                    "to all a random number for the common order, and a digest of that order",
                ],
                learns: [
                    "\(active)'s set size and minimum cohort; nothing of the other passive parties' sets",
                    "the common identifiers: which of its own all others have; of its others nothing but that they are not in all sets",
                    "if nobody is common to all: that; if fewer than \(minimumCohort) are: only that, no count",
                    "that what \(active) announced was not the same and right for all, where that is so",
                    "by guesses in its store, whether all others have them: up to 1.3 times its set size and 48; with other passive parties as "
                        + "many as all their stores have cells",
                ]),
        ]
    }

    private static let cells = "about 1.3 for each of its identifiers"

    private var early: LeakageTable.Row {
        LeakageTable.Row(
            phase: .early, party: LeakageTable.both,
            sends: ["that it ends, by a name that says nothing of its identifiers"],
            learns: [
                "of whatever goes wrong between the announcement and the comparison one and the same name, whoever has which identifier"
            ])
    }

    /// Who puts together what.
    var coalitions: [String] {
        [
            "\(active) together with some of the others learns which of \(active)'s identifiers all the rest have: with all but one "
                + "of them, that one's intersection with \(active).",
            "The others together (\(others)), without \(active), learn the common identifiers and \(active)'s set size and minimum cohort.",
            "Nobody but \(active) is told how many identifiers a passive party has.",
        ]
    }
}
