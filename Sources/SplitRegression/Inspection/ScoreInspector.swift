public import Wire

/// What a verifier of transcripts checks in the scores of a prediction, or in masked ones (`protocols/transcript.md` 9): that the job
/// reveals scores at all (T14), that they are cut as their number implies (T10), and that there is one a row (T15).
public struct ScoreInspector: PayloadInspector {
    public let checks = ["T10", "T14", "T15"]

    private let areRevealed: Bool
    private let type: MessageType
    private var scores = 0
    private var payloads = KeptPayloads()

    /// - Parameters:
    ///   - areRevealed: whether the job reveals scores.
    ///   - areMasked: whether they come from one of several passive parties.
    public init(areRevealed: Bool, areMasked: Bool = false) {
        self.areRevealed = areRevealed
        type = areMasked ? .maskedScores : .scoreChunk
    }

    public mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        guard record.type == type else { return }
        guard areRevealed else {
            throw InspectionFailure(
                check: "T14", name: "undeclaredMessage",
                sentence: "The job does not reveal scores, but they were sent.")
        }
        guard case .payload(let payload) = payloads.next(record, payload) else { return }
        guard let count = count(payload) else {
            throw InspectionFailure(
                check: "T10", name: "malformedMessage", sentence: "A chunk of scores does not read as one.")
        }
        guard record.round == MaskedScoreExchange.round else {
            throw InspectionFailure(
                check: "T10", name: "wrongRound",
                sentence: "A message carries another number of its exchange than it has.")
        }
        let isLast = record.chunk.index == record.chunk.count - 1
        let full = ScoreExchange.rowsPerChunk
        guard isLast ? (1...full).contains(count) : count == full else {
            throw InspectionFailure(
                check: "T10", name: "wrongCount", sentence: "This message is split into chunks of the wrong size.")
        }
        scores += count
    }

    private func count(_ payload: [UInt8]) -> Int? {
        type == .maskedScores
            ? (try? MaskedScoreChunk(payload: payload))?.words.count
            : (try? ScoreChunk(payload: payload))?.scores.count
    }

    public mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {
        guard let rows = counts?["rows"], !payloads.isPruned, rows != Int64(scores) else { return }
        throw InspectionFailure(
            check: "T15", name: "countMismatch", sentence: "The outcome names \(rows) rows, \(scores) were scored.")
    }
}
