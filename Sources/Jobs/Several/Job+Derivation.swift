import Wire

extension Job {
    /// The job that is left without a party that was lost: the same at every party that derives it (`protocols/job.md` 8.4).
    ///
    /// - Throws: ``DerivationError`` for a job that does not allow it, and for the active party or one that is none.
    public func without(_ party: String) throws(DerivationError) -> Job {
        let names = parties.map(\.name)
        if let derivedFrom, derivedFrom.without.contains(party) {
            throw .leftOutAlready(party, without: derivedFrom.without)
        }
        guard names.count > 2 || derivedFrom == nil else { throw .nobodyLeft(party: party) }
        guard withoutLost == .refit else { throw .notAllowed(parties: names) }
        guard let place = index(of: party) else { throw .unknownParty(party, parties: names) }
        guard place > 0 else { throw .activeParty(party) }
        var left = self
        left.parties.remove(at: place)
        left.derivedFrom = Derivation(
            job: derivedFrom?.job ?? hash.hex, without: (derivedFrom?.without ?? []) + [party])
        if left.parties.count == 2 {
            (left.helper, left.withoutLost) = (nil, .stop)
        } else if helper == party {
            // Who stands after the lost helper, and after the last one the first that is not the active party.
            left.helper = left.parties[place < left.parties.count ? place : 1].name
        }
        let problems = left.ruleProblems()
        guard problems.isEmpty else { throw .notAJob(party: party, problems) }
        return left
    }

    /// Whether this job is what the rule makes of the job that it says it was derived from.
    ///
    /// - Parameter original: that job, and none between: what one between says of the first is its own word.
    /// - Throws: ``DerivationError``.
    public func checkDerivation(from original: Job) throws(DerivationError) {
        guard let derivedFrom else { throw .notDerived }
        guard original.derivedFrom == nil, original.hash.hex == derivedFrom.job else {
            throw .otherJob(named: derivedFrom.job, given: original.hash.hex)
        }
        var left = original
        for party in derivedFrom.without { left = try left.without(party) }
        guard left.canonical != canonical else { return }
        throw .differs(job: derivedFrom.job, without: derivedFrom.names, fields: left.fields(otherThan: self))
    }

    /// What of two jobs differs, by the names of a file's fields.
    private func fields(otherThan other: Job) -> [String] {
        let pairs: [(String, Bool)] = [
            ("title", title == other.title), ("purpose", purpose == other.purpose),
            ("parties", parties == other.parties),
            ("helper", helper == other.helper), ("model", model == other.model), ("keys", keys == other.keys),
            ("reveal", reveal == other.reveal), ("holdout", holdout == other.holdout),
            ("crossValidation", crossValidation == other.crossValidation), ("limits", limits == other.limits),
            ("loosen", loosened == other.loosened), ("transcript", payloads == other.payloads),
            ("network", network == other.network), ("withoutLost", withoutLost == other.withoutLost),
            ("alignment", alignment == other.alignment),
        ]
        return pairs.filter { !$0.1 }.map(\.0)
    }
}
