import Wire

/// One message to each of several sites, and one from each, at once.
enum Flight {
    /// - Returns: what came, and why the rest did not. A session that failed is over.
    static func exchange<M: Message>(
        _ outgoing: [Int: M], over sessions: [Int: Session], round: UInt32, within limit: Duration
    ) async -> (received: [Int: M], failures: [Int: WireError]) {
        await withTaskGroup(of: (Int, Result<M, WireError>).self) { group in
            for (site, message) in outgoing {
                guard let session = sessions[site] else { continue }
                group.addTask {
                    do {
                        try await session.send(message, round: round)
                        return (site, .success(try await session.receive(M.self, round: round, within: limit)))
                    } catch let error as WireError {
                        return (site, .failure(error))
                    } catch {
                        return (site, .failure(.cancelled))
                    }
                }
            }
            var (received, failures): ([Int: M], [Int: WireError]) = ([:], [:])
            for await (site, result) in group {
                switch result {
                case .success(let message): received[site] = message
                case .failure(let error): failures[site] = error
                }
            }
            return (received, failures)
        }
    }
}
