internal import Wire

extension MessageType {
    static let scaledShares = MessageType(rawValue: 0x0220)
    static let scaledRows = MessageType(rawValue: 0x0221)
    static let handover = MessageType(rawValue: 0x0222)
    static let handoverKey = MessageType(rawValue: 0x0223)
    static let sealedResults = MessageType(rawValue: 0x0224)

    /// Ciphertexts that holders and further parties exchange.
    static let ofScaledRows: Set<MessageType> = [.scaledShares, .scaledRows]
}

/// An encrypted number of a row each, at the row's place in a result.
enum ScaledSharesKind: PayloadKind {
    static let type = MessageType.scaledShares
    static let name = "ScaledShares"
}
/// Masked products with entries, several rows to a result.
enum ScaledRowsKind: PayloadKind {
    static let type = MessageType.scaledRows
    static let name = "ScaledRows"
}

/// What handovers to the holder are sealed under, encrypted to it.
enum HandoverKeyKind: PayloadKind {
    static let type = MessageType.handoverKey
    static let name = "HandoverKey"
}
/// A holder's bits of the party's results, encrypted to the party.
enum SealedResultsKind: PayloadKind {
    static let type = MessageType.sealedResults
    static let name = "SealedResults"
}

/// Shares that a party hands over to a holder, sealed (multiparty-training.md 3).
struct Handover: Message {
    static let type = MessageType.handover
    static let name = "Handover"
    var bytes: [UInt8]

    init(sealed bytes: [UInt8]) { self.bytes = bytes }

    func encode(into encoder: inout Encoder) { encoder.writePrefixed(bytes) }
    init(from decoder: inout Decoder) throws(WireError) { bytes = try decoder.readPrefixed(max: 1 << 22) }

    /// How so many numbers are cut.
    static func chunks(_ count: Int, bits: Int) -> RowChunks {
        RowChunks(rows: count, multiple: 1, bytesPerRow: (bits + 7) / 8, largestRows: 1 << 16)
    }

    /// Bytes of so many numbers, sealed.
    static func length(_ count: Int, bits: Int) -> Int { count * ((bits + 7) / 8) + HandoverSeal.overhead }
}
