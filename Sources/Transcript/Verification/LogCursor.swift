import Wire

/// One direction's log while it is verified: the next entry, and the tree of those before it.
struct LogCursor {
    let from: String
    let to: String
    private var reader: LogReader
    private(set) var tree = MerkleTree()
    private(set) var isTorn = false
    private var isOver = false
    /// The next entry with its record, once it is known to decode.
    private(set) var next: (entry: LogEntry, record: Record)?
    var lastSentAt: UInt64 = 0
    var lastSeen: UInt64 = 0

    init(_ layout: TranscriptLayout, from: String, to: String) throws(TranscriptError) {
        self.from = from
        self.to = to
        reader = try LogReader(layout, TranscriptLayout.log(from: from, to: to))
    }

    var reference: VerificationReport.RecordReference {
        VerificationReport.RecordReference(from: from, to: to, sequence: tree.size)
    }

    /// Reads the next entry; `false` at the end or when what comes cannot be judged further.
    mutating func load(_ findings: inout FindingList) -> Bool {
        guard next == nil else { return true }
        guard !isOver else { return false }
        isOver = true
        do {
            switch try reader.next() {
            case .end: return false
            case .torn:
                isTorn = true
                return false
            case .entry(let entry): return check(entry, &findings)
            }
        } catch {
            findings.fail(.t01, "logNotCanonical", "The log is not framed as a writer frames it.", at: reference)
            return false
        }
    }

    private mutating func check(_ entry: LogEntry, _ findings: inout FindingList) -> Bool {
        guard MerkleHash.leaf(entry.record) == entry.leaf else {
            findings.fail(.t05, "leafHashMismatch", "A record was changed after it was written.", at: reference)
            return false
        }
        guard let record = try? Record(encoded: entry.record) else {
            findings.fail(
                .t01, "recordNotCanonical", "A record does not have the one form that a writer gives it.", at: reference
            )
            return false
        }
        if let payload = entry.payload {
            guard record.matches(payload: payload) else {
                findings.fail(.t05, "payloadHashMismatch", "A payload is not the one that was sent.", at: reference)
                return false
            }
        } else if record.type.protocolID == ProtocolVersion.session.id {
            findings.fail(.t01, "payloadMissing", "A message of the session itself was pruned.", at: reference)
            return false
        }
        next = (entry, record)
        isOver = false
        return true
    }

    /// Takes the loaded entry into the tree.
    mutating func advance() -> (entry: LogEntry, record: Record)? {
        guard let taken = next else { return nil }
        next = nil
        tree.append(leaf: taken.entry.leaf)
        return taken
    }

    func close() { reader.close() }
}
