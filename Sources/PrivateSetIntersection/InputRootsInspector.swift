public import Wire

/// What the running session and a verifier check of the input roots that follow an alignment (`protocols/transcript.md` 7.1):
/// just the columns of the job, in its order (T25), over as many rows as were aligned (T10). What they are roots of, a
/// replay or an audit shows.
public struct InputRootsInspector: PayloadInspector {
    public let checks = ["T10", "T25"]

    /// By party.
    private let columns: [String: [String]]
    /// Rows that the alignment came to, once it has said so.
    private var rows: UInt64?
    private var isPruned = false

    /// - Parameter columns: of each party, in the order of the job.
    public init(columns: [String: [String]]) {
        self.columns = columns
    }

    public mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        guard [.matchOutcome, .commonOrder, .inputRoots].contains(record.type) else { return }
        guard let payload else {
            isPruned = true
            return
        }
        // What does not read as its kind is said by those whose kind it is. Between two passive parties of several only the order tells.
        switch record.type {
        case .matchOutcome: return rows = (try? MatchOutcome(payload: payload))?.count
        case .commonOrder: return rows = (try? CommonOrder(payload: payload))?.count
        default: break
        }
        try InspectionFailure.reading(messagesOf: "inputs") {
            try check(InputRoots(payload: payload), from: record.from)
        }
    }

    public mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {}

    private func check(_ message: InputRoots, from party: String) throws {
        let (expected, named) = (columns[party] ?? [], message.items.map(\.column))
        // Sets: a peer's message may name 10,000 columns.
        let brought = Set(named)
        if let missing = expected.first(where: { !brought.contains($0) }) {
            throw Self.failure("T25", "inputMissing", "\(party) did not commit to its column '\(missing)'.")
        }
        guard brought.isSubset(of: Set(expected)) else {
            throw Self.failure("T25", "inputUnexpected", "\(party) committed to a column that the job does not name.")
        }
        guard named == expected else {
            throw Self.failure(
                "T25", "inputsOutOfOrder", "\(party) committed to its columns in another order, or twice.")
        }
        guard isPruned || message.rows == rows else {
            throw Self.failure(
                "T10", "wrongCount", "\(party) committed to its inputs over another number of rows than were aligned.")
        }
    }

    private static func failure(_ check: String, _ name: String, _ sentence: String) -> InspectionFailure {
        InspectionFailure(check: check, name: name, sentence: sentence)
    }
}
