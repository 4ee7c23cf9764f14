internal import KeyAgreement
public import Wire

extension ProtocolVersion {
    /// What a session that describes a cohort must list.
    public static let description = ProtocolVersion(id: 0x05, version: 1)
}

extension MessageType {
    static let descriptionSetup = MessageType(rawValue: 0x0500)
    package static let descriptionParameters = MessageType(rawValue: 0x0501)
    package static let descriptionKey = MessageType(rawValue: 0x0502)
    static let groups = MessageType(rawValue: 0x0503)
    static let groupVectors = MessageType(rawValue: 0x0510)
    static let groupSums = MessageType(rawValue: 0x0511)
    static let cellShares = MessageType(rawValue: 0x0512)
    static let cellTests = MessageType(rawValue: 0x0513)
    static let hiddenColumns = MessageType(rawValue: 0x0514)
    static let describedNumbers = MessageType(rawValue: 0x0515)
    static let scales = MessageType(rawValue: 0x0516)
    static let describedPart = MessageType(rawValue: 0x0517)
    static let partDigests = MessageType(rawValue: 0x0518)

    /// Ciphertexts and nothing else.
    static let ofDescribedCiphertexts: Set<MessageType> = [.groupVectors, .groupSums, .cellShares, .cellTests]
}

/// Each party's key for a description.
package enum DescriptionKeyPurpose: KeyPurpose {
    package static let name = "description"
    package static let parametersType = MessageType.descriptionParameters
    package static let parametersName = "DescriptionParameters"
    package static let keyType = MessageType.descriptionKey
    package static let keyName = "DescriptionKey"
}

/// Rows, and of each own numeric column how many different values it has; 0 for more than ten.
struct DescriptionSetup: Message {
    static let type = MessageType.descriptionSetup
    static let name = "DescriptionSetup"
    var rows: Int
    var values: [Int]

    init(rows: Int, values: [Int]) {
        self.rows = rows
        self.values = values
    }

    func encode(into encoder: inout Encoder) {
        encoder.write(UInt32(clamping: rows))
        Self.encode(values, into: &encoder)
    }

    init(from decoder: inout Decoder) throws(WireError) {
        rows = Int(try decoder.readUInt32())
        guard (2..<DescriptionPlan.mostRows).contains(rows) else { throw .invalidValue("rows") }
        values = try Self.values(from: &decoder)
    }

    static func encode(_ values: [Int], into encoder: inout Encoder) {
        encoder.writeArray(values) { $0.write(UInt8(clamping: $1)) }
    }

    static func values(from decoder: inout Decoder) throws(WireError) -> [Int] {
        try decoder.readArray(max: 10_000, minimumBytes: 1) { decoder throws(WireError) in
            let count = Int(try decoder.readUInt8())
            guard count != 1, count <= DescribedColumn.mostValues else { throw .invalidValue("values") }
            return count
        }
    }
}

/// The active party's groups: `u64` rows, weights and their squares each.
struct GroupsMessage: Message {
    static let type = MessageType.groups
    static let name = "Groups"
    var groups: [GroupSize]

    init(_ groups: [GroupSize]) { self.groups = groups }

    func encode(into encoder: inout Encoder) {
        encoder.writeArray(groups) { encoder, group in
            encoder.write(group.rows)
            encoder.write(group.weight)
            encoder.write(group.squares)
        }
    }

    init(from decoder: inout Decoder) throws(WireError) {
        groups = try decoder.readArray(max: 64, minimumBytes: 24) { decoder throws(WireError) in
            GroupSize(
                rows: try decoder.readUInt64(), weight: try decoder.readUInt64(), squares: try decoder.readUInt64())
        }
    }
}

/// For each column of both parties, the active one's first, whether nothing of it is shown.
struct HiddenColumns: Message {
    static let type = MessageType.hiddenColumns
    static let name = "HiddenColumns"
    var flags: [Bool]

    init(_ flags: [Bool]) { self.flags = flags }

    func encode(into encoder: inout Encoder) { Self.encode(flags, into: &encoder) }
    init(from decoder: inout Decoder) throws(WireError) { flags = try Self.flags(from: &decoder) }

    static func encode(_ flags: [Bool], into encoder: inout Encoder) {
        encoder.writePrefixed(flags.map { $0 ? 1 : 0 })
    }

    static func flags(from decoder: inout Decoder) throws(WireError) -> [Bool] {
        let bytes = try decoder.readPrefixed(max: 1 << 20)
        guard bytes.allSatisfy({ $0 <= 1 }) else { throw .invalidValue("flag") }
        return bytes.map { $0 == 1 }
    }
}

/// Numbers, or windows of shares of them, each in as many bytes as its width asks for.
struct DescribedNumbersMessage: Message {
    static let type = MessageType.describedNumbers
    static let name = "DescribedNumbers"
    /// As results of a training are written.
    var numbers: ResultShares

    init(_ words: [ShareWord], bits: [Int]) { numbers = ResultShares(words, bits: bits) }

    func encode(into encoder: inout Encoder) { numbers.encode(into: &encoder) }
    init(from decoder: inout Decoder) throws(WireError) { numbers = try ResultShares(from: &decoder) }
}

/// Mean and standard deviation of each numeric column of a party that is shown.
struct ScalesMessage: Message {
    static let type = MessageType.scales
    static let name = "Scales"
    var scales: [ColumnScale]

    init(_ scales: [ColumnScale]) { self.scales = scales }

    func encode(into encoder: inout Encoder) { Self.encode(scales, into: &encoder) }
    init(from decoder: inout Decoder) throws(WireError) { scales = try Self.scales(from: &decoder) }

    static func encode(_ scales: [ColumnScale], into encoder: inout Encoder) {
        encoder.writeArray(scales) { encoder, scale in
            encoder.write(scale.mean)
            encoder.write(scale.sd)
        }
    }

    static func scales(from decoder: inout Decoder) throws(WireError) -> [ColumnScale] {
        try decoder.readArray(max: 10_000, minimumBytes: 16) { decoder throws(WireError) in
            let scale = ColumnScale(mean: try decoder.readDouble(), sd: try decoder.readDouble())
            guard scale.sd >= 0x1p-500, scale.sd <= 0x1p500, abs(scale.mean) <= 0x1p500 else {
                throw .invalidValue("scale")
            }
            return scale
        }
    }
}

/// The active party's encrypted groups, a row's side by side.
enum GroupVectorsKind: PayloadKind {
    static let type = MessageType.groupVectors
    static let name = "GroupVectors"
}
/// Masked sums with the passive party's columns.
enum GroupSumsKind: PayloadKind {
    static let type = MessageType.groupSums
    static let name = "GroupSums"
}
/// Encrypted shares of counts.
enum CellSharesKind: PayloadKind {
    static let type = MessageType.cellShares
    static let name = "CellShares"
}
/// Blinded differences from the counts that are small.
enum CellTestsKind: PayloadKind {
    static let type = MessageType.cellTests
    static let name = "CellTests"
}
