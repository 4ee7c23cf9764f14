public import Wire

/// What can be checked of sums in one session alone: that messages read, have the job's shape, and that rounds follow each other.
/// Signatures, shares and sums take all sessions of a site: ``SumFollower``.
public struct SumInspector: PayloadInspector {
    public var checks: [String] { ["T10"] }

    private let settings: SumSettings
    private var kept = KeptPayloads()
    /// By sender: the round that it is in.
    private var rounds: [String: UInt32] = [:]

    public init(settings: SumSettings) { self.settings = settings }

    public mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        guard record.type.protocolID == SumDescription.protocolVersion.id else { return }
        guard case .payload(let payload) = kept.next(record, payload) else { return }
        try follow(record)
        try InspectionFailure.reading(messagesOf: "sums") { try check(record.type, payload) }
    }

    public mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {}

    private mutating func follow(_ record: Record) throws(InspectionFailure) {
        let last = rounds[record.from] ?? 0
        let expected = record.type == .sumPresence ? last + 1 : last
        guard record.round == expected else {
            throw InspectionFailure(
                check: "T10", name: "malformedMessage", sentence: "\(record.from) left out or repeated a round of sums."
            )
        }
        rounds[record.from] = expected
    }

    private func check(_ type: MessageType, _ payload: [UInt8]) throws {
        let count = settings.parties.count
        switch type {
        case .sumSetup:
            let message = try SetupMessage(payload: payload)
            try demand(Int(message.sites) == count && message.sessions.count == count)
        case .sumPresence: try demand(try PresenceMessage(payload: payload).present.count == count)
        case .sumVector:
            let message = try VectorMessage(payload: payload)
            let part = try PublicPart(encoded: message.publicPart)
            let n = part.secretHashes.count
            try demand(part.sites.count == count && part.shareHashes.count == n * n && message.shares.count == n)
        case .sumReceipt: try demand(try ReceiptMessage(payload: payload).vectors.count == count)
        case .sumAccord: _ = try AccordMessage(payload: payload)
        case .sumRelease: _ = try ReleaseMessage(payload: payload)
        default: throw WireError.invalidValue("type")
        }
    }

    private func demand(_ holds: Bool) throws(WireError) {
        if !holds { throw .invalidValue("shape") }
    }
}
