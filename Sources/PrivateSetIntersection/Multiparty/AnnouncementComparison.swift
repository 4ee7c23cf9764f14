internal import Wire

/// What the passive parties say of an announcement, sealed and then opened: whether it was the same and right at all of
/// them, and nothing of any one (`protocols/multiparty-alignment.md` 4, step 6, and 5). For a passive party, and for whoever
/// has its logs.
struct AnnouncementComparison: Sendable {
    let mesh: Bytes32
    /// All passive parties.
    let parties: [Int]
    private(set) var commitments: [Int: Bytes32] = [:]
    private var words: [Int: Bytes32] = [:]

    init(mesh: Bytes32, parties: [Int]) {
        self.mesh = mesh
        self.parties = parties
    }

    mutating func take(_ message: ComparisonCommitment, from party: Int) { commitments[party] = message.commitment }

    /// - Throws: `announcementRefused` where it is not what was sealed.
    mutating func take(_ message: ComparisonOpening, from party: Int) throws(MultipartyError) {
        guard commitments[party] == MultipartyHash.commitment(to: message, of: party, mesh: mesh) else {
            throw .announcementRefused
        }
        words[party] = message.word
    }

    /// - Throws: `announcementRefused` unless all words are there and add up to zero.
    func check() throws(MultipartyError) {
        var sum = [UInt8](repeating: 0, count: 32)
        for party in parties {
            guard let word = words[party] else { throw .announcementRefused }
            sum = zip(sum, word.bytes).map { $0 ^ $1 }
        }
        guard sum.allSatisfy({ $0 == 0 }) else { throw .announcementRefused }
    }
}
