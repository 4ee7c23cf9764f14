package import Wire

/// What came of it, be it an error.
package func result<Value: Sendable>(_ body: () async throws -> Value) async -> Result<Value, any Error> {
    do { return .success(try await body()) } catch { return .failure(error) }
}

extension Result {
    package var wireError: WireError? {
        if case .failure(let error) = self { error as? WireError } else { nil }
    }

    /// The name of the reason that the peer gave for ending the session.
    package var peerReason: String? {
        guard case .peerAborted(_, let reason)? = wireError else { return nil }
        return reason.name
    }
}
