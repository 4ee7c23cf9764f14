/// Session, count and alignment (`protocols/wire.md`, `protocols/alignment-count.md` 5, `protocols/alignment.md` 7,
/// `protocols/alignment-ecdh.md` 5).
extension LeakageWords {
    func session() -> [LeakageTable.Row] {
        [active, passive].map { party in
            row(
                .session, party,
                sends: [
                    "its name and role, the versions it speaks, the job's hash, its certificate and signing key, a nonce",
                    "its approval: who signed it, when, and for what",
                    "commitments (salted hashes) to its inputs: they say how many rows there are, and nothing about them",
                ],
                learns: [
                    "that \(peer(of: party)) holds the same job, who approved it there, and the pinned certificate; its network "
                        + "address and the times of its messages, then and later"
                ])
        }
    }

    /// Roles follow from the job or from the set sizes.
    private func roles(_ asking: String, _ answering: String) -> (asking: String, answering: String) {
        if let sender {
            ("\(peer(of: sender)) (\(asking))", "\(sender) (\(answering))")
        } else {
            ("\(asking) (the side with fewer identifiers)", "\(answering) (the side with more identifiers)")
        }
    }

    func counting() -> [LeakageTable.Row] {
        let (counter, helper) = roles("counter", "helper")
        let opening = "how many identifiers it has, and what to round to"
        return [
            row(
                .count, helper,
                sends: [
                    opening, "its identifiers, masked and permuted",
                    "a 128-bit tag for each of the counter's identifiers under both masks, sorted: their order says nothing",
                ],
                learns: [
                    "the counter's set size and rounding",
                    "the number of common identifiers, rounded to the larger of both, or 0 if it is below \(minimumCohort); not "
                        + "which they are",
                ]),
            row(
                .count, counter,
                sends: [
                    opening, "its identifiers, masked and permuted", "the rounded count, or 0 below \(minimumCohort)",
                ],
                learns: [
                    "the helper's set size and rounding",
                    "the exact number of common identifiers, which its program does not show; not which they are",
                ]),
        ]
    }

    func alignment() -> [LeakageTable.Row] {
        let (asking, answering) = roles("receiver", "sender")
        return [
            row(
                .alignment, answering,
                sends: [Self.opening] + answers + [
                    "a 128-bit tag for each of its identifiers, sorted: random to whoever lacks the identifier",
                    "a digest of the common order",
                ],
                learns: [
                    "the receiver's set size and minimum cohort, even if the alignment goes no further",
                    "the intersection: which of its own identifiers the receiver has too; of the others nothing but that they "
                        + "are not among the receiver's valid, complete rows",
                    "if the intersection is empty: that it is; if it is smaller than \(minimumCohort): only that, no count",
                ]),
            row(
                .alignment, asking,
                sends: [Self.opening] + questions + [
                    "whether there is a match and whether there are enough; if so their number and tags, sorted, a proof for "
                        + "each that it has the identifier, and a digest of the common order"
                ],
                learns: [
                    "the sender's set size and minimum cohort, even if the alignment goes no further",
                    "the intersection: which of its own identifiers the sender has too; of the others nothing but that they "
                        + "are not among the sender's valid, complete rows",
                    "if the intersection is empty: that it is; if it is smaller than \(minimumCohort): which of its own "
                        + "identifiers are in it, nevertheless",
                    "by listing guesses among its identifiers, whether those are at the sender: at most \(setSizeBound) in all",
                ]),
        ]
    }

    /// What the sender sends between opening and tags.
    private var answers: [String] {
        switch method {
        case .paillierOPRF:
            [
                "a Paillier key made for this alignment with proofs, and the key of a pseudorandom function encrypted "
                    + "under it, with a proof of its range",
                "one group element for each blinded identifier of the receiver",
            ]
        case .ecdhP256:
            [
                "the receiver's points under a mask of its own too, once all of them have come and both sides have signed them"
            ]
        }
    }

    /// What the receiver sends of its identifiers.
    private var questions: [String] {
        switch method {
        case .paillierOPRF:
            [
                "parameters for the proofs of the sender's key, with a proof of their own; a salt",
                "its identifiers, blinded and encrypted, with a proof that each asks for one identifier",
            ]
        case .ecdhP256: ["its identifiers as points of a curve under its mask, in an order of its own"]
        }
    }

    private static let opening = "how many identifiers it has, and the smallest cohort that it accepts"
}
