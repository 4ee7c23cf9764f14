public import Wire

/// Which payloads a transcript keeps; of all others it keeps the hash and the length, which stand in the record.
/// `protocols/transcript.md` section 3.
public enum PayloadStorage: Sendable, Hashable {
    /// All: what a replay and an audit need.
    case full
    /// All but those of these kinds, the bulk messages of the session's protocols: what is decided, opened and committed
    /// to stays.
    case hashes(of: Set<MessageType>)
    /// Those of the session's own messages alone, which every log keeps: they are small and prove who spoke.
    case pruned

    package func keeps(_ record: Record) -> Bool {
        switch self {
        case .full: true
        case .hashes(let bulk): !bulk.contains(record.type)
        case .pruned: record.type.protocolID == ProtocolVersion.session.id
        }
    }
}
