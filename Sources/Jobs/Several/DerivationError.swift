/// Why a job cannot be derived, or is not what it says it was derived as (`protocols/job.md` 8.4).
public enum DerivationError: Error, Hashable, Sendable {
    /// The job does not say `withoutLost: refit`.
    case notAllowed(parties: [String])
    /// A fit of two, or what is left of a larger one.
    case nobodyLeft(party: String)
    case unknownParty(String, parties: [String])
    case leftOutAlready(String, without: [String])
    /// It has the label.
    case activeParty(String)
    /// What is left breaks a rule of jobs.
    case notAJob(party: String, [DocumentProblem])
    /// The job to compare does not say that it was derived.
    case notDerived
    /// It names another job than the one given.
    case otherJob(named: String, given: String)
    /// It is not what the rule makes of the job given; `fields` are those that differ.
    case differs(job: String, without: String, fields: [String])

    public var name: String {
        switch self {
        case .notAllowed: "refitNotAllowed"
        case .nobodyLeft: "nobodyLeft"
        case .unknownParty: "unknownParty"
        case .leftOutAlready: "leftOutAlready"
        case .activeParty: "activePartyLost"
        case .notAJob: "notAJobWithout"
        case .notDerived: "notDerived"
        case .otherJob: "derivedFromOther"
        case .differs: "derivationDiffers"
        }
    }
}

extension DerivationError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notAllowed(let parties):
            parties.count > 2
                ? "this job does not allow a fit without a lost party: it does not say 'withoutLost: refit'"
                : "a job of two parties has nobody to fit with when one is lost"
        case .nobodyLeft(let party): "without \(party) nobody is left to fit with"
        case .unknownParty(let party, _): "'\(party.prefix(40))' is no party of this job"
        case .leftOutAlready(let party, _): "this job leaves out \(party) already"
        case .activeParty(let party): "\(party) is the active party: without its label there is nothing to fit"
        case .notAJob(let party, let problems):
            "what is left without \(party) is no job: " + problems.map(\.description).joined(separator: "; ")
        case .notDerived: "this job does not say that it was derived from another one"
        case .otherJob(let named, let given):
            "this job says that it was derived from job \(named), and this one is \(given)"
        case .differs(let job, let without, let fields):
            "this job says that it is job \(job.prefix(16)) without \(without), and is not what is left of that job: "
                + "\(fields.map { "'\($0)'" }.joined(separator: ", ")) \(fields.count == 1 ? "differs" : "differ")"
        }
    }

    public var hint: String? {
        switch self {
        case .notAllowed(let parties):
            parties.count > 2 ? "write and approve another job: moiety job new --parties" : nil
        case .unknownParty(_, let parties): "its parties are \(parties.joined(separator: ", "))"
        case .leftOutAlready(_, let without): "it leaves out \(without.joined(separator: ", "))"
        case .notDerived: "moiety job without makes such a job"
        case .otherJob:
            "give the job whose hash it names, the first one, which all had approved: moiety job explain prints a job's hash"
        case .differs: "do not approve it: moiety job without makes the right one, the same bytes at every party"
        case .nobodyLeft, .activeParty, .notAJob: nil
        }
    }
}
