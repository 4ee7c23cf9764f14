public import Wire

/// What the running session and a verifier check of a commitment to a model (`protocols/transcript.md` 7.2): that it reads as one
/// (T10). What it is a commitment to, a replay or an audit shows.
public struct ModelCommitmentInspector: PayloadInspector {
    public let checks = ["T10"]

    public init() {}

    public mutating func inspect(_ record: Record, payload: [UInt8]?) throws(InspectionFailure) {
        guard record.type == .modelCommitment, let payload else { return }
        try InspectionFailure.reading(messagesOf: "model") { _ = try ModelCommitment(payload: payload) }
    }

    public mutating func finish(counts: [String: Int64]?) throws(InspectionFailure) {}
}
