public import Wire

/// What the running session and a verifier of transcripts check in the payloads of an alignment over the curve
/// (`protocols/wire.md` 8.1, `protocols/transcript.md` 9), with nothing but what was sent: shapes and x-coordinates (T10),
/// that both opened for the curve (T13), that no element comes twice, as an answer or as a question (T20), and that the
/// order agreed on is the order of the tags (T15). It stops at the first failure.
///
/// Of points that a transcript keeps by hash it sees how many there are, by the length in the record, and whether a
/// message comes again as a whole.
public struct CurveAlignmentInspector: PayloadInspector {
    public let checks = ["T10", "T13", "T15", "T20"]
    public let checksOfBulk = ["T20"]

    private let maximumSetSize: UInt64
    private let elements: ElementInspection
    private var matches: MatchInspection
    private var payloads = KeptPayloads(bulk: MessageType.curveBulk)

    /// - Parameters:
    ///   - maximumSetSize: the job's; the protocol allows no more than 2^24.
    ///   - session: the session's identity.
    ///   - duplicates: shared with the session's other inspectors.
    ///   - local: the party that runs the session now; nil for a verifier.
    public init(
        maximumSetSize: Int = AlignmentInspector.largestSetSize, session: Bytes32,
        duplicates: DuplicateFilter = DuplicateFilter(), local: String? = nil
    ) throws(AlignmentError) {
        self.maximumSetSize = UInt64(clamping: min(maximumSetSize, AlignmentInspector.largestSetSize))
        elements = ElementInspection(curve: try Curve(), duplicates: duplicates, isLive: local != nil)
        matches = MatchInspection(session)
    }

    public var unfinished: [String: String] { elements.duplicates.unfinished }

    public mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        guard record.type.protocolID == ProtocolVersion.alignment.id else { return }
        let content = payloads.next(record, payload)
        try InspectionFailure.reading(messagesOf: "alignment") {
            switch content {
            case .payload(let payload): try inspect(record, whole: payload)
            case .length(let length): try elements.inspect(record, length: length, count: try count(record))
            case .nothing: break
            }
        }
    }

    private mutating func inspect(_ record: Record, whole payload: [UInt8]) throws {
        switch record.type {
        case .alignmentOpening:
            let opening = try AlignmentOpening(payload: payload)
            try opening.check(from: record.from, keyBits: Curve.bits, maximumSetSize: maximumSetSize)
            matches.open(opening, record)
        case .maskedIdentifiers:
            try elements.inspect(MaskedIdentifiers(payload: payload), count: try count(record))
        case .maskedTwice: try elements.inspect(MaskedTwice(payload: payload), count: try count(record))
        default: try matches.inspect(record, payload)
        }
    }

    /// Points in a chunk, by the size of the receiver's set.
    private func count(_ record: Record) throws -> Int {
        let asker = record.type == .maskedIdentifiers ? record.from : record.to
        return try MatchInspection.size(of: record.chunk, Chunking.elements(try matches.setSize(of: asker)))
    }

    public mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {
        guard let counts, !payloads.isPruned else { return }
        try matches.finish(counts)
    }
}
