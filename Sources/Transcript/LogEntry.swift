public import Wire

/// One entry of a log file. `protocols/transcript.md` section 3.
///
///     u32 length || record || leaf hash[32] || u8 kept || (kept == 1: u32 length || payload)
public struct LogEntry: Sendable, Hashable {
    /// First bytes of every log file.
    static let magic: [UInt8] = Array("moiety log 3\n".utf8)
    /// Longest payload that any session may send.
    static let maximumPayload = SessionLimits.largestFrame

    public let record: [UInt8]
    /// As stored; the verifier compares it with SHA-256(0x00 || record).
    public let leaf: Bytes32
    /// `nil` when only its hash is kept.
    public let payload: [UInt8]?

    init(record: [UInt8], leaf: Bytes32, payload: [UInt8]?) {
        self.record = record
        self.leaf = leaf
        self.payload = payload
    }

    var encoded: [UInt8] {
        get throws(WireError) {
            var encoder = Encoder(reserving: 64 + record.count + (payload?.count ?? 0))
            encoder.writePrefixed(record)
            encoder.write(leaf)
            encoder.writeOptional(payload) { $0.writePrefixed($1) }
            return try encoder.finish()
        }
    }
}
