public import Wire

/// `outcome.bin`: what the job came to, where both logs ended, which files lie beside them; signed with the key that
/// signs this party's log. `protocols/transcript.md` section 6.
public struct Outcome: Sendable, Hashable {
    static let magic: [UInt8] = Array("moiety outcome 1\n".utf8)
    static let maximumLength = 1 << 20

    /// A file beside the logs, by hash.
    public struct File: Sendable, Hashable {
        public let name: String
        public let hash: Bytes32
    }

    public let session: Bytes32
    public let party: String
    /// Salted hash of this party's coefficients; its opening is in `private/`.
    public let resultCommitment: Bytes32
    /// By name: `rows`, `passes`, `intersection`, ...
    public let counts: [String: Int64]
    public let metrics: [String: Double]
    /// Where the logs ended.
    public let sent: TreeHead
    public let received: TreeHead
    public let files: [File]
    public let signature: [UInt8]

    init(
        session: Bytes32, party: String, resultCommitment: Bytes32, counts: [String: Int64], metrics: [String: Double],
        sent: TreeHead, received: TreeHead, files: [File], signature: [UInt8]
    ) {
        self.session = session
        self.party = party
        self.resultCommitment = resultCommitment
        self.counts = counts
        self.metrics = metrics
        self.sent = sent
        self.received = received
        self.files = files
        self.signature = signature
    }

    func signed(by sign: ([UInt8]) throws -> [UInt8]) throws -> Outcome {
        Outcome(
            session: session, party: party, resultCommitment: resultCommitment, counts: counts, metrics: metrics,
            sent: sent, received: received, files: files, signature: try sign(try statement))
    }

    /// What is signed: everything before the signature, which starts with the file's own name and version.
    var statement: [UInt8] {
        get throws(WireError) {
            var encoder = Encoder()
            encoder.writeFixed(Self.magic)
            encoder.write(session)
            encoder.write(party)
            encoder.write(resultCommitment)
            encoder.writeArray(counts.sorted { Self.precedes($0.key, $1.key) }) { encoder, item in
                encoder.write(item.key)
                encoder.write(item.value)
            }
            encoder.writeArray(metrics.sorted { Self.precedes($0.key, $1.key) }) { encoder, item in
                encoder.write(item.key)
                encoder.write(item.value)
            }
            for head in [sent, received] {
                encoder.write(head.size)
                encoder.write(head.root)
            }
            encoder.writeArray(files.sorted { Self.precedes($0.name, $1.name) }) { encoder, file in
                encoder.write(file.name)
                encoder.write(file.hash)
            }
            return try encoder.finish()
        }
    }

    var encoded: [UInt8] {
        get throws(WireError) { try statement + signature }
    }

    public init(encoded bytes: [UInt8]) throws(WireError) {
        var decoder = Decoder(bytes)
        guard try decoder.readFixed(Self.magic.count) == Self.magic else { throw .notCanonical("not an outcome") }
        session = try decoder.readBytes32()
        party = try decoder.readString(max: PartyName.maximumLength)
        resultCommitment = try decoder.readBytes32()
        var counts: [String: Int64] = [:]
        for _ in 0..<(try decoder.readCount(max: 1024, minimumBytes: 12)) {
            counts[try Self.name(&decoder)] = try decoder.readInt64()
        }
        var metrics: [String: Double] = [:]
        for _ in 0..<(try decoder.readCount(max: 1024, minimumBytes: 12)) {
            metrics[try Self.name(&decoder)] = try decoder.readDouble()
        }
        self.counts = counts
        self.metrics = metrics
        sent = TreeHead(size: try decoder.readUInt64(), root: try decoder.readBytes32())
        received = TreeHead(size: try decoder.readUInt64(), root: try decoder.readBytes32())
        files = try decoder.readArray(max: 1024, minimumBytes: 36) { decoder throws(WireError) in
            File(name: try decoder.readString(max: 256), hash: try decoder.readBytes32())
        }
        signature = try decoder.readFixed(64)
        try decoder.finish()
        // Maps and lists have one order: what was read must be what would be written.
        guard try encoded == bytes else { throw .notCanonical("the order of an outcome") }
    }

    /// Of a count or a metric: people read it on their terminals.
    private static func name(_ decoder: inout Decoder) throws(WireError) -> String {
        let name = try decoder.readString(max: PartyName.maximumLength)
        guard PartyName.isValid(name) else { throw .notCanonical("a figure's name") }
        return name
    }

    /// More than any job comes to; other counts are at least not negative.
    private static let largestCounts: [String: Int64] = [
        "rows": 1 << 24, "fitted": 1 << 24, "passes": 10_000, "parameters": 1 << 20, "converged": 1,
        "rounded": 1 << 25, "rounding": 1 << 24, "groups": 1 << 20, "shown": 1 << 20,
    ]

    /// The first count by name that no job can come to: a stranger may sign any number.
    ///
    /// - Parameter isPooled: whether rows are those of many sites together (`protocols/row-split.md` 4).
    func impossibleCount(isPooled: Bool) -> (name: String, count: Int64)? {
        func largest(_ name: String) -> Int64 {
            isPooled && name == "rows" ? 1 << 53 : Self.largestCounts[name] ?? .max
        }
        return counts.sorted { Self.precedes($0.key, $1.key) }
            .first { !(0...largest($0.key)).contains($0.value) }
            .map { ($0.key, $0.value) }
    }

    private static func precedes(_ one: String, _ other: String) -> Bool {
        one.utf8.lexicographicallyPrecedes(other.utf8)
    }
}
