public import Wire

/// What ends a description. No case carries a value of a row.
public enum DescriptionError: Error, Hashable, Sendable {
    /// A group of fewer rows than a cell may have.
    case smallGroup(level: String, rows: Int, minimum: Int)
    /// A group of which few rows have nearly all the weight.
    case unevenWeights(level: String, minimum: Int)
    case constantColumn(String)
    /// A row so far from the mean of a numeric column that its sums would show the row's group.
    case farRow(column: String, leverage: Double, limit: Double)
    case tooManyRows(Int)
    case rowCountMismatch(own: Int, peer: Int)
    case keyTooSmall(bits: Int)
    case invalidPlan(String)
    /// What a party says of another one's part is not what that one said here, or not of its own what it said before.
    case partsDiffer(of: String, saidBy: String)
    /// The peer sent something that this protocol does not allow at this place.
    case protocolViolation(String)
}

extension DescriptionError: PeerVisibleError {
    /// What the peer is told when this ends the session: a name, never a value.
    public var abortReason: AbortReason {
        switch self {
        case .protocolViolation, .partsDiffer: AbortReason(.violation, name)
        case .smallGroup, .unevenWeights, .constantColumn, .farRow: AbortReason(.refusal, name)
        default: AbortReason(.failure, name)
        }
    }

    public var name: String {
        switch self {
        case .smallGroup: "smallGroup"
        case .unevenWeights: "unevenWeights"
        case .constantColumn: "constantColumn"
        case .farRow: "farRow"
        case .tooManyRows: "tooManyRows"
        case .rowCountMismatch: "rowCountMismatch"
        case .keyTooSmall: "keyTooSmall"
        case .invalidPlan: "invalidPlan"
        case .partsDiffer: "partsDiffer"
        case .protocolViolation: "protocolViolation"
        }
    }
}
