internal import Wire

/// What has to come next from each party, in order, where that follows from the messages themselves (T10, T16, T23).
struct ExpectedMessages<Content: Sendable> {
    struct Message: Sendable {
        let type: MessageType
        let round: UInt32
        let content: Content
        /// Chunks that have come.
        var chunk = 0
    }

    private enum Item {
        case message(Message)
        case checkpoint
    }

    /// By sender.
    private var items: [String: [Item]] = [:]
    /// What the order follows from, for sentences: "the numbers that were opened".
    private let basis: String

    init(basis: String) { self.basis = basis }

    var isEmpty: Bool { items.values.allSatisfy(\.isEmpty) }

    mutating func add(_ type: MessageType, round: UInt32, _ content: Content, from sender: String) {
        items[sender, default: []].append(.message(Message(type: type, round: round, content: content)))
    }

    mutating func addCheckpoint(from senders: String...) {
        for sender in senders { items[sender, default: []].append(.checkpoint) }
    }

    /// The message that this record has to be, or a chunk of it.
    func next(_ record: Record) throws(InspectionFailure) -> Message {
        guard let item = items[record.from]?.first else { throw outOfPlace(record) }
        guard case .message(let next) = item else {
            throw Self.failure("T16", "checkpointMissing", "\(record.from) went on without the checkpoint due here.")
        }
        guard next.type == record.type else { throw outOfPlace(record) }
        guard next.round == record.round else {
            throw Self.failure("T10", "wrongRound", "A message carries another number of its exchange than it has.")
        }
        return next
    }

    /// The message is there as a whole.
    mutating func drop(from sender: String) { items[sender]?.removeFirst() }

    /// A chunk of the message is there.
    ///
    /// - Parameters:
    ///   - holds: how many elements it has.
    ///   - size: how many each of `count` chunks has to have.
    mutating func takeChunk(
        _ record: Record, of count: Int, holds found: Int, _ size: (Int) -> Int
    ) throws(InspectionFailure) {
        var next = try next(record)
        guard record.chunk.count == count, Int(record.chunk.index) == next.chunk, size(next.chunk) == found else {
            throw Self.failure(
                "T10", "wrongCount", "A message has another number of elements or chunks than its step asks for.")
        }
        next.chunk += 1
        if next.chunk < count { items[record.from]?[0] = .message(next) } else { drop(from: record.from) }
    }

    mutating func takeCheckpoint(_ record: Record) throws(InspectionFailure) {
        guard let item = items[record.from]?.first else { return }
        guard case .checkpoint = item else {
            throw Self.failure("T23", "stepMismatch", "\(record.from) signed a checkpoint where none belongs.")
        }
        drop(from: record.from)
    }

    func outOfPlace(_ record: Record) -> InspectionFailure {
        Self.failure("T23", "stepMismatch", "\(record.from) sent another message than follows from \(basis).")
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}
