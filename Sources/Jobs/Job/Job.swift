public import Records

/// What the parties agree on: written by people in YAML, shared, without paths and without secrets.
///
/// A `Job` value is always valid: it comes from `init(yaml:)` or `init(canonical:)`, which check the same rules.
/// Its identity is `hash`, the SHA-256 of its canonical encoding (`protocols/job.md`).
public struct Job: Sendable, Hashable {
    /// Version of the job file and of its encoding; both parties must read the same one.
    public static let formatVersion: UInt16 = 8

    public internal(set) var title: String
    /// Why the parties do this, for those who approve it. May be empty.
    public internal(set) var purpose: String
    /// The active party first, then the passive one; of a job split by rows all sites, in the job's order.
    public internal(set) var parties: [Party]
    public internal(set) var alignment: AlignmentTerms
    public internal(set) var model: Model
    public internal(set) var keys: Keys
    /// What is opened besides each party's own coefficients, in the order of `Reveal.allCases`; always
    /// contains `.coefficients`, but for a job split by rows that fits no model.
    public internal(set) var reveal: [Reveal]
    public internal(set) var holdout: HoldOut
    /// Parts of the fitted rows of which each is predicted without itself; 0 for none.
    public internal(set) var crossValidation: Int
    public internal(set) var limits: Limits
    /// Guards that the parties agree to loosen, in the order of their codes.
    public internal(set) var loosened: [Guard]
    public internal(set) var payloads: Payloads
    public internal(set) var network: Network
    /// Where the parties hold the same columns about different people; nil where they hold different columns about the same. Such a job has
    /// nothing to align: its terms for that are the standard ones, and mean nothing.
    public internal(set) var rows: RowTerms? = nil
    /// Of three to eight parties with different columns that fit a model: the passive party that shares all numbers with the active one
    /// (`protocols/multiparty-training.md`). nil where such parties only align their rows, and in every other job.
    public internal(set) var helper: String? = nil
    /// Of such a fit: what becomes of it when a party is lost for good.
    public internal(set) var withoutLost: WithoutLost = .stop
    /// Of a job that is what another one left when a party of it was lost; nil in every other job.
    public internal(set) var derivedFrom: Derivation? = nil
}

extension Job {
    /// Who holds the label.
    public var active: Party { parties[0] }

    /// Who brings features only.
    public var passive: Party { parties[1] }

    /// The party of that name, if it takes part.
    public func party(named name: String) -> Party? { parties.first { $0.name == name } }

    /// The other party than the one named.
    public func peer(of name: String) -> Party? {
        party(named: name) == nil ? nil : parties.first { $0.name != name }
    }

    /// Who bring features only: one party, or the passive ones of several.
    public var passives: ArraySlice<Party> { parties.dropFirst() }

    /// The passive party that shares numbers with the active one.
    public var sharing: Party { helper.flatMap(party(named:)) ?? passive }

    /// Passive parties besides that one, in the order of the job.
    public var furtherParties: [Party] { helper == nil ? [] : passives.filter { $0.name != helper } }

    /// Coefficients that a party ends with: one a numeric or yes/no column, one less than levels a categorical
    /// column, and the constant at the active party, which a proportional-hazards model has among its columns too.
    public func parameterCount(of party: Party) -> Int {
        party.columnCount + (party.role == .passive ? 0 : 1)
    }

    /// Coefficients of the whole model, the constant among them.
    public var parameterCount: Int {
        // The parties of a job split by rows have the same model.
        parties.prefix(isSplitByRows ? 1 : parties.count).reduce(0) { $0 + parameterCount(of: $1) }
    }

    /// The same as results have them: a proportional-hazards model has no intercept.
    public var coefficientCount: Int {
        parties.prefix(isSplitByRows ? 1 : parties.count).reduce(0) { $0 + coefficientCount(of: $1) }
    }

    public func coefficientCount(of party: Party) -> Int {
        party.columnCount + (party.role != .passive && model.family.hasIntercept ? 1 : 0)
    }

    public func reveals(_ item: Reveal) -> Bool { reveal.contains(item) }
}

/// How the common people are found.
public struct AlignmentTerms: Sendable, Hashable {
    public enum Method: String, Sendable, Hashable, CaseIterable, Codable {
        /// `protocols/alignment.md`
        case paillierOPRF = "paillier-oprf"
        /// `protocols/alignment-ecdh.md`
        case ecdhP256 = "ecdh-p256"
    }

    public internal(set) var method: Method
    /// Name of the party that acts as the sender; nil is `auto`: the one with more identifiers.
    public internal(set) var sender: String?
}

/// Which model, and when its training ends.
public struct Model: Sendable, Hashable {
    public internal(set) var family: ModelFamily
    /// Negative binomial: theta, where the job gives it; nil where the fit estimates it.
    public internal(set) var theta: Double?
    /// Lambda of `(1/n) sum loss + (lambda/2) ||w||^2` over standardised features; the intercept is not penalised.
    public internal(set) var l2: Double
    /// Of `l1 ||w||_1` beside it, for an elastic net; linear models only.
    public internal(set) var l1: Double
    /// Training stops when the joint gradient, in the scale of standard errors, falls below this.
    public internal(set) var tolerance: Double
    /// No more passes than this: each opens a number.
    public internal(set) var maximumPasses: Int
    /// How standard errors are estimated.
    public internal(set) var covariance: Covariance
    /// Proportional hazards: events at the same time; nil for other families.
    public internal(set) var ties: Ties?
    /// There too: no more events than this among the fitted rows; nil for their number. What depends on the number of events is
    /// padded to it.
    public internal(set) var mostEvents: Int?
    /// There too: ascending times of survival curves; none without them.
    public internal(set) var times: [Double]
    /// There too, where rows have strata: no more of these than this, each with a curve of its own; nil where there is one curve.
    public internal(set) var mostStrata: Int?
    /// There too: a feature of one party whose levels are compared; nil without one.
    public internal(set) var groups: String?

    /// Numbers of all survival curves.
    public var curvePoints: Int { times.count * (mostStrata ?? 1) }

    public var isPenalised: Bool { l2 > 0 || l1 > 0 }
}

/// The Paillier keys of the job: one a party for training, one for alignment.
public struct Keys: Sendable, Hashable {
    /// How long the exponents of an owner's nonces are (`protocols/paillier.md` 2), shortest first.
    public enum Nonces: String, Sendable, Hashable, CaseIterable, Codable, Comparable {
        /// Cheaper encryption, one more assumption about a party's own ciphertexts.
        case short
        /// Half of the modulus.
        case half

        public static func < (a: Self, b: Self) -> Bool { a == .short && b == .half }
    }

    /// Bits of the modulus: 2048 or 3072.
    public internal(set) var bits: Int
    public internal(set) var nonces: Nonces

    public static let allowedBits = [2048, 3072]
}

/// Bounds that a run must keep; each site's policy may demand stricter ones.
public struct Limits: Sendable, Hashable {
    /// Fewest aligned rows.
    public internal(set) var minimumCohort: Int
    /// Fewest rows in each level of a yes/no or categorical column, and of a yes/no label.
    public internal(set) var minimumCell: Int
    /// Most coefficients a row.
    public internal(set) var parametersPerRow: Double
    /// Most identifiers that either party may put into the alignment.
    public internal(set) var maximumSetSize: Int
    /// Fewest passive coefficients with which row-wise scores may be opened.
    public internal(set) var minimumPassiveColumns: Int
}

/// What each side keeps of the messages it recorded (`protocols/transcript.md` 3).
public enum Payloads: String, Sendable, Hashable, CaseIterable, Codable {
    /// All payloads: what a replay and an audit need.
    case full
    /// Of bulk messages (ciphertexts and group elements by the row) the hash and the length; of all others the payload.
    case hashes
}

/// Who listens and how long anyone waits.
public struct Network: Sendable, Hashable {
    /// Name of the party that listens; the other dials.
    public internal(set) var listener: String
    /// Seconds to wait for the peer to appear.
    public internal(set) var connectTimeout: Int
    /// Seconds to wait for one message.
    public internal(set) var messageTimeout: Int
}
