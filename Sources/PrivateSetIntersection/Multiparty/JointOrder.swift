internal import Crypto
internal import Wire

/// The order that all parties' nonces give, each having been committed to before anything else was said
/// (`protocols/multiparty-alignment.md` 4, step 7).
struct JointOrder: Sendable {
    private let mesh: Bytes32
    /// A function of the order nonces, which all parties know by now.
    private let key: Bytes32

    /// - Parameters:
    ///   - nonces, commitments: by party; of all.
    /// - Throws: `nonceRefused`, with the first party whose nonce is not what it committed to.
    init(
        nonces: [Int: Bytes32], commitments: [Int: Bytes32], mesh: Bytes32, job: Bytes32, settings: MultipartySettings
    ) throws(MultipartyError) {
        var input = mesh.bytes
        for party in settings.parties.indices {
            guard let nonce = nonces[party],
                commitments[party] == MultipartyHash.commitment(toNonce: nonce, of: party, job: job)
            else { throw .nonceRefused(party: settings.parties[party]) }
            input += nonce.bytes
        }
        self.mesh = mesh
        key = MultipartyHash.hash("order", input)
    }

    /// Puts rows into the common order.
    ///
    /// - Parameter rows: of the common identifiers, as positions in `identifiers`.
    /// - Returns: them in the common order, and what all parties' messages must say of it.
    func sort(_ rows: [Int], of identifiers: [[UInt8]]) -> (rows: [Int], message: CommonOrder) {
        let key = SymmetricKey(data: key.bytes)
        let ranked = rows.map { row in
            (rank: Array(HMAC<SHA256>.authenticationCode(for: identifiers[row], using: key)), row: row)
        }.sorted { $0.rank.lexicographicallyPrecedes($1.rank) }
        var hash = SHA256()
        hash.update(data: MultipartyHash.label("ordered"))
        hash.update(data: mesh.bytes)
        hash.update(data: AlignmentHashes.bigEndian(UInt64(rows.count)))
        for (rank, _) in ranked { hash.update(data: rank) }
        return (ranked.map(\.row), CommonOrder(count: rows.count, digest: Bytes32(hash.finalize())))
    }

    /// - Throws: `ordersDiffer`, with the first party that says something else.
    static func compare(
        _ messages: [Int: CommonOrder], with own: CommonOrder, settings: MultipartySettings
    ) throws(MultipartyError) {
        for (party, message) in messages.sorted(by: { $0.key < $1.key }) where message != own {
            throw .ordersDiffer(party: settings.parties[party])
        }
    }
}
