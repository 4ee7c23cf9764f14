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

    /// Whether a party sent all that the plan asks of it before its closing.
    public func isComplete(_ party: String) -> Bool { runs.contains { $0.isComplete(party) } }
}

/// A monitor of one alternative.
struct ProtocolRun: Sendable {
    /// One side's place in the plan.
    private struct Side: Sendable {
        var flow: ProtocolFlow
        /// Last round of each protocol.
        var rounds: [UInt16: UInt32] = [:]
        var unfinished: [MessageKey: Progress] = [:]
        /// Sequence number of each chunk seen, by message: what the other side may answer.
        var chunks: [MessageKey: [UInt64]] = [:]
        var finished: Set<MessageKey> = []
        /// Round of the checkpoint that this side has cosigned last: nothing may follow before it has seen the other's.
        var awaited: UInt32?
        /// It has aborted.
        var hasEnded = false
    }

    private struct MessageKey: Sendable, Hashable {
        let type: MessageType
        let round: UInt32
    }

    private struct Progress: Sendable {
        let count: UInt32
        var next: UInt32
        let step: ProtocolStep
        /// A checkpoint is due before the next chunk.
        var isDue = false
    }

    private var sides: [String: Side]
    /// Protocols in which a side may have nothing to send in a round.
    private let oneSided: Set<UInt16>

    init(parts: [ProtocolPlan.Part], parties: [String]) {
        oneSided = Set(parts.map(\.description).filter(\.hasOneSidedRounds).map(\.version.id))
        sides = [:]
        for party in parties { sides[party] = Side(flow: ProtocolPlan.flow(of: party, in: parts)) }
    }

    mutating func advance(_ record: Record) throws(WireError) {
        let wrong = WireError.outOfOrder(peer: record.from, message: record.type)
        guard var side = sides[record.from] else { throw wrong }
        guard !side.hasEnded else { throw wrong }
        if record.type == .abort {
            side.hasEnded = true
            sides[record.from] = side
            return
        }
        if let round = side.awaited {
            guard hasSeen(whole: MessageKey(type: .cosignature, round: round), record) else { throw wrong }
            side.awaited = nil
        }
        let step = try place(record, in: &side)
        guard record.payloadLength <= step.maximumPayload, hasSeen(step.answers, record) else { throw wrong }
        if record.type == .cosignature, step.answers == .message(.checkpoint) { side.awaited = record.round }
        side.chunks[MessageKey(type: record.type, round: record.round), default: []].append(record.sequence)
        sides[record.from] = side
    }

    func isComplete(_ party: String) -> Bool {
        guard let side = sides[party] else { return false }
        return side.unfinished.isEmpty && (side.flow.acceptsEmpty || side.flow.after(.closing) != nil)
    }

    private func place(_ record: Record, in side: inout Side) throws(WireError) -> ProtocolStep {
        let wrong = WireError.outOfOrder(peer: record.from, message: record.type)
        let key = MessageKey(type: record.type, round: record.round)
        let chunk = record.chunk
        if chunk.index > 0 {
            guard var progress = side.unfinished[key], progress.next == chunk.index, progress.count == chunk.count,
                !progress.isDue
            else { throw wrong }
            progress.next += 1
            note(progress, of: key, from: record.from, in: &side)
            return progress.step
        }
        guard side.unfinished[key] == nil, !side.finished.contains(key),
            let (rest, step) = side.flow.after(record.type), step.isChunked || chunk.count == 1
        else { throw wrong }
        // Within a protocol, rounds go up by one at a time and never back. Where sides take turns, those of both together do: a sender has
        // seen what came in the rounds that it has nothing to send in.
        let id = record.type.protocolID
        let last = side.rounds[id] ?? 0
        let latest = oneSided.contains(id) ? max(last, sides[record.to]?.rounds[id] ?? 0) : last
        guard record.round >= last, record.round <= latest || record.round - latest == 1 else { throw wrong }
        // What signs all messages comes in the middle of none, but where a checkpoint is due within it.
        guard record.type != .closing || side.unfinished.isEmpty,
            record.type != .checkpoint || side.unfinished.values.allSatisfy(\.isDue)
        else { throw wrong }
        side.rounds[record.type.protocolID] = record.round
        side.flow = rest
        note(Progress(count: chunk.count, next: 1, step: step), of: key, from: record.from, in: &side)
        if record.type == .cosignature {
            for key in side.unfinished.keys { side.unfinished[key]?.isDue = false }
        }
        return step
    }

    /// Keeps how far a message has come; where a checkpoint is due within it, that comes next.
    private func note(_ progress: Progress, of key: MessageKey, from sender: String, in side: inout Side) {
        guard progress.next < progress.count else {
            side.unfinished[key] = nil
            side.finished.insert(key)
            return
        }
        var progress = progress
        if let every = progress.step.signedEvery, progress.next.isMultiple(of: every) {
            progress.isDue = true
            side.flow = .joined([ProtocolFlow.checkpoint.projected(on: sender), side.flow])
        }
        side.unfinished[key] = progress
    }

    private func hasSeen(_ answer: ProtocolStep.Answer, _ record: Record) -> Bool {
        switch answer {
        case .nothing: return true
        case .message(let type): return hasSeen(whole: MessageKey(type: type, round: record.round), record)
        case .chunk(let type):
            guard let chunks = sides[record.to]?.chunks[MessageKey(type: type, round: record.round)],
                Int(record.chunk.index) < chunks.count
            else { return false }
            return chunks[Int(record.chunk.index)] < record.seen.size
        }
    }

    /// Whether the record was sent after all chunks of the other side's message had been received.
    private func hasSeen(whole key: MessageKey, _ record: Record) -> Bool {
        guard let other = sides[record.to], other.finished.contains(key), let last = other.chunks[key]?.last else {
            return false
        }
        return last < record.seen.size
    }
}
