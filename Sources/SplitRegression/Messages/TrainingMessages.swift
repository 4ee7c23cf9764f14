package import Wire

extension MessageType {
    static let trainingSetup = MessageType(rawValue: 0x0200)
    package static let trainingRing = MessageType(rawValue: 0x0201)
    package static let trainingKey = MessageType(rawValue: 0x0202)
    static let trainingBounds = MessageType(rawValue: 0x0203)
    static let predictorShares = MessageType(rawValue: 0x0210)
    static let predictorSums = MessageType(rawValue: 0x0211)
    static let kernelVectors = MessageType(rawValue: 0x0212)
    static let kernelResults = MessageType(rawValue: 0x0213)
    static let rowShares = MessageType(rawValue: 0x0214)
    static let columnSums = MessageType(rawValue: 0x0215)
    static let rowVectors = MessageType(rawValue: 0x0216)
    static let crossSums = MessageType(rawValue: 0x0217)
    static let matrixShares = MessageType(rawValue: 0x0218)
    static let matrixProducts = MessageType(rawValue: 0x0219)
    static let windowShare = MessageType(rawValue: 0x021A)
    static let resultShares = MessageType(rawValue: 0x021B)
    static let elementShares = MessageType(rawValue: 0x021C)
    static let elementProducts = MessageType(rawValue: 0x021D)
    static let riskShares = MessageType(rawValue: 0x021E)
    static let riskSums = MessageType(rawValue: 0x021F)
    static let scoreChunk = MessageType(rawValue: 0x0230)

    /// Ciphertexts and nothing else: what a transcript keeps by hash unless it keeps all.
    static let ofCiphertexts: Set<MessageType> = [
        .predictorShares, .predictorSums, .kernelVectors, .kernelResults, .rowShares, .columnSums, .rowVectors,
        .crossSums, .matrixShares, .matrixProducts, .elementShares, .elementProducts, .riskShares, .riskSums,
    ]
}

/// Facts that both must agree on, and each side's column count (training.md, public facts).
struct TrainingSetup: Message {
    static let type = MessageType.trainingSetup
    static let name = "TrainingSetup"
    var rows: Int
    var columns: Int
    var testRows: Int
    /// Power of two by which the active party divides a linear label; 0 otherwise.
    var labelExponent: Int

    init(rows: Int, columns: Int, testRows: Int, labelExponent: Int) {
        self.rows = rows
        self.columns = columns
        self.testRows = testRows
        self.labelExponent = labelExponent
    }

    func encode(into encoder: inout Encoder) {
        encoder.write(UInt32(clamping: rows))
        encoder.write(UInt32(clamping: columns))
        encoder.write(UInt32(clamping: testRows))
        encoder.write(Int64(labelExponent))
    }

    init(from decoder: inout Decoder) throws(WireError) {
        rows = Int(try decoder.readUInt32())
        columns = Int(try decoder.readUInt32())
        testRows = Int(try decoder.readUInt32())
        let exponent = try decoder.readInt64()
        guard (-1000...1000).contains(exponent) else { throw .invalidValue("labelExponent") }
        labelExponent = Int(exponent)
        guard columns <= 10_000 else { throw .invalidValue("columns") }
    }
}

/// What a payload of ciphertexts or opened plaintexts is for; the receiver knows how many and how wide they are.
protocol PayloadKind: Sendable {
    static var type: MessageType { get }
    static var name: String { get }
}

/// Fixed-width numbers, back to back. Width, count and range are checked by the receiving step, which knows the key.
struct Payload<Kind: PayloadKind>: Message {
    static var type: MessageType { Kind.type }
    static var name: String { Kind.name }
    var bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }
    func encode(into encoder: inout Encoder) { encoder.writePrefixed(bytes) }
    init(from decoder: inout Decoder) throws(WireError) { bytes = try decoder.readPrefixed(max: Self.largest) }

    /// Bytes before the numbers, which say how many bytes follow; and most of these.
    static var prefix: Int { 4 }
    static var largest: Int { 1 << 22 }
}

/// An encrypted share of a coefficient each.
enum PredictorSharesKind: PayloadKind {
    static let type = MessageType.predictorShares
    static let name = "PredictorShares"
}
/// Masked row products.
enum PredictorSumsKind: PayloadKind {
    static let type = MessageType.predictorSums
    static let name = "PredictorSums"
}
/// Encrypted vectors of rows.
enum KernelVectorsKind: PayloadKind {
    static let type = MessageType.kernelVectors
    static let name = "KernelVectors"
}
/// Masked values of rows.
enum KernelResultsKind: PayloadKind {
    static let type = MessageType.kernelResults
    static let name = "KernelResults"
}
/// Encrypted shares of rows.
enum RowSharesKind: PayloadKind {
    static let type = MessageType.rowShares
    static let name = "RowShares"
}
/// Masked sums of columns.
enum ColumnSumsKind: PayloadKind {
    static let type = MessageType.columnSums
    static let name = "ColumnSums"
}
/// Encrypted vectors of rows, to be summed.
enum RowVectorsKind: PayloadKind {
    static let type = MessageType.rowVectors
    static let name = "RowVectors"
}
/// Masked sums of them.
enum CrossSumsKind: PayloadKind {
    static let type = MessageType.crossSums
    static let name = "CrossSums"
}
/// An encrypted share of a matrix.
enum MatrixSharesKind: PayloadKind {
    static let type = MessageType.matrixShares
    static let name = "MatrixShares"
}
/// Masked products with it.
enum MatrixProductsKind: PayloadKind {
    static let type = MessageType.matrixProducts
    static let name = "MatrixProducts"
}

/// Encrypted shares, each for one product.
enum ElementSharesKind: PayloadKind {
    static let type = MessageType.elementShares
    static let name = "ElementShares"
}
/// Masked products with them.
enum ElementProductsKind: PayloadKind {
    static let type = MessageType.elementProducts
    static let name = "ElementProducts"
}

/// Encrypted numbers of rows or events, for sums that the other party chooses.
enum RiskSharesKind: PayloadKind {
    static let type = MessageType.riskShares
    static let name = "RiskShares"
}
/// These sums, masked.
enum RiskSumsKind: PayloadKind {
    static let type = MessageType.riskSums
    static let name = "RiskSums"
}

/// Bounds that the active party announces (training.md 5.1): `i64` each.
struct TrainingBounds: Message {
    static let type = MessageType.trainingBounds
    static let name = "TrainingBounds"
    var announcement: Announcement

    init(_ announcement: Announcement) { self.announcement = announcement }

    func encode(into encoder: inout Encoder) {
        for bits in [announcement.scaleBits, announcement.weightBits, announcement.rowBits, announcement.periodBits] {
            encoder.write(Int64(bits))
        }
    }

    init(from decoder: inout Decoder) throws(WireError) {
        announcement = Announcement(
            scaleBits: try Self.bits(&decoder, "scaleBits", in: Announcement.allowed.scale),
            weightBits: try Self.bits(&decoder, "weightBits", in: Announcement.allowed.weight),
            rowBits: try Self.bits(&decoder, "rowBits", in: Announcement.allowed.row),
            periodBits: try Self.bits(&decoder, "periodBits", in: Announcement.allowed.period))
    }

    private static func bits(
        _ decoder: inout Decoder, _ name: String, in range: ClosedRange<Int>
    ) throws(WireError) -> Int {
        let value = try decoder.readInt64()
        guard value >= range.lowerBound, value <= range.upperBound else { throw .invalidValue(name) }
        return Int(value)
    }
}

/// Some bits of a party's share of a number that both learn (training.md 3.6).
struct WindowShare: Message {
    static let type = MessageType.windowShare
    static let name = "WindowShare"
    var bits: Int
    var value: UInt64

    init(bits: Int, value: UInt64) {
        self.bits = bits
        self.value = value
    }

    func encode(into encoder: inout Encoder) {
        encoder.write(UInt32(bits))
        encoder.write(value)
    }

    init(from decoder: inout Decoder) throws(WireError) {
        bits = Int(try decoder.readUInt32())
        value = try decoder.readUInt64()
        guard (1...63).contains(bits), value >> UInt64(bits) == 0 else { throw .invalidValue("window") }
    }
}

/// High bits of shares of numbers that are the receiver's to know (training.md 3.7): each in as many bytes as its width asks for.
struct ResultShares: Message {
    static let type = MessageType.resultShares
    static let name = "ResultShares"
    var bytes: [UInt8]

    init(_ words: [ShareWord], bits: [Int]) {
        bytes = zip(words, bits).flatMap { word, bits in
            (0..<(bits + 7) / 8).reversed().map { UInt8(truncatingIfNeeded: word.shiftedRight(8 * $0).low) }
        }
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    func encode(into encoder: inout Encoder) { encoder.writePrefixed(bytes) }
    init(from decoder: inout Decoder) throws(WireError) { bytes = try decoder.readPrefixed(max: 1 << 20) }

    /// How many bytes numbers of these widths take.
    static func length(bits: [Int]) -> Int { bits.reduce(0) { $0 + ($1 + 7) / 8 } }

    /// The numbers; nil unless there are so many of these widths.
    func words(bits: [Int]) -> [ShareWord]? {
        guard bytes.count == Self.length(bits: bits) else { return nil }
        var result: [ShareWord] = []
        var position = 0
        for width in bits {
            var word = ShareWord.zero
            for _ in 0..<(width + 7) / 8 {
                word = word.shiftedLeft(8) &+ ShareWord(low: UInt64(bytes[position]), middle: 0, high: 0)
                position += 1
            }
            guard word.masked(width) == word else { return nil }
            result.append(word)
        }
        return result
    }
}

/// Partial scores at scale 2^-32, in common order.
struct ScoreChunk: Message {
    static let type = MessageType.scoreChunk
    static let name = "ScoreChunk"
    var scores: [Int64]

    init(_ scores: [Int64]) { self.scores = scores }
    func encode(into encoder: inout Encoder) {
        encoder.writeArray(scores) { encoder, value in encoder.write(value) }
    }
    init(from decoder: inout Decoder) throws(WireError) {
        scores = try decoder.readArray(max: 1 << 19, minimumBytes: 8) { decoder throws(WireError) in
            try decoder.readInt64()
        }
    }
}
