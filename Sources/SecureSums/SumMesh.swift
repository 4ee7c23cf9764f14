public import Wire

/// Signs a statement with this site's identity key (Ed25519, 64 bytes).
public typealias StatementSigner = @Sendable ([UInt8]) throws -> [UInt8]

/// The sites of a job, each with a session to each other one: sums of their vectors, and nothing else, are opened to all
/// (`protocols/row-split.md`). One mesh serves one attempt; after a loss under `wait` a new one is made of new sessions.
public actor SumMesh {
    /// H("moiety/mesh/v1" || job || sites || session ids of all pairs).
    public nonisolated let id: Bytes32
    public nonisolated let settings: SumSettings
    /// This site's place among the parties.
    public nonisolated let own: Int

    private let sessions: [Int: Session]
    private let signer: StatementSigner

    init(id: Bytes32, settings: SumSettings, own: Int, sessions: [Int: Session], signer: @escaping StatementSigner) {
        self.id = id
        self.settings = settings
        self.own = own
        self.sessions = sessions
        self.signer = signer
    }

    /// Exchanges the set-up messages in all sessions at once. Call it after approvals and commitments, when nothing else is in flight.
    ///
    /// - Parameters:
    ///   - sessions: by the peer's index; one to every site but this one.
    ///   - own: this site's index.
    /// - Throws: ``SumError``; errors of the sessions name the site.
    public static func open(
        _ sessions: [Int: Session], settings: SumSettings, own: Int, signer: @escaping StatementSigner
    ) async throws -> SumMesh {
        throw SumError.badSettings("not yet")
    }
}
