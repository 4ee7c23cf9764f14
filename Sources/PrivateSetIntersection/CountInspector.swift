public import Wire

/// What a verifier of transcripts checks in a count's payloads (`protocols/transcript.md` 9): shapes, x-coordinates and
/// the order of tags (T10), that both opened for the curve (T13), that no element comes twice (T20), and that the outcome
/// names the count that was sent and the rounding that both asked for (T15). It stops at the first failure.
///
/// Of masked identifiers that a transcript keeps by hash it sees how many there are.
///
/// Whether the counter counted well only a replay shows: the tags that it compared hang on its secret mask.
public struct CountInspector: PayloadInspector {
    public let checks = ["T10", "T13", "T15", "T20"]
    public let checksOfBulk = ["T20"]

    private let elements: ElementInspection
    private let maximumSetSize: UInt64
    private let minimumCohort: Int
    private var openings: [String: AlignmentOpening] = [:]
    private var lastTag: AlignmentTag?
    private var rounded: UInt64?
    private var payloads = KeptPayloads(bulk: MessageType.countBulk)

    /// - Parameters:
    ///   - maximumSetSize: the job's; the protocol allows no more than 2^24.
    ///   - minimumCohort: the job's.
    ///   - duplicates: shared with the session's other inspectors.
    ///   - local: the party that runs the session now; nil for a verifier.
    public init(
        maximumSetSize: Int = AlignmentInspector.largestSetSize, minimumCohort: Int = 1,
        duplicates: DuplicateFilter = DuplicateFilter(), local: String? = nil
    ) throws(AlignmentError) {
        self.minimumCohort = min(max(minimumCohort, 1), AlignmentSettings.limit)
        self.maximumSetSize = UInt64(clamping: min(maximumSetSize, AlignmentInspector.largestSetSize))
        elements = ElementInspection(curve: try Curve(), duplicates: duplicates, isLive: local != nil)
    }

    public var unfinished: [String: String] { elements.duplicates.unfinished }

    public mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        guard record.type.protocolID == ProtocolVersion.alignment.id else { return }
        let content = payloads.next(record, payload)
        try InspectionFailure.reading(messagesOf: "count") {
            switch content {
            case .payload(let payload): try inspect(record, whole: payload)
            case .length(let length):
                try elements.inspect(record, length: length, count: try elementCount(record))
            case .nothing: break
            }
        }
    }

    private mutating func inspect(_ record: Record, whole payload: [UInt8]) throws {
        switch record.type {
        case .countOpening:
            let opening = try CountOpening(payload: payload).opening
            try opening.check(
                from: record.from, keyBits: Curve.bits, maximumSetSize: maximumSetSize,
                version: CountOpening.currentVersion)
            guard opening.setSize >= UInt64(minimumCohort) else {
                throw Self.failure(
                    "setTooSmall", "\(record.from) opened with fewer identifiers than a cohort needs.")
            }
            openings[record.from] = opening
        case .maskedByCounter:
            try elements.inspect(MaskedByCounter(payload: payload), count: try elementCount(record))
        case .maskedByHelper:
            try elements.inspect(MaskedByHelper(payload: payload), count: try elementCount(record))
        case .countTags: try tags(CountTags(payload: payload).tags, record)
        case .roundedCount: try count(RoundedCount(payload: payload).count)
        default: break
        }
    }

    public mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {
        guard let counts, !payloads.isPruned else { return }
        let sent = ["rounded": rounded, "rounding": openings.isEmpty ? nil : rounding]
        for (name, value) in sent.sorted(by: { $0.key < $1.key }) {
            guard let named = counts[name], named != value.flatMap({ Int64(exactly: $0) }) else { continue }
            throw InspectionFailure(
                check: "T15", name: "countMismatch",
                sentence: "The outcome names \(name) \(named), which was not sent.")
        }
    }

    // MARK: One message each

    private func elementCount(_ record: Record) throws -> Int {
        try size(of: record.chunk, Chunking.elements(try setSize(of: record.from)), "A chunk of points")
    }

    /// Of the counter's identifiers, who is asked about them.
    private mutating func tags(_ tags: [AlignmentTag], _ record: Record) throws {
        let name = "A chunk of tags"
        guard tags.count == (try size(of: record.chunk, Chunking.tags(try setSize(of: record.to)), name)) else {
            throw Self.failure("wrongCount", "\(name) has the wrong number of values.")
        }
        for tag in tags {
            guard lastTag.map({ $0 < tag }) ?? true else {
                throw Self.failure("tagsOutOfOrder", "Tags do not ascend.")
            }
            lastTag = tag
        }
    }

    private mutating func count(_ count: UInt64) throws {
        let smaller = openings.values.map(\.setSize).min() ?? 0
        let rounds = CountRounding(to: Int(clamping: rounding), suppressingBelow: minimumCohort)
        guard openings.count == 2, rounds.allows(count, of: Int(clamping: smaller)) else {
            throw Self.failure("wrongCount", "The count is none that these sets and this rounding allow.")
        }
        rounded = count
    }

    /// The larger of both, as the parties take it.
    private var rounding: UInt64 {
        min(max(openings.values.map(\.minimumCohort).max() ?? 1, 1), UInt64(AlignmentSettings.limit))
    }

    private func setSize(of party: String) throws -> Int {
        guard let size = openings[party]?.setSize else {
            throw Self.failure("openingMissing", "There is a message before its sender's opening.")
        }
        return Int(clamping: size)
    }

    private func size(of chunk: Chunk, _ chunks: Chunking, _ name: String) throws -> Int {
        guard Int(chunk.count) == chunks.count, Int(chunk.index) < chunks.count else {
            throw Self.failure("wrongChunk", "\(name) is cut into other pieces than the sizes imply.")
        }
        return chunks[Int(chunk.index)].count
    }

    private static func failure(_ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: "T10", name: name, sentence: sentence)
    }
}

extension AlignmentOpening {
    /// What every inspector asks of an opening.
    func check(
        from party: String, keyBits: Int, maximumSetSize: UInt64, version: UInt16 = currentVersion
    ) throws(InspectionFailure) {
        guard Int(self.keyBits) == keyBits else {
            throw InspectionFailure(
                check: "T13", name: "keySizeMismatch", sentence: "\(party) opened with keys of another size.")
        }
        guard self.version == version, setSize > 0, setSize <= maximumSetSize else {
            throw InspectionFailure(
                check: "T10", name: "malformedMessage", sentence: "An opening names no set that the job allows.")
        }
    }
}
