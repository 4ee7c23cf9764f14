/// Which side of the protocol a party takes; `protocols/alignment.md`, Roles.
public enum AlignmentRole: UInt8, Sendable, Hashable, CaseIterable {
    /// The party with the larger set sends; of equal sets, the party whose name comes first.
    case bySize = 0
    /// Owns the PRF key; cheapest for the larger set. Does not learn the members of a cohort that is too small.
    case sender = 1
    case receiver = 2
}

/// By which protocol two sets are aligned.
public enum AlignmentScheme: Sendable, Hashable, CaseIterable {
    /// `protocols/alignment.md`
    case paillierOPRF
    /// `protocols/alignment-ecdh.md`
    case curve
}

/// What the job and this site's policy say about an alignment.
public struct AlignmentSettings: Sendable, Hashable {
    public var scheme: AlignmentScheme
    /// Bits of the sender's Paillier modulus and of the group's prime: 2048 or 3072. The curve has no key of that size.
    public var keyBits: Int
    public var role: AlignmentRole
    /// The largest set that this site puts in, at most ``limit``.
    public var maximumOwnCount: Int
    /// The largest set that this site answers, at most ``limit``: how many identifiers the peer may ask about.
    public var maximumPeerCount: Int
    /// The smallest intersection that is worth a result; the larger of the two sides' minima holds.
    public var minimumCohort: Int

    /// Sets above 2^24 would exceed the statistical bound of the masks.
    public static let limit = 1 << 24

    public init(
        scheme: AlignmentScheme = .paillierOPRF, keyBits: Int = 3072, role: AlignmentRole = .bySize,
        maximumOwnCount: Int = limit, maximumPeerCount: Int = limit, minimumCohort: Int = 1
    ) {
        self.scheme = scheme
        self.keyBits = keyBits
        self.role = role
        self.maximumOwnCount = min(maximumOwnCount, Self.limit)
        self.maximumPeerCount = min(maximumPeerCount, Self.limit)
        self.minimumCohort = minimumCohort
    }
}

/// How far an alignment is: for a progress line, never for decisions.
public struct AlignmentProgress: Sendable, Hashable {
    public enum Phase: String, Sendable, Hashable {
        /// Keys and proofs of Paillier's; nothing is counted.
        case keys
        /// The receiver's identifiers, asked and answered.
        case evaluation
        /// The sender's own tags.
        case tags
    }

    public let phase: Phase
    public let done: Int
    public let total: Int
}

/// What both parties learn.
public struct Intersection: Sendable, Hashable {
    /// Positions in this party's own input, in the order that both parties share: row i here and row i at the peer
    /// carry the same identifier.
    public let rowIndices: [Int]
    /// Sizes of the sets that went in.
    public let ownCount: Int
    public let peerCount: Int
    /// The side that this party took in the end.
    public let role: AlignmentRole
}
