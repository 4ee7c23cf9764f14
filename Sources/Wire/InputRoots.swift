extension ProtocolVersion {
    /// Commitments to inputs over the rows that were aligned; `protocols/transcript.md` 7.1.
    public static let inputs = ProtocolVersion(id: 0x03, version: 1)
}

extension MessageType {
    public static let inputRoots = MessageType(rawValue: 0x0301)
}

/// What a party computes with, fixed after the alignment: a root over the cohort's rows for each of its private inputs.
public struct InputRoots: Message, Hashable {
    public static let type = MessageType.inputRoots
    public static let name = "InputRoots"

    public struct Item: Sendable, Hashable {
        public let column: String
        public let root: Bytes32

        public init(column: String, root: Bytes32) {
            self.column = column
            self.root = root
        }
    }

    /// Rows of the cohort: leaves of each tree.
    public let rows: UInt64
    /// In the order of the job: the label, then the features.
    public let items: [Item]

    /// A job has at most 10,000 features, and a label.
    private static let mostColumns = 10_001
    private static let columnBytes = 128
    /// 12 bytes, and for each column its name with its length and 32 bytes.
    static let maximumLength = 12 + mostColumns * (4 + columnBytes + 32)

    public init(rows: UInt64, items: [Item]) {
        self.rows = rows
        self.items = items
    }

    public func encode(into encoder: inout Encoder) {
        encoder.write(rows)
        encoder.writeArray(items) { encoder, item in
            encoder.write(item.column)
            encoder.write(item.root)
        }
    }

    public init(from decoder: inout Decoder) throws(WireError) {
        rows = try decoder.readUInt64()
        items = try decoder.readArray(max: Self.mostColumns, minimumBytes: 36) { decoder throws(WireError) in
            Item(column: try decoder.readString(max: Self.columnBytes), root: try decoder.readBytes32())
        }
    }
}

extension ProtocolDescription {
    /// Each party's roots, which wait for nothing of the other's.
    public static let inputs = ProtocolDescription(
        name: "inputs", version: .inputs,
        flow: .sequence(
            ["active", "passive"].map { role in
                .step(
                    ProtocolStep(
                        "input roots", sender: role, type: .inputRoots, maximumPayload: InputRoots.maximumLength))
            }))
}
