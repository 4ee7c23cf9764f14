import Wire

/// How many payloads of the protocols' messages a transcript keeps, and so in which of its forms it is.
struct PayloadTally {
    enum Form {
        case full, hashes, pruned
        /// Some payloads of one kind are there and others are not: whoever could choose them could choose what inspectors
        /// say about the peer.
        case mixed
    }

    private struct Count {
        var kept = 0
        var dropped = 0

        var isMixed: Bool { kept > 0 && dropped > 0 }

        mutating func add(isKept: Bool) { if isKept { kept += 1 } else { dropped += 1 } }
    }

    /// `nil` where the job does not say: nobody can tell the forms apart then.
    private let bulkTypes: Set<MessageType>?
    private var bulk = Count()
    private var rest = Count()

    init(bulkTypes: Set<MessageType>?) {
        self.bulkTypes = bulkTypes
    }

    mutating func add(_ record: Record, isKept: Bool) {
        guard record.type.protocolID != ProtocolVersion.session.id else { return }
        if bulkTypes?.contains(record.type) == true { bulk.add(isKept: isKept) } else { rest.add(isKept: isKept) }
    }

    var form: Form {
        guard bulkTypes != nil else { return rest.dropped > 0 ? .pruned : .full }
        if bulk.isMixed || rest.isMixed || (rest.dropped > 0 && bulk.kept > 0) { return .mixed }
        if rest.dropped > 0 { return .pruned }
        return bulk.dropped > 0 ? .hashes : .full
    }

    var kept: Int { bulk.kept + rest.kept }
    var dropped: Int { bulk.dropped + rest.dropped }
}
