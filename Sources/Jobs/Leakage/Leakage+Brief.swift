import Records

/// A job on one screen: what opens training in a few lines, then the table's own statements.
extension LeakageWords {
    /// What each party sends the other.
    func eachSends() -> [String] {
        [
            "its name, keys and approval, how many rows and columns it has, and salted hashes of them",
            "its identifiers, blinded or as tags: the other recognises only those that it has too",
        ] + told(LeakageTable.both, \.sends)
    }

    /// What each party learns of the other.
    func eachLearns() -> [String] {
        let guesses =
            sender.map { "\(peer(of: $0)), by putting guesses among its identifiers" }
            ?? "the side with fewer identifiers, by putting guesses among them"
        return [
            "who approved the job there; its number of rows and columns; columns changed since an earlier job",
            "which of its own people the other has too, and of the rest that it has not; \(guesses), whether the other has those "
                + "(at most \(setSizeBound) in all)",
        ] + told(LeakageTable.both, \.learns)
    }

    /// What one party alone sends.
    func sends(_ party: String) -> [String] { told(party, \.sends) }

    /// What one party alone learns.
    func learns(_ party: String) -> [String] { told(party, \.learns) }

    private func told(_ party: String, _ statements: KeyPath<LeakageTable.Row, [String]>) -> [String] {
        let alone = setup().filter { $0.party != LeakageTable.both }
        func told(_ rows: [LeakageTable.Row]) -> [String] {
            rows.filter { $0.party == party }.flatMap { $0[keyPath: statements] }
        }
        return told(alone + training() + end()) + told(description()).map { "if described: \($0)" }
    }
}
