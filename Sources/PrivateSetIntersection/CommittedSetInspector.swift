public import Wire

/// What a verifier of transcripts checks between a party's commitments and its opening of an alignment or a count
/// (`protocols/transcript.md` 9): that each commitment is to as many values as the set has (T10), so that no row goes in
/// that was not committed to. Two passive parties of several are not to know the sizes of each other's sets: what they commit to in their
/// session is one value each (`protocols/multiparty-alignment.md` 7).
public struct CommittedSetInspector: PayloadInspector {
    public let checks = ["T10"]

    private var committed: [String: [InputCommitments.Item]] = [:]
    private var sizes: [String: UInt64] = [:]

    private let single: Set<String>
    private let hidesSizes: Bool

    /// - Parameters:
    ///   - single: labels of what is one value, whatever the set.
    ///   - hidesSizes: whether all is one value: between two passive parties of several.
    public init(ofOne single: Set<String> = [], hidesSizes: Bool = false) {
        self.single = single
        self.hidesSizes = hidesSizes
    }

    public mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        guard let payload else { return }
        // What does not read as its kind is said by those whose kind it is.
        switch record.type {
        case .commitments: committed[record.from] = (try? InputCommitments(payload: payload))?.items
        case .alignmentOpening: sizes[record.from] = (try? AlignmentOpening(payload: payload))?.setSize
        case .countOpening: sizes[record.from] = (try? CountOpening(payload: payload))?.opening.setSize
        default: return
        }
        // There is no opening in such a session.
        if hidesSizes { sizes[record.from] = 1 }
        guard let items = committed[record.from], let size = sizes[record.from] else { return }
        guard items.contains(where: { $0.label == "identifiers" }),
            items.allSatisfy({ $0.count == (single.contains($0.label) ? 1 : size) })
        else {
            throw InspectionFailure(
                check: "T10", name: "wrongCount",
                sentence: "\(record.from) committed to another number of values than it brought.")
        }
    }

    public mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {}
}
