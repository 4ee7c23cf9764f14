/// Follows both directions of a session through a plan: is each record one that may come now? Used by the running
/// session (outgoing: our bug; incoming: the peer's violation) and by the verifier. Looks at records only.
public struct ProtocolMonitor: Sendable {
    /// One for each alternative of the plan that is still possible.
    private var runs: [ProtocolRun]

    public init(plan: ProtocolPlan, parties: [String]) {
        runs = plan.alternatives.map { ProtocolRun(parts: $0, parties: parties) }
    }

    /// - Throws: `outOfOrder` naming the sender, when no alternative has a place for the record.
    public mutating func advance(_ record: Record) throws(WireError) {
        var possible: [ProtocolRun] = []
        for var run in runs where (try? run.advance(record)) != nil { possible.append(run) }
        guard !possible.isEmpty else { throw .outOfOrder(peer: record.from, message: record.type) }
        runs = possible
    }

    /// Whether a party sent all that the plan asks of it.
    public func isComplete(_ party: String) -> Bool { runs.contains { $0.isComplete(party) } }
}

/// A monitor of one alternative.
struct ProtocolRun: Sendable {
    /// One side's place in the plan.
    private struct Side: Sendable {
        var flow: ProtocolFlow
        var round: (protocolID: UInt16, number: UInt32) = (0, 0)
        var unfinished: [MessageKey: Progress] = [:]
        /// Sequence number of each chunk seen, by message: what the other side may answer.
        var chunks: [MessageKey: [UInt64]] = [:]
        var finished: Set<MessageKey> = []
        var isClosed = false
    }

    private struct MessageKey: Sendable, Hashable {
        let type: MessageType
        let round: UInt32
    }

    private struct Progress: Sendable {
        let count: UInt32
        var next: UInt32
        let step: ProtocolStep
    }

    private var sides: [String: Side]

    init(parts: [ProtocolPlan.Part], parties: [String]) {
        sides = [:]
        for party in parties { sides[party] = Side(flow: ProtocolPlan.flow(of: party, in: parts)) }
    }

    mutating func advance(_ record: Record) throws(WireError) {
        // Session messages have their own rules and may come anywhere but after the closing.
        guard var side = sides[record.from], !side.isClosed || record.type == .abort else {
            throw .outOfOrder(peer: record.from, message: record.type)
        }
        if record.type.protocolID == ProtocolVersion.session.id {
            if record.type == .closing {
                guard side.flow.acceptsEmpty, side.unfinished.isEmpty else {
                    throw .outOfOrder(peer: record.from, message: record.type)
                }
                side.isClosed = true
                sides[record.from] = side
            }
            return
        }
        let step = try place(record, in: &side)
        guard record.payloadLength <= step.maximumPayload, hasSeen(step.answers, record) else {
            throw .outOfOrder(peer: record.from, message: record.type)
        }
        side.chunks[MessageKey(type: record.type, round: record.round), default: []].append(record.sequence)
        sides[record.from] = side
    }

    func isComplete(_ party: String) -> Bool {
        guard let side = sides[party] else { return false }
        return side.flow.acceptsEmpty && side.unfinished.isEmpty
    }

    private func place(_ record: Record, in side: inout Side) throws(WireError) -> ProtocolStep {
        let wrong = WireError.outOfOrder(peer: record.from, message: record.type)
        let key = MessageKey(type: record.type, round: record.round)
        let chunk = record.chunk
        if chunk.index > 0 {
            guard var progress = side.unfinished[key], progress.next == chunk.index, progress.count == chunk.count
            else { throw wrong }
            progress.next += 1
            side.unfinished[key] = progress.next == progress.count ? nil : progress
            if progress.next == progress.count { side.finished.insert(key) }
            return progress.step
        }
        guard side.unfinished[key] == nil, !side.finished.contains(key),
            let (rest, step) = side.flow.after(record.type), step.isChunked || chunk.count == 1
        else { throw wrong }
        // Within a protocol, rounds go up by one at a time and never back.
        if side.round.protocolID == record.type.protocolID {
            guard record.round >= side.round.number, record.round - side.round.number <= 1 else { throw wrong }
        } else {
            guard record.round <= 1 else { throw wrong }
        }
        side.round = (record.type.protocolID, record.round)
        side.flow = rest
        if chunk.count > 1 {
            side.unfinished[key] = Progress(count: chunk.count, next: 1, step: step)
        } else {
            side.finished.insert(key)
        }
        return step
    }

    private func hasSeen(_ answer: ProtocolStep.Answer, _ record: Record) -> Bool {
        guard let other = sides[record.to] else { return false }
        switch answer {
        case .nothing: return true
        case .message(let type):
            let key = MessageKey(type: type, round: record.round)
            guard other.finished.contains(key), let last = other.chunks[key]?.last else { return false }
            return last < record.seen.size
        case .chunk(let type):
            guard let chunks = other.chunks[MessageKey(type: type, round: record.round)],
                Int(record.chunk.index) < chunks.count
            else { return false }
            return chunks[Int(record.chunk.index)] < record.seen.size
        }
    }
}
