import Synchronization

extension Session {
    /// The peer's next message, which must be this one.
    ///
    /// - Throws: `unexpectedMessage`, `unexpectedRound`, `unexpectedChunk`, `malformedMessage` and the record's own
    ///   errors, all of which end the session on both sides; `peerAborted` with the peer's reason; `timeout`,
    ///   `connectionLost`; `CancellationError`.
    public func receive<M: Message>(
        _ type: M.Type, round: UInt32 = 0, chunk: Chunk = .whole, within limit: Duration? = nil
    ) async throws -> M {
        try await receiveWithHead(type, round: round, chunk: chunk, within: limit).message
    }

    /// As `receive`, with the head of the peer's log after this message: what `randomness(…, after:)` binds an answer to.
    public func receiveWithHead<M: Message>(
        _: M.Type, round: UInt32 = 0, chunk: Chunk = .whole, within limit: Duration? = nil
    ) async throws -> (message: M, head: TreeHead) {
        let (received, head) = try await next(expecting: M.type, name: M.name, round: round, within: limit) { found in
            found == chunk ? nil : .unexpectedChunk(peer: self.peerName, message: M.name, expected: chunk, found: found)
        }
        return (try await decode(M.self, received), head)
    }

    private func decode<M: Message>(_: M.Type, _ received: Received) async throws -> M {
        do {
            return try M(payload: received.payload)
        } catch {
            throw await reject(.malformedMessage(peer: peerName, message: M.name, cause: error))
        }
    }

    private func next(
        expecting type: MessageType, name: String, round: UInt32, within limit: Duration?,
        checkingChunk: (Chunk) -> WireError?
    ) async throws -> (Received, TreeHead) {
        let (received, wrong) = try await nextRecord(name: name, within: limit ?? limits.wait) { record in
            if record.type != type {
                return .unexpectedMessage(peer: self.peerName, expected: name, found: record.type)
            }
            if record.round != round {
                return .unexpectedRound(peer: self.peerName, message: name, expected: round, found: record.round)
            }
            return checkingChunk(record.chunk)
        }
        if let wrong { throw await reject(wrong) }
        return (received, received.head)
    }

    struct Received: Sendable {
        let record: Record
        let payload: [UInt8]
        let head: TreeHead
    }

    private func nextRecord(
        name: String, within limit: Duration, _ check: (Record) -> WireError?
    ) async throws -> (Received, WireError?) {
        try await receiving.acquire()
        defer { receiving.release() }
        try checkOpen()
        let channel = channel
        var received: Received?
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while received == nil {
            let frame: [UInt8]
            do {
                frame = try await withDeadline(
                    max(.zero, clock.now.duration(to: deadline)), throwing: .timeout(peer: peerName, waitingFor: name),
                    onTimeout: {}, { try await channel.receive() })
            } catch is CancellationError {
                throw CancellationError()
            } catch let error as WireError where error.kind == .timeout {
                throw await reject(error)
            } catch let error as WireError where error.kind == .violation {
                throw await reject(error.named(peerName))
            } catch {
                throw settle(.connectionLost(peer: peerName))
            }
            do {
                received = try accept(frame: frame)
            } catch let error as WireError {
                if case .peerAborted = error {
                    await channel.close()
                    throw error
                }
                throw await reject(error)
            } catch {
                throw await reject(.recorderFailed("append"))
            }
        }
        guard let received else { throw settle(.connectionLost(peer: peerName)) }
        // Before it is used, and before what this side waits for: the name is the one that a verifier gives.
        if let finding = try await inspection.catchUp() { throw await reject(error(finding)) }
        state.withLock { $0.consumed = received.head }
        return (received, check(received.record))
    }

    /// Checks a frame and appends its record; `nil` if it is an identical copy of a record already in the log. The
    /// caller holds `receiving`.
    func accept(frame: [UInt8]) throws -> Received? {
        let (record, bytes, payload) = try parse(frame)
        let head = recorder.head(of: .incoming)
        guard record.session == id else { throw WireError.wrongSession(peer: peerName) }
        guard record.from == peerName, record.to == localName else { throw WireError.wrongParty(peer: peerName) }
        guard record.matches(payload: payload) else {
            throw WireError.payloadMismatch(peer: peerName, sequence: record.sequence)
        }
        if record.sequence < head.size {
            // A frame sent again after a broken connection: the very same bytes, or somebody is trying to get two
            // answers under one mask.
            guard recorder.leaf(of: .incoming, at: record.sequence) == MerkleHash.leaf(bytes) else {
                throw WireError.rewindDetected(peer: peerName, sequence: record.sequence)
            }
            return nil
        }
        try check(record, expecting: head.size)
        let newHead = try inspection.log(record, payload) {
            try recorder.append(bytes, payload: payload, to: .incoming)
        }
        if record.type == .abort { throw aborted(by: payload) }
        return Received(record: record, payload: payload, head: newHead)
    }

    private func parse(_ frame: [UInt8]) throws -> (Record, [UInt8], [UInt8]) {
        guard frame.count <= limits.maximumFrame else {
            throw WireError.frameTooLarge(peer: peerName, bytes: frame.count, limit: limits.maximumFrame)
        }
        let form = try? Frame(encoded: frame)
        // The peer may find a fault in the handshake's last flight after this side has gone on to records.
        if case .refusal(let reason)? = form, recorder.head(of: .incoming).size == 0 { throw aborted(by: reason) }
        guard case .record(let bytes, let payload)? = form, let record = try? Record(encoded: bytes) else {
            throw WireError.malformedFrame(peer: peerName)
        }
        return (record, bytes, payload)
    }

    /// What every record must satisfy beside its parties and its payload. Nothing is changed unless all of it holds.
    private func check(_ record: Record, expecting sequence: UInt64) throws {
        let peer = peerName
        guard record.sequence == sequence else {
            throw WireError.wrongSequence(peer: peer, expected: sequence, found: record.sequence)
        }
        guard terms.allProtocols.contains(record.protocolVersion), record.attempt == description.peer.attempt else {
            throw WireError.wrongVersion(peer: peer)
        }
        guard record.chunk.count <= limits.maximumChunks else { throw WireError.malformedFrame(peer: peer) }
        try state.withLock { state in
            guard record.sentAt >= state.lastReceivedAt else {
                throw WireError.clockWentBack(peer: peer, sequence: sequence)
            }
            guard record.seen.size >= state.lastSeen.size,
                recorder.root(of: .outgoing, at: record.seen.size) == record.seen.root
            else { throw WireError.causalityViolation(peer: peer, sequence: sequence) }
            try state.monitor?.advance(record)
            state.lastReceivedAt = record.sentAt
            state.lastSeen = record.seen
        }
    }

    private func aborted(by payload: [UInt8]) -> WireError {
        guard let message = try? AbortMessage(payload: payload) else {
            return .malformedMessage(peer: peerName, message: AbortMessage.name, cause: .invalidValue("abort"))
        }
        return settle(.peerAborted(peer: peerName, reason: message.reason))
    }

    /// Ends the session by an error of the peer's (or a wait that was too long): it becomes the session's failure, the
    /// peer is told its name, the channel is closed.
    func reject(_ error: WireError) async -> WireError {
        let first = settle(error)
        if first == error { await abort(AbortReason(error)) }
        return first
    }
}

extension WireError {
    /// A channel does not know whom it leads to; the session does.
    func named(_ peer: String) -> WireError {
        switch self {
        case .frameTooLarge(_, let bytes, let limit): .frameTooLarge(peer: peer, bytes: bytes, limit: limit)
        case .malformedFrame: .malformedFrame(peer: peer)
        case .certificateMismatch: .certificateMismatch(peer: peer)
        default: self
        }
    }
}
