package import Wire

extension MessageType {
    static let trainingSetup = MessageType(rawValue: 0x0200)
    package static let trainingRing = MessageType(rawValue: 0x0201)
    package static let trainingKey = MessageType(rawValue: 0x0202)
    static let blockScale = MessageType(rawValue: 0x0203)
    static let predictorRange = MessageType(rawValue: 0x0210)
    static let coefficientChunk = MessageType(rawValue: 0x0211)
    static let sharedResults = MessageType(rawValue: 0x0212)
    static let shareCiphertexts = MessageType(rawValue: 0x0213)
    static let maskedSums = MessageType(rawValue: 0x0214)
    static let openedSums = MessageType(rawValue: 0x0215)
    static let slopeProducts = MessageType(rawValue: 0x0216)
    static let historyProducts = MessageType(rawValue: 0x0217)
    static let sumShare = MessageType(rawValue: 0x0218)
    static let basisRows = MessageType(rawValue: 0x0220)
    static let passiveSolution = MessageType(rawValue: 0x0221)
    static let residualVariance = MessageType(rawValue: 0x0222)
    static let covarianceParts = MessageType(rawValue: 0x0223)
    static let rawOffset = MessageType(rawValue: 0x0224)
    static let scoreChunk = MessageType(rawValue: 0x0230)
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
    init(from decoder: inout Decoder) throws(WireError) { bytes = try decoder.readPrefixed(max: 1 << 22) }
}

enum CoefficientChunkKind: PayloadKind {
    static let type = MessageType.coefficientChunk
    static let name = "CoefficientChunk"
}
enum SharedResultsKind: PayloadKind {
    static let type = MessageType.sharedResults
    static let name = "SharedResults"
}
enum ShareCiphertextsKind: PayloadKind {
    static let type = MessageType.shareCiphertexts
    static let name = "ShareCiphertexts"
}
enum MaskedSumsKind: PayloadKind {
    static let type = MessageType.maskedSums
    static let name = "MaskedSums"
}
enum OpenedSumsKind: PayloadKind {
    static let type = MessageType.openedSums
    static let name = "OpenedSums"
}
enum BasisRowsKind: PayloadKind {
    static let type = MessageType.basisRows
    static let name = "BasisRows"
}

/// Real numbers in clear, all of them in the leakage table.
protocol NumbersKind: PayloadKind {}

struct Numbers<Kind: NumbersKind>: Message {
    static var type: MessageType { Kind.type }
    static var name: String { Kind.name }
    var values: [Double]

    init(_ values: [Double]) { self.values = values }
    func encode(into encoder: inout Encoder) {
        encoder.writeArray(values) { encoder, value in encoder.write(value) }
    }
    init(from decoder: inout Decoder) throws(WireError) {
        values = try decoder.readArray(max: 1 << 18, minimumBytes: 8) { decoder throws(WireError) in
            try decoder.readDouble()
        }
    }
}

enum BlockScaleKind: NumbersKind {
    static let type = MessageType.blockScale
    static let name = "BlockScale"
}
enum PredictorRangeKind: NumbersKind {
    static let type = MessageType.predictorRange
    static let name = "PredictorRange"
}
enum SlopeProductsKind: NumbersKind {
    static let type = MessageType.slopeProducts
    static let name = "SlopeProducts"
}
enum HistoryProductsKind: NumbersKind {
    static let type = MessageType.historyProducts
    static let name = "HistoryProducts"
}
enum PassiveSolutionKind: NumbersKind {
    static let type = MessageType.passiveSolution
    static let name = "PassiveSolution"
}
enum ResidualVarianceKind: NumbersKind {
    static let type = MessageType.residualVariance
    static let name = "ResidualVariance"
}
enum CovariancePartsKind: NumbersKind {
    static let type = MessageType.covarianceParts
    static let name = "CovarianceParts"
}
enum RawOffsetKind: NumbersKind {
    static let type = MessageType.rawOffset
    static let name = "RawOffset"
}

/// One party's sum of its shares modulo 2^128: with the other's it gives the declared sum and nothing else.
struct SumShare: Message {
    static let type = MessageType.sumShare
    static let name = "SumShare"
    var value: UInt128

    init(_ value: UInt128) { self.value = value }
    func encode(into encoder: inout Encoder) {
        encoder.write(UInt64(truncatingIfNeeded: value >> 64))
        encoder.write(UInt64(truncatingIfNeeded: value))
    }
    init(from decoder: inout Decoder) throws(WireError) {
        value = UInt128(try decoder.readUInt64()) << 64
        value |= UInt128(try decoder.readUInt64())
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
