import Testing
import Wire

@testable import SplitRegression

@Suite("Announced range")
struct PredictorRangeTests {
    @Test("The smallest value of the list that covers")
    func covering() throws {
        let cases: [(extent: Double, range: Double)] = [
            (0, 0.125), (0.125, 0.125), (0.1250001, 0.1875), (0.19, 0.25), (1, 1), (1.0000001, 1.5), (1.5, 1.5),
            (1.51, 2), (3, 3), (3.5, 4), (40, 48), (48.5, 64), (64, 64),
        ]
        for (extent, range) in cases {
            #expect(try PredictorRange.covering([0, extent, -extent / 2]) == range)
            #expect(try PredictorRange.covering([-extent]) == range)
        }
        #expect(try PredictorRange.covering([]) == 0.125)
    }

    @Test("Beyond the largest it is refused, with the extent")
    func beyond() {
        #expect(throws: TrainingError.predictorOutOfRange(radius: 64.5)) { try PredictorRange.covering([1, -64.5]) }
        #expect(throws: TrainingError.predictorOutOfRange(radius: .infinity)) {
            try PredictorRange.covering([1, -.infinity])
        }
    }

    @Test("A predictor that is not a number is refused wherever it stands", arguments: 0..<3)
    func notANumber(position: Int) {
        var predictor = [0.5, 1, -2]
        predictor[position] = .nan
        #expect(throws: TrainingError.predictorOutOfRange(radius: .infinity)) {
            try PredictorRange.covering(predictor)
        }
    }

    @Test("A peer may announce values of the list and nothing else")
    func valid() {
        for exponent in -3...6 {
            let power = exponent < 0 ? 1 / Double(1 << -exponent) : Double(1 << exponent)
            #expect(PredictorRange.isValid(power))
            if exponent < 6 { #expect(PredictorRange.isValid(power * 1.5)) }
        }
        for bad in [0, -1, 0.0625, 0.09375, 1.25, 1.0000000000000002, 96, 128, 1e300, .infinity, .nan] {
            #expect(!PredictorRange.isValid(bad), "\(bad)")
        }
    }
}

@Suite("Widths and counts")
struct LayoutTests {
    @Test("A group leaves 64 bits of head-room, and one row more would not", arguments: SeparatedKind.allCases)
    func bounds(kind: SeparatedKind) throws {
        for bits in stride(from: 512, through: 3072, by: 256) {
            for terms in [2, 4, 16, 22, 64, 130, 512] {
                let layout = try SeparationLayout(kind: kind, radius: 1, terms: terms, modulusBits: bits)
                let (w, j) = (layout.slotBits, layout.rowsPerGroup)
                #expect((2 * j + 1) * w + 64 < bits)
                #expect((2 * (j + 1) + 1) * w + 64 >= bits)
                // The largest value: r products of numbers just under 2^(25+m) and 2^21; 65 bits lie above it.
                let widest = (UInt128(terms) << UInt128(25 + kind.magnitudeBits)) << 21
                #expect(widest <= UInt128(1) << UInt128(w - 65))
                #expect(layout.ciphertextsPerRow * 2 == terms)
                for rows in [1, j, j + 1, 10 * j - 1] {
                    let groups = layout.groups(rows: rows)
                    #expect(groups * j >= rows && (groups - 1) * j < rows)
                    // Row i is row i / G of group i mod G, within the group's slots.
                    #expect((rows - 1) / groups < j)
                }
            }
        }
    }

    @Test("A modulus without room for one row is refused")
    func small() {
        #expect(throws: TrainingError.keyTooSmall(bits: 256)) {
            try SeparationLayout(kind: .mean, radius: 1, terms: 4, modulusBits: 256)
        }
        #expect(throws: TrainingError.keyTooSmall(bits: 60)) { try SumSlots(slotBits: 70, modulusBits: 60) }
    }

    @Test(
        "Shares fit 128 bits at the most terms; those that are encrypted with their offset, 127",
        arguments: SeparatedKind.allCases)
    func shares(kind: SeparatedKind) throws {
        let layout = try SeparationLayout(
            kind: kind, radius: 64, terms: ChebyshevExpansion.maximumTerms, modulusBits: 3072)
        #expect(layout.slotBits <= 128)
        if kind == .mean || kind == .weight { #expect(layout.slotBits + 2 < 127) }
    }

    @Test("Powers of two, rounded up")
    func logarithm() {
        let expected = [0, 0, 1, 2, 2, 3, 3, 3, 3, 4]
        for (value, bits) in expected.enumerated() { #expect(SeparationLayout.ceilLog2(value) == bits) }
        #expect(SeparationLayout.ceilLog2(1 << 24) == 24 && SeparationLayout.ceilLog2((1 << 24) + 1) == 25)
    }

    @Test(
        "Chunks cover every row once, in order, within a frame",
        arguments: [1, 2, 511, 512, 513, 5000], [1, 2, 3, 11])
    func chunks(rows: Int, multiple: Int) {
        for bytesPerRow in [100, 7168, 512 * 16, 200_000] {
            let chunks = RowChunks(rows: rows, multiple: multiple, bytesPerRow: bytesPerRow)
            #expect((0..<chunks.count).flatMap { Array(chunks.range($0)) } == Array(0..<rows))
            for chunk in 0..<chunks.count {
                let count = chunks.range(chunk).count
                #expect(count > 0 && count <= 512)
                if chunk < chunks.count - 1 { #expect(count % multiple == 0) }
                #expect(count * bytesPerRow <= RowChunks.largestPayload)
            }
        }
    }

    @Test("A group's rows never outgrow a frame, at any key size")
    func frames() throws {
        for bits in [2048, 3072, 4096] {
            for terms in [4, 64, ChebyshevExpansion.maximumTerms] {
                let layout = try SeparationLayout(kind: .loss, radius: 64, terms: terms, modulusBits: bits)
                let bytes = layout.ciphertextsPerRow * bits / 4
                let chunks = RowChunks(rows: 100_000, multiple: layout.rowsPerGroup, bytesPerRow: bytes)
                // A group of rows stays together even where it takes more than a chunk's share of a frame.
                #expect(4 + chunks.rowsPerChunk * bytes <= SessionLimits().maximumPayload, "\(bits), \(terms)")
            }
        }
    }
}
