internal import Wire

/// What the inspectors of both alignments check of the messages that these share: openings, tags, and the order agreed on
/// (T10, T15). Where several parties are aligned, the sender's tags are not sent: matching ones are not known from them.
struct MatchInspection: Sendable {
    private let session: Bytes32
    private let areTagsSent: Bool
    private var sizes: [String: UInt64] = [:]
    private var senderTags: [AlignmentTag] = []
    private var matching: [AlignmentTag] = []
    /// How many of the sender's tags come before the next that may match.
    private var passed = 0
    private var outcome: MatchOutcome?

    init(_ session: Bytes32, areTagsSent: Bool = true) {
        self.session = session
        self.areTagsSent = areTagsSent
    }

    /// An opening that its inspector found fit.
    mutating func open(_ opening: AlignmentOpening, _ record: Record) { sizes[record.from] = opening.setSize }

    /// Takes the messages from the sender's tags on; others are not its own.
    mutating func inspect(_ record: Record, _ payload: [UInt8]) throws {
        switch record.type {
        case .senderTags:
            let size = try setSize(of: record.from)
            try Self.append(SenderTags(payload: payload).tags, to: &senderTags, of: size, record.chunk)
        case .matchOutcome: try matched(MatchOutcome(payload: payload))
        case .matchingTags:
            let size = Int(clamping: outcome?.count ?? 0)
            let more = try MatchingTags(payload: payload).tags
            try Self.append(more, to: &matching, of: size, record.chunk)
            if areTagsSent { try known(more) }
        case .matchProofs:
            let proofs = try MatchProofs(payload: payload).tags
            guard proofs.count == (try Self.size(of: record.chunk, Chunking.tags(matching.count))) else {
                throw Self.failure("T10", "wrongCount", "This chunk has the wrong number of proofs.")
            }
        case .orderDigest: try digest(OrderDigest(payload: payload))
        default: break
        }
    }

    func finish(_ counts: [String: Int64]) throws(InspectionFailure) {
        if let rows = counts["rows"], rows != Int64(matching.count) {
            throw Self.failure(
                "T15", "countMismatch", "The outcome names \(rows) aligned rows, \(matching.count) were.")
        }
    }

    func setSize(of party: String) throws -> Int {
        guard let size = sizes[party] else {
            throw Self.failure("T10", "openingMissing", "There is a message before its sender's opening.")
        }
        return Int(clamping: size)
    }

    /// What a chunk holds of so many.
    static func size(of chunk: Chunk, _ chunks: Chunking) throws -> Int {
        guard Int(chunk.count) == chunks.count, Int(chunk.index) < chunks.count else {
            throw failure("T10", "wrongChunk", "A message is cut to other chunks than the sizes imply.")
        }
        return chunks[Int(chunk.index)].count
    }

    /// No more than the smaller set has.
    private mutating func matched(_ message: MatchOutcome) throws {
        guard message.count <= sizes.values.min() ?? 0 else {
            throw Self.failure("T10", "wrongCount", "More identifiers match than a side has.")
        }
        outcome = message
    }

    /// - Parameter size: how many there are in all chunks.
    private static func append(
        _ more: [AlignmentTag], to all: inout [AlignmentTag], of size: Int, _ chunk: Chunk
    ) throws {
        guard more.count == (try self.size(of: chunk, Chunking.tags(size))) else {
            throw failure("T10", "wrongCount", "This chunk has the wrong number of tags.")
        }
        for tag in more {
            guard all.last.map({ $0 < tag }) ?? true else {
                throw failure("T10", "tagsOutOfOrder", "Tags do not ascend.")
            }
            all.append(tag)
        }
    }

    private func digest(_ message: OrderDigest) throws {
        let order = AlignmentHashes(sessionID: session.bytes).order(of: matching)
        guard message.count == UInt64(matching.count), message.order == order,
            outcome.map({ $0.count == message.count }) ?? false
        else { throw Self.failure("T15", "orderMismatch", "An order's digest is not that of the matching tags.") }
    }

    /// Both ascend: one walk over the sender's tags suffices.
    private mutating func known(_ tags: [AlignmentTag]) throws {
        for tag in tags {
            while passed < senderTags.count, senderTags[passed] < tag { passed += 1 }
            guard passed < senderTags.count, senderTags[passed] == tag else {
                throw Self.failure("T15", "matchUnknown", "A matching tag is not one of the sender's.")
            }
        }
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}
