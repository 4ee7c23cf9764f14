internal import Wire

/// The same step in several sessions at once.
enum MultipartyFlight {
    /// Runs the step in every session; the first that fails stops the others.
    ///
    /// - Parameter sessions: by the peer's number.
    /// - Returns: by the peer's number.
    /// - Throws: ``MultipartyError/ended(by:reason:)`` for what a session finds,
    ///   ``MultipartyError/alignment(with:_:)`` for what the two-party protocol finds; other errors as they are.
    static func each<Value: Sendable>(
        _ sessions: [Int: Session], of settings: MultipartySettings,
        _ step: @escaping @Sendable (Int, Session) async throws -> Value
    ) async throws -> [Int: Value] {
        try await withThrowingTaskGroup(of: (Int, Value).self) { group in
            for (party, session) in sessions {
                group.addTask {
                    let name = settings.parties[party]
                    do {
                        return (party, try await step(party, session))
                    } catch let error as AlignmentError {
                        throw MultipartyError.alignment(with: name, error)
                    } catch let error as WireError where error != .cancelled {
                        let others = settings.parties.filter { $0 != session.localName }
                        throw MultipartyError.ended(by: name, reason: error.naming(only: others))
                    }
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    /// Sends one message to each, and takes one of the same kind from each.
    static func exchange<M: Message>(
        _ message: M, over sessions: [Int: Session], of settings: MultipartySettings
    ) async throws -> [Int: M] {
        try await each(sessions, of: settings) { _, session in
            try await session.send(message)
            return try await session.receive(M.self, within: settings.patience)
        }
    }

    static func checkpoint(_ sessions: [Int: Session], of settings: MultipartySettings) async throws {
        _ = try await each(sessions, of: settings) { _, session in try await session.checkpoint() }
    }

    /// Tells every party why, each what is its matter.
    static func end(_ sessions: [Int: Session], because error: any Error) async {
        await withTaskGroup(of: Void.self) { group in
            for session in sessions.values {
                group.addTask {
                    let reason =
                        (error as? MultipartyError)?.reason(toward: session.peerName)
                        ?? AbortReason(describing: error)
                    await session.abort(reason)
                }
            }
        }
    }
}
