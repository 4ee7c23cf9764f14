public import Wire

/// What the parties of a job split by columns agreed on about their alignment, and what this site's policy says
/// (`protocols/multiparty-alignment.md`).
public struct MultipartySettings: Sendable, Hashable {
    /// Fewest and most parties: two are aligned by `protocols/alignment.md`.
    public static let sizes = 3...8

    /// Names in the job's order; a party's number is its place here.
    public let parties: [String]
    /// The number of the active party, which asks all others.
    public let active: Int
    /// Key size, policy and smallest cohort. Scheme and role follow from the protocol.
    public let alignment: AlignmentSettings
    /// Longest wait for one message of a party, what it and all others have to compute included.
    public let patience: Duration

    /// - Throws: ``MultipartyError/badSettings(_:)``.
    public init(
        parties: [String], active: Int, alignment: AlignmentSettings, patience: Duration = .seconds(3600)
    ) throws(MultipartyError) {
        guard Self.sizes.contains(parties.count), Set(parties).count == parties.count else {
            throw .badSettings("three to eight parties, each with a name of its own, are aligned together")
        }
        guard parties.indices.contains(active) else {
            throw .badSettings("the active party is not one of the parties")
        }
        guard alignment.scheme == .paillierOPRF else {
            throw .badSettings("more than two parties are aligned by the Paillier protocol only")
        }
        self.parties = parties
        self.active = active
        self.alignment = alignment
        self.patience = patience
    }

    /// All but the active one, in order.
    var passive: [Int] { parties.indices.filter { $0 != active } }

    /// What a session of two of the parties has of the two-party protocol: the active party is the receiver.
    func alignment(of own: Int) -> AlignmentSettings {
        var settings = alignment
        settings.role = own == active ? .receiver : .sender
        return settings
    }
}

/// How many identifiers of this party's another one can learn about, whatever it does, and whoever helps it: what budgets debit.
public struct GuessBound: Sendable, Hashable {
    public let party: String
    public let identifiers: Int
}

/// What all parties learn.
public struct MultipartyIntersection: Sendable {
    /// Positions in this party's own input, in the order that all share: row i carries the same identifier everywhere.
    public let rowIndices: [Int]
    /// The size of this party's own set.
    public let ownCount: Int
    /// Set sizes that this party was told: of all others for the active party, else of the active party.
    public let peerCounts: [String: Int]
    /// Identity of the mesh that the parties' sessions make.
    public let mesh: Bytes32
    /// Of a passive party, what it shares with each other passive one in this run alone, by that one's number.
    package var pairs: [Int: PairSecret] = [:]
}
