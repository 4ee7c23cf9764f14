import Synchronization

extension Session {
    /// Appends the message to the log, then sends it.
    ///
    /// - Parameter chunk: which piece, when the protocol cuts the message.
    /// - Throws: `messageTooLarge` before anything is logged; `timeout`, `connectionLost`, or what the peer gave as its
    ///   reason; `CancellationError` when the task is cancelled.
    public func send<M: Message>(_ message: M, round: UInt32 = 0, chunk: Chunk = .whole) async throws {
        try await send(payload: try message.encoded(), type: M.type, name: M.name, round: round, chunk: chunk)
    }

    func send(payload: [UInt8], type: MessageType, name: String, round: UInt32, chunk: Chunk) async throws {
        guard payload.count <= limits.maximumPayload else {
            throw WireError.messageTooLarge(message: name, bytes: payload.count, limit: limits.maximumPayload)
        }
        guard chunk.isValid, chunk.count <= limits.maximumChunks else {
            throw WireError.messageTooLarge(
                message: name, bytes: Int(chunk.count), limit: Int(limits.maximumChunks))
        }
        try await sending.acquire()
        defer { sending.release() }
        try checkOpen()
        let frame = try await logInspected(payload, type: type, round: round, chunk: chunk)
        state.withLock { $0.unsent = frame }
        try await transmit(frame, waitingFor: "sending \(name)")
        state.withLock { $0.unsent = nil }
    }

    /// Inspects a record and appends it; returns the frame to send. The caller holds `sending`.
    private func logInspected(
        _ payload: [UInt8], type: MessageType, round: UInt32, chunk: Chunk
    ) async throws -> [UInt8] {
        let logged = try await inspection.logOwn(
            payload, { try record(payload, type: type, round: round, chunk: chunk) }, { try append($0, payload) })
        switch logged {
        case .success(let frame): return frame
        case .failure(let finding): throw settle(error(finding))
        }
    }

    /// The next record. Its place in both logs is where it is appended: nothing may come between.
    func record(_ payload: [UInt8], type: MessageType, round: UInt32, chunk: Chunk) throws -> Record {
        Record(
            session: id, from: localName, to: peerName, sequence: recorder.head(of: .outgoing).size,
            protocolVersion: try version(of: type), type: type, round: round, attempt: terms.attempt, chunk: chunk,
            sentAt: stamp(), seen: recorder.head(of: .incoming), payload: payload)
    }

    func append(_ record: Record, _ payload: [UInt8]) throws -> [UInt8] {
        try state.withLock { state in try state.monitor?.advance(record) }
        let bytes = try record.encoded
        do {
            _ = try recorder.append(bytes, payload: payload, to: .outgoing)
        } catch let error as WireError {
            throw settle(error)
        } catch {
            throw settle(.recorderFailed("append"))
        }
        return try Frame.record(bytes, payload: payload).encoded
    }

    func version(of type: MessageType) throws -> ProtocolVersion {
        guard let version = terms.allProtocols.first(where: { $0.id == type.protocolID }) else {
            throw WireError.invalidValue("message \(type) of a protocol that the session did not agree on")
        }
        return version
    }

    private func transmit(_ frame: [UInt8], waitingFor phase: String) async throws {
        let channel = channel
        do {
            try await withDeadline(
                limits.wait, throwing: .timeout(peer: peerName, waitingFor: phase),
                onTimeout: { await channel.close() }, { try await channel.send(frame) })
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw await transportFailed(error)
        }
    }

    /// A channel that fails often does so because the peer said goodbye: look for its reason before settling for less.
    func transportFailed(_ error: any Error) async -> WireError {
        if let error = error as? WireError, error.kind == .timeout {
            return settle(error)
        }
        let name = peerName
        let lost: WireError =
            switch error {
            case WireError.frameTooLarge(_, let bytes, let limit):
                .frameTooLarge(peer: name, bytes: bytes, limit: limit)
            case WireError.unreachable: .unreachable(peer: name)
            default: .connectionLost(peer: name)
            }
        if receiving.tryAcquire() {
            defer { receiving.release() }
            await drainForReason()
        } else {
            // Another task is receiving and will read the reason itself.
            for _ in 0..<50 where state.withLock({ $0.failure }) == nil {
                try? await Task.sleep(for: limits.farewell / 50)
            }
        }
        return settle(lost)
    }

    /// Why the peer ended the session, if it said so: for whoever holds a session without using it, and sees that nothing comes any more.
    /// What else it had sent is lost by that.
    public func lastWord() async -> AbortReason? {
        if receiving.tryAcquire() {
            defer { receiving.release() }
            await drainForReason()
        }
        guard case .peerAborted(_, let reason)? = state.withLock({ $0.failure }) else { return nil }
        return reason
    }

    /// Reads what the peer sent before it closed, in the hope of an abort. The caller holds `receiving`.
    private func drainForReason() async {
        let session = self
        _ = try? await withDeadline(
            limits.farewell, throwing: .channelClosed, onTimeout: { await session.channel.close() },
            {
                while session.state.withLock({ $0.failure }) == nil {
                    _ = try session.accept(frame: try await session.channel.receive())
                }
            })
    }

    // MARK: Ending

    /// Tells the peer why (a name, never a content) and closes the channel. Later calls throw.
    public func abort(_ reason: AbortReason) async {
        let first = state.withLock { state -> Bool in
            guard !state.isClosed else { return false }
            state.isClosed = true
            if state.failure == nil { state.failure = .sessionEnded }
            return true
        }
        guard first else { return }
        // A task of its own: the farewell must go out even if this one was cancelled.
        await Task { await farewell(reason) }.value
    }

    private func farewell(_ reason: AbortReason) async {
        let session = self
        _ = try? await withDeadline(
            limits.farewell, throwing: .channelClosed, onTimeout: { await session.channel.close() },
            {
                try await session.sending.acquire()
                defer { session.sending.release() }
                // The frame whose sending was interrupted comes first, or the abort would be out of sequence. If the
                // peer has it already, it drops the identical copy.
                if let frame = session.state.withLock({ $0.unsent }) { try await session.channel.send(frame) }
                let payload = try AbortMessage(reason: reason).encoded()
                let record = try session.record(payload, type: .abort, round: 0, chunk: .whole)
                let frame = try session.inspection.log(record, payload) { try session.append(record, payload) }
                try await session.channel.send(frame)
            })
        await channel.close()
    }
}
