/// Session and alignment (`protocols/wire.md`, `protocols/alignment.md`).
extension LeakageWords {
    func session() -> [LeakageTable.Row] {
        [active, passive].map { party in
            row(
                .session, party,
                sends: [
                    "its name and role, the versions it speaks, the job's hash, its certificate and signing key, a nonce",
                    "commitments (salted hashes) where the protocol has them: they say nothing about what they commit to",
                ],
                learns: [
                    "that \(peer(of: party)) holds the same job and the pinned certificate; its network address and the "
                        + "times of its messages, then and later"
                ])
        }
    }

    func alignment() -> [LeakageTable.Row] {
        let (asking, answering) =
            if let sender {
                ("\(peer(of: sender)) (receiver)", "\(sender) (sender)")
            } else {
                ("receiver (the side with fewer identifiers)", "sender (the side with more identifiers)")
            }
        return [
            row(
                .alignment, answering,
                sends: [
                    "how many identifiers it has, and the smallest cohort that it accepts",
                    "a Paillier key made for this alignment with proofs, and the key of a pseudorandom function encrypted "
                        + "under it, with a proof of its range",
                    "one group element for each blinded identifier of the receiver",
                    "a 128-bit tag for each of its identifiers, sorted: random to whoever lacks the identifier",
                ],
                learns: [
                    "how many identifiers the receiver has, and the smallest cohort that it accepts",
                    "which of its own identifiers the receiver has too; of the others nothing but that they are not there",
                    "if the intersection is empty or smaller than \(minimumCohort): only that",
                ]),
            row(
                .alignment, asking,
                sends: [
                    "how many identifiers it has, and the smallest cohort that it accepts",
                    "its identifiers, blinded and encrypted, with a proof that each asks for one identifier; a salt",
                    "the tags of the matches, sorted",
                ],
                learns: [
                    "how many identifiers the sender has, and the smallest cohort that it accepts",
                    "which of its own identifiers the sender has too; of the others nothing but that they are not there",
                    "if the intersection is smaller than \(minimumCohort): nevertheless which of its identifiers are in it",
                    "by listing guesses among its identifiers, whether those are at the sender: at most \(setSizeBound) in all",
                ]),
        ]
    }
}
