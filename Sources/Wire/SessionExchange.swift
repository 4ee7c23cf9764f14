extension Session {
    /// Each side shows the other its approval of the job; returns the peer's. Call it first, on both sides.
    public func exchangeApprovals(_ note: String) async throws -> String {
        try await send(ApprovalMessage(note: note))
        return try await receive(ApprovalMessage.self).note
    }

    /// Each side fixes its inputs before the first protocol message; returns the peer's commitments.
    public func exchangeCommitments(_ items: [InputCommitments.Item]) async throws -> [InputCommitments.Item] {
        try await send(InputCommitments(items: items))
        return try await receive(InputCommitments.self).items
    }

    /// Signs a statement of this party about this session with the key that signs its log. The caller separates
    /// domains: `statement` MUST start with a name of its own kind.
    package func sign(statement: [UInt8]) throws -> [UInt8] { try logKey.sign(statement) }
}
